import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger, systemClock } from '../../../base/index.ts';
import { sealedSecretCrd, sealedSecretKind } from '../../../api/sealed-secret/index.ts';
import type { SealedSecret } from '../../../api/sealed-secret/index.ts';
import { createApiServer } from '../../../embedded/apiserver/index.ts';
import type { ApiServer } from '../../../embedded/apiserver/index.ts';
import {
  createKeyRing,
  fingerprintOf,
  keyLabel,
  privateKeyOf,
  sealSecret,
  startSeal,
  unsealSecret,
} from '../../../features/seal/index.ts';
import { connect, kinds } from '../../../lib/kube/index.ts';
import { listen } from '../../../lib/http/index.ts';
import { parse, stringify } from '../../../lib/yaml/index.ts';
import { program } from './index.ts';

let cwd: string;
const closing: Array<() => Promise<unknown>> = [];
const testdata = path.join(import.meta.dirname, '../../../features/seal/testdata');
const stranger = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
let key: KeyObject;

beforeEach(async () => {
  cwd = await mkdtemp(path.join(os.tmpdir(), 'trice-seal-'));
  for (const name of ['cert.pem', 'key.pem']) {
    await writeFile(path.join(cwd, name), await readFile(path.join(testdata, name)));
  }
  key = privateKeyOf(await fileText('key.pem'));
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await rm(cwd, { recursive: true });
});
const fileText = (name: string): Promise<string> => readFile(path.join(cwd, name), 'utf8');

interface Ran {
  code: number;
  out: string;
  err: string;
}
async function run(
  args: readonly string[],
  stdin = '',
  env: Record<string, string> = {},
): Promise<Ran> {
  const written = { out: '', err: '' };
  const to = (name: 'out' | 'err') => ({
    isTTY: false,
    write: (chunk: string | Uint8Array) => void (written[name] += Buffer.from(chunk).toString()),
  });
  const code = await program(args, {
    stdin: (async function* () {
      yield Buffer.from(stdin);
    })(),
    stdout: to('out'),
    stderr: to('err'),
    env: { HOME: cwd, ...env },
    cwd,
    signal: new AbortController().signal,
    clock: systemClock,
  });
  return { code, ...written };
}

const secretOf = (name: string, values: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'dev' },
  stringData: values,
});
/** Writes a SealedSecret with a comment on every line that may have one. */
async function sealedFile(file: string, values: Record<string, string>, by = key): Promise<void> {
  const text = stringify(sealSecret(secretOf('db', values), by));
  await mkdir(path.dirname(path.join(cwd, file)), { recursive: true });
  await writeFile(
    path.join(cwd, file),
    `# why this is here\n${text.replace('spec:', 'spec: # kept')}---\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: other}\n`,
  );
}
async function opened(file: string, by = key): Promise<Record<string, string>> {
  const sealed = parse(await fileText(file)) as SealedSecret;
  const render = (): never => {
    throw new Error('no template');
  };
  const { data = {} } = await unsealSecret(sealed, { ring: createKeyRing([by]), render });
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, Buffer.from(value, 'base64').toString()]),
  );
}

describe('status', () => {
  it('lists scope, key and age, as far as each can be known', async () => {
    await sealedFile('a/db.yaml', { user: 'u', password: 'CANARY' });
    await writeFile(path.join(cwd, 'plain.yaml'), 'a: SealedSecret\n');
    const none = await run(['status']);
    expect(none.out.split('\n')[1]).toMatch(/^a\/db.yaml +dev +db +strict +2 +unknown$/);
    const own = fingerprintOf(key);
    const byCert = await run(['status', 'a', '--cert', 'cert.pem']);
    expect(byCert.out).toContain(`${own}?`);
    expect(byCert.out).toMatch(/ \d+d\n$/);
    const byKey = await run(['status', '.', '--private-key', 'key.pem']);
    expect(byKey.out).toContain(own);
    expect(byKey.out).not.toContain(`${own}?`);
    expect(JSON.stringify([none, byCert, byKey])).not.toContain('CANARY');
  });
});

describe('check', () => {
  it('says what does not fit, and exits with 1', async () => {
    await sealedFile('db.yaml', { user: 'u' });
    expect(await run(['check', '--cert', 'cert.pem'])).toEqual({ code: 0, out: '', err: '' });
    await sealedFile('foreign/db.yaml', { user: 'u' }, stranger);
    const { code, out } = await run(['check', '--cert', 'cert.pem']);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^foreign\/db.yaml: dev\/db user: sealed for a key of 1024 bits, not of \d+\n$/,
    );
    const cut = (await fileText('db.yaml')).replace(/user: \S+/, 'user: "A_A"');
    await writeFile(path.join(cwd, 'db.yaml'), cut);
    const bad = await run(['check', 'db.yaml', '--cert', 'cert.pem']);
    expect(bad.out).toContain('illegal base64 data at input byte 1');
    expect((await run(['check'])).err).toContain('--cert is needed');
  });
});

