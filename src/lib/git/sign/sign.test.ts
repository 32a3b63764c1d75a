import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../../base/index.ts';
import type { Mirror } from '../mirror.ts';
import { openMirror } from '../open-mirror.ts';
import { openKeyring } from './keyring.ts';
import type { Keyring } from './keyring.ts';
import type { Signing } from './sign.ts';
import { verifiedRevision } from './verified-revision.ts';

const hasGpg = ['/usr/bin/gpg', '/usr/local/bin/gpg'].some((file) => existsSync(file));
const hasKeygen = ['/usr/bin/ssh-keygen', '/bin/ssh-keygen'].some((file) => existsSync(file));
const environment = { PATH: process.env['PATH'] };
// A key for nothing else, with the files of SOPS.
const armored = readFileSync(path.join(import.meta.dirname, '../../sops/testdata/pgp.asc'), 'utf8');

let dir: string;
let bare: string;
let keyring: Keyring;
let mirrors: Mirror[];

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'sg-'));
  bare = path.join(dir, 'repo.git');
  mirrors = [];
  execFileSync('git', ['init', '-q', '--bare', '-b', 'master', bare]);
  if (!hasGpg) return;
  mkdirSync(path.join(dir, 'import'));
  writeFileSync(path.join(dir, 'import/key.asc'), armored);
});

afterEach(async () => {
  await Promise.all(mirrors.map((each) => each.close()));
  if (hasGpg) await keyring?.close();
  rmSync(dir, { recursive: true, force: true });
});

function open(more: { signing?: Signing; keyring?: Keyring } = {}): Mirror {
  const mirror = openMirror({
    url: bare,
    dir: path.join(dir, `mirror-${mirrors.length}`),
    clock: systemClock,
    log: silentLogger,
    environment,
    ...more,
  });
  mirrors.push(mirror);
  return mirror;
}

const author = { name: 'a', email: 'a@b' };

/** Commits on a branch through a mirror, and pushes; the revision. */
async function commit(mirror: Mirror, name: string, branch = 'master'): Promise<string> {
  await mirror.fetch();
  const parent = (await mirror.head(branch)) ?? (await mirror.head('master'));
  const changes = [{ path: name, content: name }];
  const revision = await mirror.commit({ branch, parent, message: name, author, changes });
  await mirror.push({ refs: [{ from: revision, to: `refs/heads/${branch}` }] });
  return revision;
}

