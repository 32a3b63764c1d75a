import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLogger, systemClock, type KubeObject } from '../../../base/index.ts';
import {
  createApiServer,
  createPki,
  kubeconfigText,
  type ApiServer,
} from '../../../embedded/apiserver/index.ts';
import { connect, kinds, type Cluster } from '../../../lib/kube/index.ts';
import {
  applyObject,
  gcMarkLabel,
  gcMarkOf,
  marked,
  syncSetName,
} from '../../../lib/manifest/index.ts';
import type { CliIo } from '../io.ts';
import { program } from './index.ts';

let dir: string;
let server: ApiServer;
let cluster: Cluster;

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'trice-diff-test-'));
  server = await createApiServer({ storePath: ':memory:', clock: systemClock, log: silentLogger });
  cluster = connect({ transport: server.transport });
  const pki = await createPki({ dir, clock: systemClock, hosts: [] });
  const { port } = await server.listen({
    host: '127.0.0.1',
    port: 0,
    tls: { cert: pki.serverCertPem, key: pki.serverKeyPem, ca: pki.caPem },
  });
  const config = kubeconfigText({ server: `https://127.0.0.1:${port}`, pki });
  writeFileSync(path.join(dir, 'kubeconfig'), config);
  mkdirSync(path.join(dir, 'repo'));
});

afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

async function diff(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const io: CliIo = {
    stdin: (async function* () {})(),
    stdout: { isTTY: false, write: (chunk) => void (out += String(chunk)) },
    stderr: { isTTY: false, write: (chunk) => void (err += String(chunk)) },
    env: { PATH: process.env['PATH'], HOME: dir, KUBECONFIG: path.join(dir, 'kubeconfig') },
    cwd: path.join(dir, 'repo'),
    signal: new AbortController().signal,
    clock: systemClock,
  };
  return { code: await program(argv, io), out, err };
}

const write = (name: string, text: string): void =>
  writeFileSync(path.join(dir, 'repo', name), text);
const git = (...args: string[]): void =>
  void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
    cwd: path.join(dir, 'repo'),
    stdio: 'pipe',
  });
const map = (name: string, data: Record<string, string>, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', ...more },
  data,
});
const ship = { apiVersion: 'sea.example/v1', kind: 'Ship', metadata: { name: 's' } };

it('shows what a folder and a commit would change, and writes nothing', async () => {
  // As the sync leaves it, with its marks.
  const synced = marked(map('old', { a: '1', b: '2' }), 'a set', 'default:configmap/old');
  await applyObject(cluster, kinds.ConfigMap, synced, { fieldManager: 'kubectl' });
  const secret = (value: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'pass', namespace: 'default' },
    data: { word: Buffer.from(value).toString('base64') },
  });
  await applyObject(cluster, kinds.Secret, secret('first'), { fieldManager: 'kubectl' });
  const before = await cluster.list(kinds.ConfigMap);
  write('old.yaml', JSON.stringify(map('old', { a: '1', b: '2' })));
  write('pass.yaml', JSON.stringify(secret('first')));
  git('init', '-q', '-b', 'master');
  git('add', '-A');
  git('commit', '-q', '-m', 'as it is');
  expect(await diff()).toEqual({ code: 0, err: '', out: 'nothing would change\n' });

  write('old.yaml', JSON.stringify(map('old', { a: '9', c: 'new' })));
  write('new.yaml', JSON.stringify(map('new', { text: 'one\ntwo' })));
  write('pass.yaml', JSON.stringify(secret('second')));
  write('ship.yaml', JSON.stringify(ship));
  const { code, out } = await diff('.');
  expect(code).toBe(1);
  expect(out).toBe(`+ default:configmap/new  (new.yaml:1)
    + data:
    +   text: |-
    +     one
    +     two
~ default:configmap/old  (old.yaml:1)
    ~ data.a: "1" -> "9"
    - data.b: "2"
    + data.c: new
~ default:secret/pass  (pass.yaml:1)
    ~ data.word: '[hidden]' -> '[hidden]'
? default:ship/s  (ship.yaml:1)
    ! the cluster does not serve sea.example/v1 Ship

1 to create, 2 to change, 0 to delete, 1 unknown
`);
  expect(out).not.toContain(Buffer.from('second').toString('base64'));
  expect(await diff('HEAD')).toMatchObject({ code: 0, out: 'nothing would change\n' });
  expect((await diff('.', '-o', 'name')).out.split('\n')).toHaveLength(5);
  expect(JSON.parse((await diff('.', '-o', 'json')).out)).toHaveLength(4);
  expect(await cluster.list(kinds.ConfigMap)).toEqual(before);
});

it('shows what would be deleted of a synced repository, when it can be told', async () => {
  const setName = syncSetName({ url: 'ssh://git@host/repo', branch: 'master', paths: [] });
  const id = 'default:configmap/gone';
  await cluster.create(
    kinds.ConfigMap,
    map('gone', {}, { labels: { [gcMarkLabel]: gcMarkOf(setName, id) } }),
  );
  await cluster.create(
    kinds.ConfigMap,
    map(
      'trice-sync-main',
      { url: 'ssh://git@host/repo', branch: 'master' },
      { labels: { 'trice.dev/sync': 'main' } },
    ),
  );
  const { out } = await diff('HEAD', '--sync=main');
  expect(out).toContain(`- ${id}\n`);
  expect(out).toContain('1 to delete');
  // A file that cannot be read may stand for anything.
  write('broken.yaml', 'a: [\n');
  const careful = await diff('.', '--sync=main');
  expect(careful.out).not.toContain(`- ${id}`);
  expect(careful.err).toContain('! broken.yaml: ');
  expect(await diff('--sync=nobody')).toMatchObject({ code: 1 });
});

it('shows no value of a Secret that the server refuses', async () => {
  const pass = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'pass' } };
  write('pass.yaml', JSON.stringify({ ...pass, stringData: { word: 'very secret', on: true } }));
  const { out, code } = await diff('pass.yaml');
  expect([code, out]).toEqual([1, expect.stringContaining('? default:secret/pass')]);
  expect(out).not.toContain('very secret');
  expect(out).not.toContain(Buffer.from('very secret').toString('base64'));
});

it('refuses what it does not know', async () => {
  expect(await diff('no-such-rev')).toMatchObject({
    code: 1,
    err: 'Error: no-such-rev is neither a path nor a commit of this repository\n',
  });
  expect(await diff('-o', 'xml')).toMatchObject({ code: 1 });
  write('.flux.yaml', 'version: 1\ncommandUpdated: {generators: [{command: "false"}]}\n');
  expect((await diff('.')).err).toContain('has commands: add --run-commands');
});
