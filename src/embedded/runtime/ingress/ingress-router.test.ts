import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger, systemClock, type Kind, type KubeObject } from '../../../base/index.ts';
import { listen, type Listening } from '../../../lib/http/index.ts';
import { connect, kinds, type Cluster } from '../../../lib/kube/index.ts';
import { createApiServer, createPki, type ApiServer, type Pki } from '../../apiserver/index.ts';
import { ingressRouter } from './ingress-router.ts';
import { serveIngress, serveIngressTls } from './serve-ingress.ts';

// A real API server, Services whose Endpoints lead to a server of this test, requests over real ports.

const stop = new AbortController();
const namespace = 'default';
const ingresses: Kind = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  plural: 'ingresses',
  namespaced: true,
};
let dir: string;
let server: ApiServer;
let cluster: Cluster;
let pod: Listening;
let served: Listening;
let servedTls: Listening;
let pki: Pki;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'trice-ingress-'));
  const ports = { clock: systemClock, log: silentLogger, signal: stop.signal };
  server = await createApiServer({ storePath: ':memory:', ...ports });
  cluster = connect({ transport: server.transport });
  pki = await createPki({ dir, clock: systemClock, hosts: ['secure.example'] });
  pod = await listen({
    host: '127.0.0.1',
    port: 0,
    handler: (request) => {
      const name = (header: string): string | null => request.headers.get(header);
      const { pathname, search } = new URL(request.url);
      return Response.json({
        host: name('host'),
        path: pathname + search,
        scheme: name('x-forwarded-proto'),
        from: name('x-forwarded-for'),
      });
    },
    upgrade: (request, socket) => socket.end(`HTTP/1.1 101 Hi\r\n\r\n${request.url}`),
  });
  for (const name of ['web', 'idle']) await service(name);
  const certificate = { 'tls.crt': pki.serverCertPem, 'tls.key': pki.serverKeyPem };
  await cluster.create(kinds.Secret, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name: 'certificate' },
    type: 'kubernetes.io/tls',
    stringData: certificate,
  });
  const path = (to: string, at: string): object => ({
    path: at,
    pathType: 'Prefix',
    backend: { service: { name: to, port: { number: 80 } } },
  });
  await cluster.create(ingresses, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { namespace, name: 'front' },
    spec: {
      tls: [{ hosts: ['secure.example'], secretName: 'certificate' }],
      rules: [
        { host: 'a.example', http: { paths: [path('web', '/'), path('idle', '/idle')] } },
        { host: 'secure.example', http: { paths: [path('web', '/')] } },
      ],
    },
  });
  const router = ingressRouter({ ...ports, cluster });
  const at = { host: '127.0.0.1', port: 0 };
  served = await serveIngress(router, at);
  servedTls = await serveIngressTls(router, at);
  const isTold = (object: KubeObject): boolean =>
    JSON.stringify(object['status'] ?? {}).includes('127.0.0.1');
  const signal = AbortSignal.timeout(10_000);
  for await (const { object } of cluster.watch(ingresses, { namespace, signal }))
    if (isTold(object)) break;
});
afterAll(async () => {
  stop.abort();
  await Promise.all([served.close(), servedTls.close(), pod.close(), server.close()]);
  await rm(dir, { recursive: true, force: true });
});

async function service(name: string): Promise<void> {
  const metadata = { namespace, name };
  await cluster.create(kinds.Service, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { ports: [{ name: 'http', port: 80 }] },
  });
  if (name === 'idle') return;
  await cluster.create(kinds.Endpoints, {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata,
    subsets: [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ name: 'http', port: pod.port }] }],
  });
}

type Answer = { readonly status: number | undefined; readonly text: string };

/** A request with a Host header of its own, which fetch does not let through. */
function get(module: typeof http | typeof https, options: https.RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = module.get({ host: '127.0.0.1', agent: false, ...options }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode, text }));
    });
    request.on('error', reject);
  });
}

describe('ingresses', () => {
  it('lead to pods, which hear who asked for what', async () => {
    const headers = { host: 'a.example' };
    const { status, text } = await get(http, { port: served.port, path: '/x?y=1', headers });
    expect([status, JSON.parse(text)]).toEqual([
      200,
      { host: 'a.example', path: '/x?y=1', scheme: 'http', from: '127.0.0.1' },
    ]);
  });

  it.each([
    ['b.example', '/', 404],
    ['a.example', '/idle/x', 503],
  ])('%s%s is %i', async (host, path, status) => {
    const answer = await get(http, { port: served.port, path, headers: { host } });
    expect(answer.status).toBe(status);
  });

  it('over TLS with the certificate of the host', async () => {
    const at = { port: servedTls.port, ca: pki.caPem };
    const servername = 'secure.example';
    const headers = { host: servername };
    const { text } = await get(https, { ...at, servername, headers });
    expect(JSON.parse(text)).toMatchObject({ host: servername, scheme: 'https' });
    await expect(get(https, { ...at, servername: 'other.example' })).rejects.toThrow(
      'socket disconnected',
    );
  });

  it('pass other protocols on', async () => {
    const socket = net.connect(served.port, '127.0.0.1');
    socket.write(
      'GET /chat HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    );
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe('HTTP/1.1 101 Hi\r\n\r\n/chat');
  });
});
