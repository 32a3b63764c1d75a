import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger, isRecord, silentLogger, systemClock } from '../../../base/index.ts';
import { createApiServer } from '../../../embedded/apiserver/index.ts';
import type { ApiServer } from '../../../embedded/apiserver/index.ts';
import { openMirror } from '../../../lib/git/index.ts';
import { connect, kinds } from '../../../lib/kube/index.ts';
import type { Cluster } from '../../../lib/kube/index.ts';
import { createDeployKey, isSshUrl } from './deploy-key.ts';
import type { DeployKey } from './deploy-key.ts';
import { knownHosts } from './known-hosts.ts';
import { publicKeyOf, publicKeyText } from './public-key.ts';

const sshd = ['/usr/sbin/sshd', '/usr/bin/sshd'].find((file) => existsSync(file));
const keygen = ['/usr/bin/ssh-keygen', '/bin/ssh-keygen'].find((file) => existsSync(file));
const secret = { namespace: 'fluxcd', name: 'flux-git-deploy' };

let dir: string;
let server: ApiServer;
let cluster: Cluster;
let lines: string[];

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'trice-ssh-'));
  lines = [];
  server = await createApiServer({ storePath: ':memory:', clock: systemClock, log: silentLogger });
  cluster = connect({ transport: server.transport });
});

afterEach(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

function open(more: object = {}): DeployKey {
  const log = createLogger({ clock: systemClock, write: (line) => lines.push(line) });
  return createDeployKey({ cluster, secret, log, dir: path.join(dir, 'ssh'), bits: 2048, ...more });
}

async function secretData(): Promise<Record<string, string>> {
  const live = await cluster.get(kinds.Secret, secret);
  const data = isRecord(live?.['data']) ? live['data'] : {};
  const text = (value: unknown): string => Buffer.from(String(value), 'base64').toString('utf8');
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, text(value)]));
}

it('knows the forges by the fingerprints that they publish', () => {
  const prints = knownHosts
    .trim()
    .split('\n')
    .map((line) => {
      const [hosts, type, key] = line.split(' ');
      return `${hosts} ${publicKeyOf(`${type} ${key}`).fingerprints.sha256.hash}`;
    });
  expect(prints).toEqual([
    'github.com +DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU',
    'github.com p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM',
    'github.com uNiVztksCsDhcc0u9e8BujQXVUpKZIDTMczCvj3tD2s',
    'gitlab.com eUXGGm1YGsMAS7vkcx6JOJdOGHPem5gQp4taiCfCLB8',
    'gitlab.com HbW3g8zUjNSksFbqTiUWPWg2Bq1x8xdGUrliXFzSnUw',
    'gitlab.com ROQFvPThGrW4RuWLoL9tq9I9zJ42fK4XywyRtbOz/EQ',
    'bitbucket.org ybgmFkzwOSotHTHLJgHO0QN8L0xErw6vd0VhFA9m3SM',
    'bitbucket.org FC73VB6C4OQLSCrjEayhMp9UMxS97caD/Yyi2bhW/J0',
    'bitbucket.org 46OSHA1Rmj8E8ERTC6xkNcmGOw9oFxYr0WF6zWW8l1E',
    'ssh.dev.azure.com,vs-ssh.visualstudio.com ohD8VZEXGWo6Ez8GSEJQ9WpafgLFsOfLOtGGQCQo6Og',
  ]);
});

it.each([
  ['git@github.com:a/b', true],
  ['ssh://git@host/a', true],
  ['https://host/a', false],
  ['/srv/a.git', false],
  ['file:///srv/a.git', false],
])('%s is reached over SSH: %s', (url, is) => {
  expect(isSshUrl(url)).toBe(is);
});

describe('the deploy key', () => {
  it('is made once, kept in the Secret, and logged so that it can be cut out', async () => {
    const { key } = await open().read();
    const data = await secretData();
    expect(Object.keys(data).toSorted()).toEqual(['identity', 'identity.pub']);
    expect(data['identity.pub']).toBe(key);
    const [line = ''] = lines.filter((each) => each.includes('identity.pub'));
    expect(line.split('"')[1]).toBe(key.trim());
    expect((await open().read()).key).toBe(key);
  });

  it('is laid down for git with the hosts of file and Secret, readable by us alone', async () => {
    const more = path.join(dir, 'more');
    writeFileSync(more, 'file.example ssh-ed25519 AAAA\n');
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fluxcd' } };
    await cluster.create(kinds.Namespace, namespace);
    const hosts = Buffer.from('secret.example ssh-ed25519 AAAA\n').toString('base64');
    await cluster.create(kinds.Secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: secret,
      data: { known_hosts: hosts },
    });
    const files = await open({ knownHostsFile: more }).install();
    const text = readFileSync(files.knownHostsFile, 'utf8');
    for (const host of ['github.com', 'secret.example', 'file.example']) {
      expect(text).toMatch(new RegExp(`^${host} ssh-ed25519 `, 'm'));
    }
    expect(readFileSync(files.keyFile, 'utf8')).toContain('PRIVATE KEY');
    expect((await secretData())['known_hosts']).toContain('secret.example');
  });

  it('is taken up without a restart when someone changes its Secret', async () => {
    const key = open();
    const { keyFile, knownHostsFile } = await key.install();
    const stop = new AbortController();
    const changed = Promise.withResolvers<void>();
    key.follow({ signal: stop.signal, log: silentLogger, clock: systemClock }, changed.resolve);
    const other = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    }).privateKey;
    const data = {
      identity: Buffer.from(other).toString('base64'),
      known_hosts: Buffer.from('new.example ssh-ed25519 AAAA\n').toString('base64'),
    };
    await cluster.patch(kinds.Secret, secret, { data }, { type: 'merge' });
    await changed.promise;
    stop.abort();
    expect(readFileSync(keyFile, 'utf8')).toBe(other);
    expect(readFileSync(knownHostsFile, 'utf8')).toContain('new.example');
    expect((await key.read()).key).toBe(publicKeyText(other));
  });

  it('is replaced in the Secret and for git when a person asks', async () => {
    const key = open();
    const { keyFile } = await key.install();
    const [before, old] = [readFileSync(keyFile, 'utf8'), (await key.read()).key];
    const renewed = await key.regenerate();
    expect(renewed.key).not.toBe(old);
    expect(readFileSync(keyFile, 'utf8')).not.toBe(before);
    expect((await secretData())['identity.pub']).toBe(renewed.key);
  });

  it.skipIf(keygen === undefined).each(['rsa', 'ed25519', 'ecdsa'])(
    'that a person brings in OpenSSH form is shown (%s, with ssh-keygen)',
    (type) => {
      const file = path.join(dir, type);
      execFileSync(keygen ?? '', ['-q', '-t', type, '-N', '', '-C', '', '-f', file]);
      const expected = readFileSync(`${file}.pub`, 'utf8').trim();
      const text = publicKeyText(readFileSync(file, 'utf8'));
      expect(text.trim()).toBe(expected);
      const print = execFileSync(keygen ?? '', ['-lf', `${file}.pub`], { encoding: 'utf8' });
      expect(print).toContain(`SHA256:${publicKeyOf(text).fingerprints.sha256.hash} `);
    },
  );

  it.each(['', 'nonsense', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END'])(
    'that cannot be read has no public half: %j',
    (text) => expect(publicKeyText(text)).toBe(''),
  );
});

