import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { hide, silentLogger, systemClock } from '../../../base/index.ts';
import type { Handler } from '../../../lib/http/index.ts';
import { startUpstream, type Upstream } from './upstream.ts';

let server: WebSocketServer;
let stop: AbortController;
let asked: string[];

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  stop = new AbortController();
  asked = [];
});

afterEach(() => {
  stop.abort();
  server.close();
});

const api: Handler = async (request) => {
  const { pathname, search } = new URL(request.url);
  const body = request.method === 'POST' ? ` ${await request.text()}` : '';
  asked.push(`${request.method} ${pathname}${search}${body}`);
  if (pathname.endsWith('/ping')) return new Response(null, { status: 204 });
  if (pathname.endsWith('/version')) return Response.json('1.2.3');
  if (pathname.endsWith('/jobs')) {
    return Response.json({ type: 'missing', help: 'no', error: 'unknown' }, { status: 404 });
  }
  if (pathname.endsWith('/export')) return new Response('boom', { status: 500 });
  if (pathname.endsWith('/sync')) return new Promise(() => {});
  return Response.json(['answer']);
};

function connect(): Upstream {
  const { port } = server.address() as AddressInfo;
  return startUpstream({
    base: `http://127.0.0.1:${port}/base/`,
    token: hide('secret'),
    timeoutMs: 50,
    version: '9',
    clock: systemClock,
    log: silentLogger,
    signal: stop.signal,
    api,
  });
}

async function accepted(): Promise<{ socket: WebSocket; path: string; headers: unknown }> {
  const [socket, request] = (await once(server, 'connection')) as [
    WebSocket,
    { url: string; headers: unknown },
  ];
  return { socket, path: request.url, headers: request.headers };
}

async function call(socket: WebSocket, method: string, params: unknown[]): Promise<unknown> {
  const answered = once(socket, 'message');
  socket.send(Buffer.from(`${JSON.stringify({ method: `RPCServer.${method}`, params, id: 7 })}\n`));
  const [data, isBinary] = (await answered) as [Buffer, boolean];
  expect(isBinary).toBe(true);
  return JSON.parse(data.toString('utf8'));
}

it('is a client that answers questions, with fluxd’s names', async () => {
  const arrived = accepted();
  const upstream = connect();
  const { socket, path, headers } = await arrived;
  expect(path).toBe('/base/v11/daemon');
  expect(headers).toMatchObject({
    authorization: 'Scope-Probe token=secret',
    'user-agent': 'fluxd/9',
  });
  const wrapped = { Result: ['answer'], ApplicationError: null };
  const answers: ReadonlyArray<readonly [string, unknown[], unknown, string]> = [
    ['Ping', [{}], {}, 'GET /api/flux/v11/ping'],
    ['Version', [{}], '1.2.3', 'GET /api/flux/v11/version'],
    ['ListServices', ['demo'], wrapped, 'GET /api/flux/v11/services?namespace=demo'],
    [
      'ListServicesWithOptions',
      [{ Namespace: '', Services: ['a:b/c', 'a:b/d'] }],
      wrapped,
      'GET /api/flux/v11/services?services=a%3Ab%2Fc%2Ca%3Ab%2Fd',
    ],
    ['ListImages', ['<all>'], wrapped, 'GET /api/flux/v10/images?service=%3Call%3E'],
    [
      'UpdateManifests',
      [{ type: 'sync', spec: {} }],
      wrapped,
      'POST /api/flux/v9/update-manifests {"type":"sync","spec":{}}',
    ],
    ['NotifyChange', [{ Kind: 'git' }], wrapped, 'POST /api/flux/v11/notify {"Kind":"git"}'],
    ['GitRepoConfig', [false], wrapped, 'POST /api/flux/v9/git-repo-config false'],
    [
      'JobStatus',
      ['x'],
      { Result: null, ApplicationError: { type: 'missing', help: 'no', error: 'unknown' } },
      'GET /api/flux/v6/jobs?id=x',
    ],
  ];
  for (const [method, params, result, question] of answers) {
    asked = [];
    expect(await call(socket, method, params)).toEqual({ id: 7, result, error: null });
    expect(asked.map((each) => each.replace(/\?$/, ''))).toEqual([question]);
  }
  expect(await call(socket, 'Export', [{}])).toEqual({ id: 7, result: null, error: 'boom' });
  expect(await call(socket, 'SyncStatus', ['HEAD'])).toMatchObject({
    error: 'context deadline exceeded',
  });
  expect(await call(socket, 'Nothing', [])).toMatchObject({
    error: "rpc: can't find method RPCServer.Nothing",
  });
  expect(await upstream.metrics().text()).toMatch(
    /^flux_fluxd_connection_duration_seconds\{target="127\.0\.0\.1:\d+"\} [\d.]+$/m,
  );
  stop.abort();
  await upstream.done;
});

it('gives up when the upstream says that it is gone', async () => {
  server.close();
  server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    verifyClient: (_info, done) => done(false, 410, 'gone'),
  });
  await once(server, 'listening');
  await expect(connect().done).rejects.toThrow('http status code = 410');
});