describe.skipIf(!hasGpg)('GPG (gpg)', () => {
  let signed: Mirror;
  let plain: Mirror;
  let reader: Mirror;

  beforeEach(async () => {
    const imports = [path.join(dir, 'import')];
    keyring = await openKeyring({ dir: path.join(dir, 'gpg'), imports, environment });
    signed = open({ signing: { key: 'test@example.com', format: 'openpgp', keyring }, keyring });
    plain = open();
    reader = open({ keyring });
  });

  it('signs commits and tags so that git finds the signature good', async () => {
    const revision = await commit(signed, 'one');
    await signed.tag({ name: 'flux-sync', revision, message: 'Sync pointer' });
    await reader.fetch();
    const range = { to: revision, isFirstParent: false };
    expect(await reader.signatures(range)).toMatchObject([{ revision, status: 'G', isGood: true }]);
    await reader.verifyTag('flux-sync');
    expect(await reader.resolve('refs/tags/flux-sync')).toBe(revision);
  });

  it('finds nothing good without the key, and no good in what is not signed', async () => {
    const revision = await commit(signed, 'one');
    const other = await commit(plain, 'two');
    await plain.tag({ name: 'flux-sync', revision: other, message: 'Sync pointer' });
    await reader.fetch();
    await expect(reader.verifyTag('flux-sync')).rejects.toThrow(/no good signature/);
    await plain.fetch();
    const strangers = await plain.signatures({ to: revision, isFirstParent: false });
    expect(strangers).toMatchObject([{ isGood: false }]);
    const found = await reader.signatures({ to: other, from: revision, isFirstParent: false });
    expect(found).toMatchObject([{ revision: other, status: 'N', isGood: false, key: '' }]);
  });

  it('follows a branch to the last commit before one that is not signed', async () => {
    const one = await commit(signed, 'one');
    const two = await commit(signed, 'two');
    await reader.fetch();
    const verify = (head: string, since?: string): ReturnType<typeof verifiedRevision> =>
      verifiedRevision(reader, { head, since, mode: 'all' });
    expect(await verify(two)).toEqual({ revision: two, bad: undefined });
    const bad = await commit(plain, 'bad');
    const after = await commit(signed, 'after');
    await reader.fetch();
    expect(await verify(after)).toMatchObject({ revision: two, bad: { revision: bad } });
    expect(await verify(after, one)).toMatchObject({ revision: two, bad: { revision: bad } });
    expect(await verify(bad, two)).toMatchObject({ revision: two, bad: { revision: bad } });
    expect(await verify(after, bad)).toMatchObject({ revision: undefined, bad: { revision: bad } });
  });

  it('with first-parent trusts what a signed merge brings, with all it does not', async () => {
    const one = await commit(signed, 'one');
    const side = await commit(plain, 'side', 'side');
    await signed.fetch();
    const git = (...args: string[]): string =>
      execFileSync('git', ['--git-dir', path.join(dir, 'mirror-0'), ...args], {
        encoding: 'utf8',
        env: { ...process.env, GNUPGHOME: keyring.gnupgHome },
      }).trim();
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@b'];
    const merge = git(
      ...identity,
      'commit-tree',
      '-Stest@example.com',
      '-p',
      one,
      '-p',
      side,
      '-m',
      'merge',
      `${side}^{tree}`,
    );
    await signed.push({ refs: [{ from: merge, to: 'refs/heads/master' }] });
    await reader.fetch();
    const verify = (mode: 'all' | 'first-parent') =>
      verifiedRevision(reader, { head: merge, since: one, mode });
    expect(await verify('first-parent')).toEqual({ revision: merge, bad: undefined });
    expect(await verify('all')).toMatchObject({ revision: one, bad: { revision: side } });
  });

  it('tells which key is missing', async () => {
    const signing = { key: 'nobody@example.com', format: 'openpgp', keyring } as const;
    await expect(commit(open({ signing }), 'x')).rejects.toThrow(
      /cannot sign with the key nobody@example\.com/,
    );
  });

  it('refuses what is no key, and folders whose path is too long for GnuPG', async () => {
    writeFileSync(path.join(dir, 'none'), 'no key');
    const to = { dir: path.join(dir, 'other'), environment };
    await expect(openKeyring({ ...to, imports: [path.join(dir, 'none')] })).rejects.toThrow(
      /no .*key/,
    );
    await expect(openKeyring({ ...to, imports: [path.join(dir, 'gone')] })).rejects.toThrow(
      /cannot read the GPG key/,
    );
    const long = path.join(dir, 'x'.repeat(90));
    await expect(openKeyring({ dir: long, imports: [], environment })).rejects.toThrow(/too long/);
  });
});

describe.skipIf(!hasKeygen || !hasGpg)('SSH (ssh-keygen)', () => {
  it('signs commits and tags, good for those who are listed', async () => {
    const file = path.join(dir, 'id');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
    const allowedSignersFile = path.join(dir, 'allowed');
    writeFileSync(allowedSignersFile, `a@b ${readFileSync(`${file}.pub`, 'utf8')}`);
    const signed = open({ signing: { key: file, format: 'ssh' } });
    const revision = await commit(signed, 'one');
    await signed.tag({ name: 'flux-sync', revision, message: 'Sync pointer' });
    const to = { dir: path.join(dir, 'gpg'), imports: [], environment };
    keyring = await openKeyring({ ...to, allowedSignersFile });
    const reader = open({ keyring });
    await reader.fetch();
    await reader.verifyTag('flux-sync');
    const range = { to: revision, isFirstParent: false };
    expect(await reader.signatures(range)).toMatchObject([{ status: 'G', isGood: true }]);
    const stranger = open({ keyring: await openKeyring(to) });
    await stranger.fetch();
    expect(await stranger.signatures(range)).toMatchObject([{ isGood: false }]);
    await expect(stranger.verifyTag('flux-sync')).rejects.toThrow(/no good signature/);
  });
});
