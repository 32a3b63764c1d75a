import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
import { connect, kinds, recordEvent, type Cluster } from '../../../lib/kube/index.ts';
import { applyObject, marked, syncSetName } from '../../../lib/manifest/index.ts';
import type { CliIo } from '../io.ts';
import { program } from './index.ts';

let dir: string;
let server: ApiServer;
let cluster: Cluster;

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'trice-why-'));
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
});

afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

async function why(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const io: CliIo = {
    stdin: (async function* () {})(),
    stdout: { isTTY: false, write: (chunk) => void (out += String(chunk)) },
    stderr: { isTTY: false, write: (chunk) => void (err += String(chunk)) },
    env: { HOME: dir, KUBECONFIG: path.join(dir, 'kubeconfig') },
    cwd: dir,
    signal: new AbortController().signal,
    clock: systemClock,
  };
  return { code: await program(argv, io), out, err };
}

it('tells where an object comes from, and what is the matter', async () => {
  const id = 'default:deployment/web';
  const labels = { app: 'web' };
  const web: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default', annotations: { 'fluxcd.io/locked': 'true' } },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
    },
  };
  const setName = syncSetName({ url: 'ssh://git@host/repo', branch: 'master', paths: ['a', 'b'] });
  await applyObject(cluster, kinds.Deployment, marked(web, setName, id), { fieldManager: 'trice' });
  await cluster.create(kinds.ConfigMap, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 's', namespace: 'default', labels: { 'trice.dev/sync': 'main' } },
    data: {
      url: 'ssh://git@host/repo',
      branch: 'master',
      paths: 'a,b',
      revision: 'a'.repeat(40),
      'problems.json': JSON.stringify([{ id, path: 'a/web.yaml', line: 3, message: 'refused' }]),
    },
  });
  const run = { clock: systemClock, log: silentLogger, signal: new AbortController().signal };
  const live = await cluster.get(kinds.Deployment, { namespace: 'default', name: 'web' });
  const about = { ...live!, apiVersion: 'apps/v1', kind: 'Deployment' };
  const event = { type: 'Warning', reason: 'Odd', message: 'it is odd', source: 'me' } as const;
  await recordEvent(cluster, { about, ...event }, run);

  const { code, out } = await why('deploy/web');
  expect(code).toBe(1);
  expect(out).toMatch(/^default:deployment\/web is progressing: /);
  expect(out).toContain('problems:\n  main: a/web.yaml:3:');
  expect(out).toContain(
    'origin:\n  applied by the sync of main, ssh://git@host/repo (master) at aaaaaaa\n',
  );
  expect(out).toContain('policies:\n  locked: true\n');
  expect(out).toMatch(/last written by:\n {2}trice, \d{4}-/);
  expect(out).toMatch(/events:\n {2}\S+Z Odd: it is odd\n/);
  expect(JSON.parse((await why(id, '-o', 'json')).out)).toMatchObject({ id });
});

it('goes up to the owner, and says what is not there', async () => {
  const owner = await cluster.get(kinds.Deployment, { namespace: 'default', name: 'web' });
  const { uid = '', name } = owner!.metadata;
  const ownerReferences = [
    { apiVersion: 'apps/v1', kind: 'Deployment', name, uid, controller: true },
  ];
  await cluster.create(kinds.ConfigMap, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'owned', namespace: 'default', ownerReferences },
  } as KubeObject);
  const { code, out } = await why('cm/owned');
  expect(code).toBe(0);
  expect(out).toContain('owned by Deployment web\n  applied by the sync of main');
  expect(await why('cm/nothing')).toMatchObject({
    code: 1,
    out: 'default:configmap/nothing is not there\n',
  });
  expect((await why('ship/x')).err).toContain('does not serve a kind "ship"');
  expect((await why('web')).err).toContain('write kind/name');
});
