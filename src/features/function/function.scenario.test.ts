import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { functionCrd, functionKind } from '../../api/function/index.ts';
import type { FunctionObject } from '../../api/function/index.ts';
import { silentLogger, systemClock } from '../../base/index.ts';
import { createApiServer } from '../../embedded/apiserver/index.ts';
import type { ApiServer } from '../../embedded/apiserver/index.ts';
import { listen } from '../../lib/http/index.ts';
import { connect, kinds } from '../../lib/kube/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { ensureBasicAuth, startFunctions } from './index.ts';
import type { FunctionGateway } from './index.ts';

// The real API server in memory, the real controller and gateway; only pods are played by the test.
let api: ApiServer;
let cluster: Cluster;
let gateway: FunctionGateway;
let stop: AbortController;
let login: string;
const closing: Array<() => Promise<unknown>> = [];

const until = async <T>(look: () => Promise<T | undefined | false>): Promise<T> => {
  for (let round = 0; round < 200; round += 1) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not happen');
};

beforeEach(async () => {
  stop = new AbortController();
  const ports = { clock: systemClock, log: silentLogger };
  api = await createApiServer({ storePath: ':memory:', ...ports });
  cluster = connect({ transport: api.transport });
  await cluster.create(kinds.CustomResourceDefinition, functionCrd);
  for (const name of ['openfaas', 'openfaas-fn']) {
    await cluster.create(kinds.Namespace, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    });
  }
  await ensureBasicAuth(cluster);
  const secret = await cluster.get(kinds.Secret, { namespace: 'openfaas', name: 'basic-auth' });
  const data = secret?.data as Record<string, string>;
  const read = (key: string): string => Buffer.from(data[key] ?? '', 'base64').toString();
  login = `Basic ${Buffer.from(`${read('basic-auth-user')}:${read('basic-auth-password')}`).toString('base64')}`;
  gateway = startFunctions({ cluster, signal: stop.signal, ...ports });
  await gateway.ready;
});

afterEach(async () => {
  stop.abort();
  for (const close of closing.splice(0)) await close();
  await api.close();
});

const call = async (
  path: string,
  init: RequestInit & { anonymous?: boolean } = {},
): Promise<Response> => {
  const headers = new Headers(init.headers);
  if (!init.anonymous) headers.set('authorization', login);
  return gateway.handle(new Request(`http://gateway:8080${path}`, { ...init, headers }), {
    address: '10.1.2.3',
  });
};

const deploy = (body: object, method = 'POST'): Promise<Response> =>
  call('/system/functions', { method, body: JSON.stringify(body) });

/** A pod of the test: an HTTP server, and the Endpoints that point at it. */
async function playPod(name: string, answer: http.RequestListener): Promise<void> {
  const server = http.createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  await cluster.create(kinds.Endpoints, {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name, namespace: 'openfaas-fn' },
    subsets: [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ port }] }],
  });
}

describe('operator', () => {
  it('makes and keeps Deployment and Service, and says so in the status', async () => {
    expect((await deploy({ service: 'echo', image: 'example/echo:1' })).status).toBe(202);
    const key = { namespace: 'openfaas-fn', name: 'echo' };
    const deployment = await until(() => cluster.get(kinds.Deployment, key));
    await until(() => cluster.get(kinds.Service, key));
    expect(deployment.metadata.ownerReferences?.[0]?.kind).toBe('Function');

    const conditionOf = async (type: string): Promise<string | undefined> => {
      const live = await cluster.get<FunctionObject>(functionKind, key);
      return live?.status?.conditions?.find((each) => each.type === type)?.status;
    };
    await until(async () => (await conditionOf('Ready')) === 'False');
    const done = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
    await cluster.patch(
      kinds.Deployment,
      key,
      { status: done },
      { type: 'merge', subresource: 'status' },
    );
    await until(async () => (await conditionOf('Ready')) === 'True');

    // What is deleted by hand comes back at once.
    await cluster.delete(kinds.Service, key);
    await until(() => cluster.get(kinds.Service, key));
  });

  it('waits for a missing secret, names it, and goes on when it comes', async () => {
    const key = { namespace: 'openfaas-fn', name: 'fn' };
    await cluster.create(functionKind, {
      apiVersion: functionKind.apiVersion,
      kind: 'Function',
      metadata: key,
      spec: { name: 'fn', image: 'x:1', secrets: ['db'] },
    });
    await until(async () => {
      const live = await cluster.get(functionKind, key);
      const told = JSON.stringify(live?.status ?? {});
      return told.includes('secret \\"db\\" not found');
    });
    await cluster.create(kinds.Secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: 'openfaas-fn', name: 'db' },
      data: { password: 'c2VjcmV0' },
    });
    const made = await until(() => cluster.get(kinds.Deployment, key));
    expect(JSON.stringify(made)).toContain('/var/openfaas/secrets');
    expect(JSON.stringify(made)).not.toContain('c2VjcmV0');
  });
});

