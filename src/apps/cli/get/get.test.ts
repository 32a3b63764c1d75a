import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../../base/index.ts';
import { createApiServer, createPki, kubeconfigText } from '../../../embedded/apiserver/index.ts';
import type { ApiServer } from '../../../embedded/apiserver/index.ts';
import { connect, kinds } from '../../../lib/kube/index.ts';
import { listen } from '../../../lib/http/index.ts';
import type { Listening } from '../../../lib/http/index.ts';
import { program as fluxctl } from '../fluxctl/index.ts';
import type { CliIo, Program } from '../io.ts';
import { program as sync } from '../sync/index.ts';
import { program as get } from './index.ts';

let dir: string;
let server: ApiServer;
let daemon: Listening;
let asked: string[];

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'trice-get-'));
  asked = [];
  server = await createApiServer({ storePath: ':memory:', clock: systemClock, log: silentLogger });
  const pki = await createPki({ dir, clock: systemClock, hosts: [] });
  const { port } = await server.listen({
    host: '127.0.0.1',
    port: 0,
    tls: { cert: pki.serverCertPem, key: pki.serverKeyPem, ca: pki.caPem },
  });
  await writeFile(
    path.join(dir, 'kubeconfig'),
    kubeconfigText({ server: `https://127.0.0.1:${port}`, pki }),
  );
  daemon = await listen({
    host: '127.0.0.1',
    port: 0,
    handler: (request) => {
      asked.push(`${request.method} ${new URL(request.url).pathname}`);
      if (request.method === 'GET') return Response.json([]);
      const problems = [{ path: 'a.yaml', line: 2, message: 'a.yaml: it is wrong' }];
      return Response.json([{ name: 'main', revision: 'a'.repeat(40), changed: ['x'], problems }]);
    },
  });
  await announceFlux();
});

afterAll(async () => {
  await daemon.close();
  await server.close();
  await rm(dir, { recursive: true, force: true });
});

/** What `trice up` does: a Service without selector whose endpoint is our own port. */
async function announceFlux(): Promise<void> {
  const cluster = connect({ transport: server.transport });
  const metadata = { name: 'flux', namespace: 'fluxcd' };
  await cluster.create(kinds.Namespace, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'fluxcd' },
  });
  await cluster.create(kinds.Service, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { ports: [{ name: 'http', port: 3030, targetPort: daemon.port }] },
  });
  await cluster.create(kinds.Endpoints, {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata,
    subsets: [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ name: 'http', port: daemon.port }] }],
  });
  await cluster.create(kinds.ConfigMap, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'trice-sync-main',
      namespace: 'fluxcd',
      labels: { 'trice.dev/sync': 'main' },
    },
    data: {
      url: 'ssh://git@host/repo',
      branch: 'master',
      state: 'failing',
      head: 'b'.repeat(40),
      revision: 'a'.repeat(40),
      objects: '3',
      'problems.json': '[{"path":"a.yaml","line":2,"message":"a.yaml: it is wrong"}]',
    },
  });
}

async function run(program: Program, ...argv: string[]) {
  let [out, err] = ['', ''];
  const io: CliIo = {
    stdin: (async function* () {})(),
    stdout: { write: (chunk) => void (out += String(chunk)), isTTY: false },
    stderr: { write: (chunk) => void (err += String(chunk)), isTTY: false },
    env: { KUBECONFIG: path.join(dir, 'kubeconfig') },
    cwd: dir,
    signal: new AbortController().signal,
    clock: systemClock,
  };
  const code = await program(argv, io);
  return { code, out, err };
}

describe('trice get sync', () => {
  it('shows the state and what is to be mended, without a daemon', async () => {
    expect(await run(get, 'sync')).toEqual({
      code: 1,
      err: '',
      out: [
        'NAME  STATE    REVISION  HEAD     OBJECTS  PROBLEMS  REPOSITORY',
        'main  failing  aaaaaaa   bbbbbbb  3        1         ssh://git@host/repo (master)',
        '',
        'main:',
        '  a.yaml:2: it is wrong',
        '',
      ].join('\n'),
    });
    const { out } = await run(get, 'sync', 'main', '-o', 'json');
    expect(JSON.parse(out)).toMatchObject([{ name: 'main', state: 'failing' }]);
    expect(await run(get, 'sync', 'other')).toMatchObject({
      code: 1,
      err: 'Error: no repository is named "other"\n',
    });
  });
});

describe('the daemon behind the API server', () => {
  it('is found in the named namespace, and in any other', async () => {
    for (const namespace of ['fluxcd', 'default']) {
      const answer = await run(fluxctl, 'list-workloads', '--k8s-fwd-ns', namespace);
      expect(answer).toMatchObject({ code: 0, err: '' });
    }
    expect(asked).toEqual(['GET /api/flux/v11/services', 'GET /api/flux/v11/services']);
  });

  it('trice sync tells what it did, and fails when something is wrong', async () => {
    expect(await run(sync, 'main')).toEqual({
      code: 1,
      err: '',
      out: 'main: synced aaaaaaa, 1 changed, 1 problems\n  x\n  ! a.yaml:2: it is wrong\n',
    });
  });
});