describe('reseal', () => {
  it('seals a folder anew in place and keeps every other byte', async () => {
    await sealedFile('x/db.yaml', { user: 'u', 'tls.key': 'line\n' });
    const before = await fileText('x/db.yaml');
    const { code, out, err } = await run([
      'reseal',
      'x',
      '--private-key',
      'key.pem',
      '--cert',
      'cert.pem',
    ]);
    expect([code, err, out]).toEqual([0, '', 'x/db.yaml: db sealed anew\n']);
    const after = await fileText('x/db.yaml');
    const frame = (text: string): string =>
      text.replaceAll(/[A-Za-z0-9+/]{100,}={0,2}/g, 'VALUE').replace(/ {2}annotations:\n.*\n/, '');
    expect(after).not.toBe(before);
    expect(frame(after)).toBe(frame(before));
    expect(await opened('x/db.yaml')).toEqual({ user: 'u', 'tls.key': 'line\n' });
    const check = await run(['status', 'x']);
    expect(check.out).toContain(fingerprintOf(key));
  });

  it('writes nothing when one does not open', async () => {
    await sealedFile('a.yaml', { user: 'u' });
    await sealedFile('b.yaml', { user: 'u' }, stranger);
    const before = await fileText('a.yaml');
    const { code, err } = await run(['reseal', '--private-key', 'key.pem', '--cert', 'cert.pem']);
    expect([code, err]).toEqual([1, 'Error: b.yaml: dev/db: no key could decrypt secret\n']);
    expect(await fileText('a.yaml')).toBe(before);
    expect((await run(['reseal', '--cert', 'cert.pem'])).err).toContain('--private-key is needed');
  });
});

describe('set', () => {
  it('changes one value, adds one, and leaves the others alone', async () => {
    await sealedFile('db.yaml', { user: 'u', password: 'old' });
    const user = /user: \S+/.exec(await fileText('db.yaml'))?.[0];
    const done = await run(['set', 'db.yaml', 'password', '--cert', 'cert.pem'], 'CANARY');
    expect(done).toEqual({ code: 0, out: 'db.yaml: db password sealed\n', err: '' });
    await run(['set', 'db.yaml', 'extra', '--cert', 'cert.pem'], 'more');
    expect(await opened('db.yaml')).toEqual({ user: 'u', password: 'CANARY', extra: 'more' });
    const text = await fileText('db.yaml');
    expect(text).toContain(user);
    expect(text).toContain('# why this is here');
    expect(text).toContain('spec: # kept');
  });

  it.each([
    [['set', 'db.yaml', 'a b', '--cert', 'cert.pem'], 'not a key of a Secret'],
    [['set', 'db.yaml', 'k'], '--cert is needed'],
    [['set', 'none.yaml', 'k', '--cert', 'cert.pem'], 'none.yaml'],
    [['set', 'db.yaml', 'k', '--name', 'x', '--cert', 'cert.pem'], 'no such SealedSecret'],
    [['set', 'db.yaml', 'k', '--cert', 'cert.pem'], 'do not fit this certificate'],
  ])('%j: %s', async (args, text) => {
    await sealedFile('db.yaml', { user: 'u' }, stranger);
    const before = await fileText('db.yaml');
    const { code, err } = await run(args, 'CANARY');
    expect([code, err]).toEqual([1, expect.stringContaining(text)]);
    expect(err).not.toContain('CANARY');
    expect(await fileText('db.yaml')).toBe(before);
  });
});

describe('for-clusters', () => {
  it('writes a file for each cluster', async () => {
    const secret = JSON.stringify(secretOf('db', { user: 'CANARY' }));
    const clusters = ['--cluster', 'eu=cert.pem', '--cluster', 'us=cert.pem'];
    const { code, out } = await run(
      ['for-clusters', ...clusters, '-o', 'c/{cluster}/db.yaml'],
      secret,
    );
    expect([code, out]).toEqual([0, 'c/eu/db.yaml\nc/us/db.yaml\n']);
    expect(await opened('c/us/db.yaml')).toEqual({ user: 'CANARY' });
    const bad = await run(
      ['for-clusters', '--cluster', '../x=cert.pem', '-o', '{cluster}'],
      secret,
    );
    expect(bad.err).toContain('not a name for a cluster');
    expect((await run(['for-clusters', ...clusters, '-o', 'one.yaml'], secret)).err).toContain(
      '{cluster}',
    );
  });
});