/** The same call as a function of the handler, and over a socket through the hot path. */
const overSocket = async (path: string, init: RequestInit = {}): Promise<Response> => {
  const { handle: handler, direct } = gateway;
  const served = await listen({ host: '127.0.0.1', port: 0, handler, direct });
  closing.push(() => served.close());
  return fetch(`http://127.0.0.1:${served.port}${path}`, init);
};

describe.each([
  ['as a handler', (path: string, init?: RequestInit) => call(path, { ...init, anonymous: true })],
  ['over a socket', overSocket],
])('calls %s', (_how, call) => {
  it('streams both ways with the headers of OpenFaaS', async () => {
    await deploy({ service: 'echo', image: 'example/echo:1' });
    await playPod('echo', (request, response) => {
      const { method, url, headers } = request;
      response.setHeader('X-Seen', JSON.stringify({ method, url, headers }));
      response.writeHead(201, { 'Content-Type': 'text/x' });
      request.pipe(response);
    });
    const answer = await until(async () => {
      const each = await call('/function/echo.openfaas-fn/a/b?q=1', {
        method: 'POST',
        body: 'hello',
        headers: { 'x-call-id': 'mine', authorization: 'Bearer theirs' },
      });
      return each.status === 201 && each;
    });
    expect(await answer.text()).toBe('hello');
    expect(answer.headers.get('x-call-id')).toBe('mine');
    expect(answer.headers.get('x-start-time')).toMatch(/^\d{19}$/);
    const seen = JSON.parse(answer.headers.get('x-seen') ?? '{}') as {
      url: string;
      headers: Record<string, string>;
    };
    expect(seen.url).toBe('/a/b?q=1');
    expect(seen.headers).toMatchObject({
      'x-call-id': 'mine',
      authorization: 'Bearer theirs',
    });
    expect(seen.headers['x-forwarded-host']).toMatch(/^(gateway:8080|127\.0\.0\.1:\d+)$/);
    expect(seen.headers['x-forwarded-for']).toMatch(/^(10\.1\.2\.3|127\.0\.0\.1)$/);
    const metrics = await (await call('/metrics')).text();
    expect(metrics).toMatch(
      /gateway_function_invocation_total\{function_name="echo.openfaas-fn",code="201"\} \d/,
    );
  });

  it('passes each part of an answer on when it comes', async () => {
    await deploy({ service: 'drip', image: 'x:1' });
    let finish: () => void = () => {};
    await playPod('drip', (_request, response) => {
      response.write('first');
      finish = () => response.end('last');
    });
    const answer = await until(async () => {
      const each = await call('/function/drip');
      return each.status === 200 && each;
    });
    const reader = answer.body!.getReader();
    expect(String(Buffer.from((await reader.read()).value!))).toBe('first');
    finish();
    expect(String(Buffer.from((await reader.read()).value!))).toBe('last');
  });

  it('hands a WebSocket to the function', async () => {
    await deploy({ service: 'ws', image: 'x:1' });
    await playPod('ws', () => {});
    const upgraded = http.createServer().on('upgrade', (request, socket) => {
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n`);
      socket.end(`you asked for ${request.url}`);
    });
    await new Promise<void>((resolve) => upgraded.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => upgraded.close(resolve)));
    const { port } = upgraded.address() as AddressInfo;
    const subsets = [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ port }] }];
    const key = { namespace: 'openfaas-fn', name: 'ws' };
    await cluster.patch(kinds.Endpoints, key, { subsets }, { type: 'merge' });
    const { handle: handler, upgrade } = gateway;
    const served = await listen({ host: '127.0.0.1', port: 0, handler, upgrade });
    closing.push(() => served.close());
    const said = await until(
      () =>
        new Promise<string | false>((resolve) => {
          const request = http.get({
            port: served.port,
            path: '/function/ws/chat?a=1',
            headers: { connection: 'Upgrade', upgrade: 'x' },
          });
          request.on('response', (response) => {
            response.resume();
            resolve(false);
          });
          request.on('error', () => resolve(false));
          request.on('upgrade', (_response, socket, head) => {
            let all = String(head);
            socket.on('data', (part) => (all += String(part)));
            socket.on('end', () => resolve(all));
          });
        }),
    );
    expect(said).toBe('you asked for /chat?a=1');
  });

  it('says what is wrong when there is nothing to call', async () => {
    const unknown = await call('/function/nope');
    expect([unknown.status, await unknown.text()]).toEqual([
      404,
      'error finding function nope.openfaas-fn: not found',
    ]);
    await deploy({ service: 'idle', image: 'x:1' });
    const idle = await until(async () => {
      const each = await call('/function/idle');
      return each.status === 503 && each;
    });
    expect(await idle.text()).toBe('No endpoints available for: idle.');
    const later = await call('/async-function/idle', { method: 'POST' });
    expect(later.status).toBe(501);
    expect(await later.text()).toContain('it has no queue');
  });

  it('never calls a Service that belongs to no function', async () => {
    await playPod('database', (_request, response) => response.end('secret'));
    const answer = await call('/function/database');
    expect(answer.status).toBe(404);
  });
});

describe('the hot path', () => {
  const serve = async (): Promise<number> => {
    const { handle: handler, direct } = gateway;
    const served = await listen({ host: '127.0.0.1', port: 0, handler, direct });
    closing.push(() => served.close());
    return served.port;
  };
  const get = (port: number, path: string, method = 'GET'): Promise<http.IncomingMessage> =>
    new Promise((resolve, reject) => {
      http.request({ port, path, method }, resolve).on('error', reject).end();
    });

  it('passes path and query on to the byte, and leaves other paths to the handler', async () => {
    await deploy({ service: 'echo', image: 'x:1' });
    await playPod('echo', (request, response) => {
      response.setHeader('X-Url', request.url ?? '');
      response.writeHead(304).end();
    });
    const port = await serve();
    const answer = await until(async () => {
      const each = await get(port, '/function/echo/a%2Fb/../c//d?x=%20&y=a+b');
      each.resume();
      return each.statusCode === 304 && each;
    });
    expect(answer.headers['x-url']).toBe('/a%2Fb/../c//d?x=%20&y=a+b');
    expect(answer.headers).not.toHaveProperty('content-type');
    for (const [path, status] of [
      ['/healthz', 200],
      ['/function/', 404],
      ['/system/info', 401],
    ] as const) {
      const other = await get(port, path);
      other.resume();
      expect(other.statusCode).toBe(status);
    }
    const odd = await get(port, '/function/echo', 'TRACE');
    odd.resume();
    expect(odd.statusCode).toBe(405);
  });

  it('ends the call of the function when the caller goes away', async () => {
    await deploy({ service: 'slow', image: 'x:1' });
    const gone = Promise.withResolvers<void>();
    await playPod('slow', (_request, response) => {
      response.write('begun');
      response.on('close', () => gone.resolve());
    });
    const port = await serve();
    const answer = await until(async () => {
      const each = await get(port, '/function/slow');
      return each.statusCode === 200 && each;
    });
    answer.destroy();
    await gone.promise;
  });

  it('answers 500 when the pod does not, without naming it', async () => {
    await deploy({ service: 'dead', image: 'x:1' });
    await playPod('dead', (request) => request.socket.destroy());
    const port = await serve();
    const answer = await until(async () => {
      const each = await get(port, '/function/dead');
      return each.statusCode === 500 && each;
    });
    const parts: Buffer[] = [];
    for await (const part of answer) parts.push(part as Buffer);
    expect(String(Buffer.concat(parts))).toBe("Can't reach service for: dead.");
    expect(answer.headers['x-call-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('REST API', () => {
  it('lets nobody in without the password', async () => {
    for (const path of ['/system/functions', '/system/info', '/ui/', '/']) {
      const answer = await call(path, { anonymous: true });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Basic realm="Restricted"');
      expect(await answer.text()).toBe('invalid credentials');
    }
    expect((await call('/healthz', { anonymous: true })).status).toBe(200);
  });

  it('makes, lists, describes, scales and deletes a function', async () => {
    const request = {
      service: 'fn',
      image: 'x:1',
      envProcess: 'node index.js',
      envVars: { a: '1' },
      labels: { l: 'v' },
      annotations: { topic: 't' },
      network: 'ignored',
    };
    expect((await deploy(request)).status).toBe(202);
    const [listed] = (await (await call('/system/functions')).json()) as object[];
    expect(listed).toMatchObject({
      name: 'fn',
      image: 'x:1',
      namespace: 'openfaas-fn',
      envProcess: 'node index.js',
      envVars: { a: '1' },
      labels: { faas_function: 'fn', l: 'v' },
      annotations: { topic: 't' },
    });
    expect((await deploy({ ...request, image: 'x:2' }, 'PUT')).status).toBe(202);
    const one = await call('/system/function/fn?namespace=openfaas-fn');
    expect(await one.json()).toMatchObject({ image: 'x:2' });
    const key = { namespace: 'openfaas-fn', name: 'fn' };
    await until(() => cluster.get(kinds.Deployment, key));
    const scaled = await call('/system/scale-function/fn', {
      method: 'POST',
      body: '{"serviceName":"fn","replicas":3}',
    });
    expect(scaled.status).toBe(202);
    await until(async () => {
      const { replicas } = (await (await call('/system/function/fn')).json()) as {
        replicas?: number;
      };
      return replicas === 3;
    });
    const body = '{"functionName":"fn"}';
    expect((await call('/system/functions', { method: 'DELETE', body })).status).toBe(202);
    expect((await call('/system/function/other')).status).toBe(404);
  });

  it.each([
    ['POST', '/system/functions', 'nonsense', 400, 'failed to unmarshal request'],
    ['POST', '/system/functions', '{"image":"x"}', 400, 'validation failed: service: is required'],
    [
      'POST',
      '/system/functions',
      '{"service":"A_","image":"x"}',
      400,
      'validation failed: service: (A_) is invalid, must be a valid DNS entry',
    ],
    ['POST', '/system/functions', '{"service":"a"}', 400, 'validation failed: image: is required'],
    [
      'POST',
      '/system/functions',
      '{"service":"a","image":"x","secrets":["no"]}',
      400,
      'unable to fetch secrets: secrets "no" not found',
    ],
    [
      'POST',
      '/system/functions',
      '{"service":"a","image":"x","namespace":"kube-system"}',
      401,
      'unable to list within the kube-system namespace',
    ],
    [
      'POST',
      '/system/functions',
      '{"service":"a","image":"x","namespace":"default"}',
      400,
      'not managed',
    ],
    ['DELETE', '/system/functions', '{}', 400, ''],
    ['DELETE', '/system/functions', '{"functionName":"no"}', 404, 'not found'],
    [
      'POST',
      '/system/scale-function/no',
      'x',
      400,
      'Cannot parse request. Please pass valid JSON.',
    ],
    ['POST', '/system/scale-function/no', '{"replicas":1}', 500, 'unable to lookup'],
    ['PATCH', '/system/functions', '{}', 405, ''],
    ['POST', '/system/alert', '{}', 501, 'not supported'],
    ['POST', '/system/other', '{}', 404, ''],
  ])('%s %s %s → %i', async (...row) => {
    const [method, path, body, status, text] = row;
    const answer = await call(path, { method, body });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(text);
  });

  it('keeps secrets and never shows a value', async () => {
    const send = (method: string, body: object): Promise<Response> =>
      call('/system/secrets', { method, body: JSON.stringify(body) });
    expect((await send('POST', { name: 'db', value: 'swordfish' })).status).toBe(202);
    expect((await send('POST', { name: 'db', value: 'again' })).status).toBe(409);
    expect((await send('PUT', { name: 'db', rawValue: 'AAE=' })).status).toBe(202);
    expect((await send('PUT', { name: 'no', value: 'x' })).status).toBe(404);
    expect(await (await call('/system/secrets')).json()).toEqual([
      { name: 'db', namespace: 'openfaas-fn' },
    ]);
    const stored = await cluster.get(kinds.Secret, { namespace: 'openfaas-fn', name: 'db' });
    expect(stored?.data).toEqual({ db: 'AAE=' });
    expect((await send('DELETE', { name: 'db' })).status).toBe(202);
    expect(await (await call('/system/secrets')).json()).toEqual([]);
  });

  it('streams the lines of every pod as ndjson', async () => {
    await deploy({ service: 'fn', image: 'x:1' });
    const asked: unknown[] = [];
    api.setPodRuntime({
      logs: async (pod: { metadata: { name: string } }, options: object) => {
        asked.push(options);
        const line = `2026-01-02T03:04:05.678Z hello from ${pod.metadata.name}\n`;
        return new Blob([line]).stream();
      },
    } as never);
    for (const name of ['fn-1', 'fn-2']) {
      await cluster.create(kinds.Pod, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'openfaas-fn', labels: { faas_function: 'fn' } },
        spec: { nodeName: 'trice', containers: [{ name: 'fn', image: 'x:1' }] },
      });
      const state = { running: { startedAt: '2026-01-02T03:04:05Z' } };
      const containerStatuses = [
        { name: 'fn', image: 'x:1', imageID: 'x', ready: true, restartCount: 0, state },
      ];
      const status = { phase: 'Running', containerStatuses };
      const key = { namespace: 'openfaas-fn', name };
      await cluster.patch(kinds.Pod, key, { status }, { type: 'merge', subresource: 'status' });
    }
    const answer = await call('/system/logs?name=fn&tail=5');
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = (await answer.text()).trim().split('\n').toSorted();
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual(
      ['fn-1', 'fn-2'].map((instance) => ({
        name: 'fn',
        namespace: 'openfaas-fn',
        instance,
        timestamp: '2026-01-02T03:04:05.678Z',
        text: `hello from ${instance}`,
      })),
    );
    expect(asked[0]).toMatchObject({ container: 'fn', timestamps: true, tailLines: 5 });
    for (const query of [
      '',
      '?name=fn&tail=x',
      '?name=fn&since=yesterday',
      '?name=fn&follow=maybe',
    ]) {
      const refused = await call(`/system/logs${query}`);
      expect([refused.status, await refused.text()]).toEqual([
        422,
        'could not parse the log request',
      ]);
    }
    const none = await call('/system/logs?name=other');
    expect([none.status, await none.text()]).toEqual([500, 'function log request failed']);
  });

  it('tells versions and namespaces', async () => {
    expect(await (await call('/system/info')).json()).toMatchObject({
      provider: { provider: 'faas-netes', orchestration: 'kubernetes' },
      version: { release: 'dev' },
    });
    const metadata = { name: 'team', annotations: { openfaas: '1' } };
    await cluster.create(kinds.Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata });
    expect(await (await call('/system/namespaces')).json()).toEqual(['openfaas-fn', 'team']);
  });
});
