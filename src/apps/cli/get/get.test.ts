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
let workloads: unknown[] = [];

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
      if (request.method === 'GET') return Response.json(workloads);
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

const web = (Status: string, Messages: string[] | null = null) => ({
  ID: 'default:deployment/web',
  Containers: [{ Name: 'web', Current: { ID: 'nginx:1' } }],
  ReadOnly: '',
  Status,
  Rollout: { Desired: 2, Updated: 2, Ready: 1, Available: 1, Outdated: 0, Messages },
  SyncError: '',
  Antecedent: '',
  Labels: {},
  Automated: true,
  Locked: false,
  Ignore: false,
  Policies: {},
});

describe('trice get', () => {
  it('sources, ready when they have been fetched', async () => {
    expect(await run(get, 'sources')).toMatchObject({
      code: 0,
      out: [
        'NAME  READY  HEAD     BRANCH  URL',
        'main  True   bbbbbbb  master  ssh://git@host/repo',
        '',
      ].join('\n'),
    });
  });

  it('workloads, with what git says of them', async () => {
    workloads = [web('updating')];
    const { code, out } = await run(get, 'workloads', '--k8s-fwd-ns', 'fluxcd');
    expect([code, out]).toEqual([
      0,
      'WORKLOAD                STATUS    REPLICAS  IN GIT  POLICY\n' +
        'default:deployment/web  updating  1/2       yes     automated\n',
    ]);
    workloads = [web('error', ['no image'])];
    const wide = await run(get, 'workloads', '-o', 'wide');
    expect([wide.code, wide.out]).toEqual([1, expect.stringContaining('nginx:1  no image')]);
    workloads = [];
  });

  it('every format of every list', async () => {
    for (const what of ['sync', 'sources', 'workloads']) {
      const formats = await Promise.all(
        ['json', 'yaml', 'wide', 'name'].map((each) => run(get, what, '-o', each)),
      );
      expect(formats.map(({ err }) => err)).toEqual(['', '', '', '']);
      expect((await run(get, what, '-o', 'xml')).err).toContain('unknown output format "xml"');
    }
    expect((await run(get, 'sync', '-o', 'name')).out).toBe('main\n');
  });
});

describe('the daemon behind the API server', () => {
  it('is found in the named namespace, and in any other', async () => {
    for (const namespace of ['fluxcd', 'default']) {
      const answer = await run(fluxctl, 'list-workloads', '--k8s-fwd-ns', namespace);
      expect(answer).toMatchObject({ code: 0, err: '' });
    }
    expect(asked.slice(-2)).toEqual(['GET /api/flux/v11/services', 'GET /api/flux/v11/services']);
  });

  it('trice sync tells what it did, and fails when something is wrong', async () => {
    expect(await run(sync, 'main')).toEqual({
      code: 1,
      err: '',
      out: 'main: synced aaaaaaa, 1 changed, 1 problems\n  x\n  ! a.yaml:2: it is wrong\n',
    });
  });

  it('trice sync --wait waits for what it changed', async () => {
    workloads = [web('updating')];
    const waiting = run(sync, 'main', '--wait', '--timeout=30s');
    workloads = [web('error', ['no image'])];
    expect((await waiting).err).toBe('! default:deployment/web: no image\n');
    workloads = [web('updating')];
    expect((await run(sync, '--wait', '--timeout=100ms')).err).toBe(
      '! default:deployment/web is still updating\n',
    );
    workloads = [web('ready')];
    expect((await run(sync, '--wait')).err).toBe('');
  });
});