describe('backup and restore', () => {
  async function startCluster(name: string): Promise<ApiServer> {
    const log = createLogger({ clock: systemClock, write: () => {} });
    const api = await createApiServer({ storePath: ':memory:', clock: systemClock, log });
    closing.push(() => api.close());
    const cluster = connect({ transport: api.transport });
    await cluster.create(kinds.CustomResourceDefinition, sealedSecretCrd);
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } };
    await cluster.create(kinds.Namespace, namespace).catch(() => {});
    const listening = await listen({
      host: '127.0.0.1',
      port: 0,
      handler: (request) => api.transport(request),
    });
    closing.push(() => listening.close());
    const server = `http://127.0.0.1:${listening.port}`;
    await writeFile(
      path.join(cwd, name),
      `clusters: [{name: a, cluster: {server: "${server}"}}]\ncontexts: [{name: a, context: {cluster: a, user: a}}]\nusers: [{name: a, user: {}}]\ncurrent-context: a\n`,
    );
    return api;
  }

  it('a drill: a new cluster opens what was sealed for the lost one', async () => {
    const lost = connect({ transport: (await startCluster('lost')).transport });
    const log = createLogger({ clock: systemClock, write: () => {} });
    const stop = new AbortController();
    const first = startSeal({
      cluster: lost,
      clock: systemClock,
      log,
      signal: stop.signal,
      settings: { keySizeBits: 1024 },
    });
    const ask = (path: string, body?: string) =>
      first.handle(
        new Request(`http://s${path}`, body === undefined ? {} : { method: 'POST', body }),
      );
    const certificate = await (await ask('/v1/cert.pem')).text();
    await writeFile(path.join(cwd, 'first.pem'), certificate);
    const sealed = sealSecret(secretOf('db', { user: 'kept' }), createPublicKey(certificate));
    stop.abort();
    await writeFile(path.join(cwd, 'pw'), 'correct horse\n');

    const saved = await run([
      'backup',
      'keys.age',
      '--kubeconfig',
      'lost',
      '--password-file',
      'pw',
    ]);
    expect(saved).toEqual({ code: 0, out: 'keys.age: 1 key\n', err: '' });
    const text = await fileText('keys.age');
    expect(text).not.toContain('tls.key');
    expect(text).toContain('-----BEGIN AGE ENCRYPTED FILE-----');
    expect((await stat(path.join(cwd, 'keys.age'))).size).toBeGreaterThan(500);

    const fresh = connect({ transport: (await startCluster('new')).transport });
    const good = ['restore', 'keys.age', '--kubeconfig', 'new', '--password-file', 'pw'];
    expect((await run(good)).out).toBe('1 key restored, 0 there already\n');
    expect((await run(good)).out).toBe('0 keys restored, 1 there already\n');
    expect((await run(['backup', 'x', '--kubeconfig', 'new'])).err).toContain(
      'a password is needed',
    );

    const end = new AbortController();
    startSeal({ cluster: fresh, clock: systemClock, log, signal: end.signal });
    const dev = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'dev' } };
    await fresh.create(kinds.Namespace, dev);
    await fresh.create(sealedSecretKind, sealed);
    const key = { namespace: 'dev', name: 'db' };
    let secret = await fresh.get(kinds.Secret, key);
    for (let turn = 0; turn < 300 && secret === undefined; turn += 1) {
      await systemClock.sleep(20);
      secret = await fresh.get(kinds.Secret, key);
    }
    end.abort();
    expect(secret?.['data']).toEqual({ user: Buffer.from('kept').toString('base64') });
    // A password costs its second on purpose, three times here.
  }, 60_000);

  it('for holders of age keys, with the key of old that has no label', async () => {
    const lost = connect({ transport: (await startCluster('lost')).transport });
    const named = (name: string, labels?: Record<string, string>) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'Opaque',
      metadata: { name, namespace: 'kube-system', ...(labels === undefined ? {} : { labels }) },
      data: { 'tls.key': 'a2V5', 'tls.crt': 'Y3J0' },
    });
    await lost.create(kinds.Secret, named('sealed-secrets-key'));
    await lost.create(kinds.Secret, named('by-hand', { [keyLabel]: 'compromised' }));
    await lost.create(kinds.Secret, named('other'));
    const identity = await generateIdentity();
    await writeFile(path.join(cwd, 'id.txt'), `# created: today\n${identity}\n`);
    const to = await identityToRecipient(identity);
    const backup = ['backup', 'keys.age', '--kubeconfig', 'lost', '--age-recipient', to];
    expect(await run(backup)).toEqual({ code: 0, out: 'keys.age: 2 keys\n', err: '' });

    const fresh = connect({ transport: (await startCluster('new')).transport });
    const restore = ['restore', 'keys.age', '--kubeconfig', 'new', '--age-identity', 'id.txt'];
    expect((await run(restore)).out).toBe('2 keys restored, 0 there already\n');
    const { items } = await fresh.list(kinds.Secret, { namespace: 'kube-system' });
    const names = items.map(({ metadata }) => metadata.name);
    expect(names.toSorted()).toEqual(['by-hand', 'sealed-secrets-key']);
  });
});