describe.skipIf(sshd === undefined || keygen === undefined)('over a real server (sshd)', () => {
  let daemon: ChildProcess;
  let port: number;

  afterEach(() => void daemon.kill());

  async function serve(authorized: string): Promise<void> {
    port = await freePort();
    const hostKey = path.join(dir, 'host');
    execFileSync(keygen ?? '', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey]);
    writeFileSync(path.join(dir, 'authorized'), authorized, { mode: 0o600 });
    if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true });
    const options = [
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin yes',
      `PidFile ${path.join(dir, 'pid')}`,
      `AuthorizedKeysFile ${path.join(dir, 'authorized')}`,
      'ListenAddress 127.0.0.1',
    ];
    writeFileSync(path.join(dir, 'config'), `${options.join('\n')}\n`);
    const args = ['-D', '-e', '-p', String(port), '-h', hostKey, '-f', path.join(dir, 'config')];
    daemon = spawn(sshd ?? '', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    await new Promise<void>((resolve, reject) => {
      let said = '';
      daemon.stderr?.on('data', (chunk: Buffer) => {
        said += chunk.toString('utf8');
        if (said.includes('Server listening')) resolve();
      });
      daemon.on('exit', () => reject(new Error(said)));
    });
  }

  function repository(): string {
    const bare = path.join(dir, 'repo.git');
    const git = (cwd: string, ...args: string[]): void =>
      void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd });
    git(dir, 'init', '-q', '--bare', '-b', 'master', bare);
    git(dir, 'init', '-q', '-b', 'master', 'work');
    git(path.join(dir, 'work'), 'commit', '-q', '--allow-empty', '-m', 'first');
    git(path.join(dir, 'work'), 'push', '-q', bare, 'master');
    return `ssh://${userInfo().username}@127.0.0.1:${port}${bare}`;
  }

  const mirrorOf = (url: string, ssh: Awaited<ReturnType<DeployKey['install']>>) =>
    openMirror({
      url,
      dir: path.join(dir, 'mirror'),
      clock: systemClock,
      log: silentLogger,
      ssh,
      environment: { PATH: process.env['PATH'] },
    });

  it('fetches and pushes with the key, when the host is known', async () => {
    const key = open();
    await serve((await key.read()).key);
    const hosts = path.join(dir, 'hosts');
    writeFileSync(hosts, `[127.0.0.1]:${port} ${readFileSync(path.join(dir, 'host.pub'), 'utf8')}`);
    const mirror = mirrorOf(repository(), await open({ knownHostsFile: hosts }).install());
    await mirror.fetch();
    const revision = await mirror.head('master');
    expect(revision).toMatch(/^[0-9a-f]{40}$/);
    await mirror.tag({ name: 'flux-sync', revision: revision ?? '', message: 'Sync pointer' });
    const tags = execFileSync('git', ['tag'], { cwd: path.join(dir, 'repo.git') });
    expect(String(tags)).toBe('flux-sync\n');
    await mirror.close();
  });

  it('refuses a host that nobody vouched for', async () => {
    const key = open();
    await serve((await key.read()).key);
    const mirror = mirrorOf(repository(), await key.install());
    await expect(mirror.fetch()).rejects.toThrow(/the host key is not in known_hosts/);
  });

  it('says when the key was not added to the repository', async () => {
    const key = open();
    await serve('');
    const hosts = path.join(dir, 'hosts');
    writeFileSync(hosts, `[127.0.0.1]:${port} ${readFileSync(path.join(dir, 'host.pub'), 'utf8')}`);
    await key.read();
    const mirror = mirrorOf(repository(), await open({ knownHostsFile: hosts }).install());
    await expect(mirror.fetch()).rejects.toMatchObject({ code: 'denied' });
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
