import http from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock, silentLogger } from '../../../base/index.ts';
import { createApiServer, type ApiServer } from '../server.ts';

let server: ApiServer;
let listening: { readonly port: number; close(): Promise<void> };
beforeEach(async () => {
  server = await createApiServer({
    storePath: ':memory:',
    clock: new FakeClock(),
    log: silentLogger,
    auth: { anonymousIsAdmin: true },
  });
  listening = await server.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  await listening.close();
  await server.close();
});

const maps = '/api/v1/namespaces/default/configmaps';
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

interface Got {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

const send = (method: string, path: string, body?: string, headers = {}): Promise<Got> =>
  new Promise((resolve, reject) => {
    const options = { port: listening.port, method, path, agent, headers };
    const request = http.request(options, (answer) => {
      let text = '';
      answer.on('data', (part: Buffer) => (text += part.toString()));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });

it('answers over the network are those of the transport, with their length', async () => {
  const made = await send('POST', maps, '{"metadata":{"name":"é"}}');
  expect([made.status, made.headers['content-length']]).toEqual([
    422,
    String(Buffer.byteLength(made.text)),
  ]);
  const plain = { 'content-type': 'application/json', 'user-agent': 'u/1' };
  expect((await send('POST', maps, '{"metadata":{"name":"a"}}', plain)).status).toBe(201);
  for (const path of [
    `${maps}/a`,
    maps,
    `${maps}/absent`,
    '/api/v1',
    '/apis/apps/v1',
    '/version',
  ]) {
    const got = await send('GET', path);
    const wanted = await server.transport(new Request(`http://x${path}`));
    expect({ path, status: got.status, text: got.text }).toEqual({
      path,
      status: wanted.status,
      text: await wanted.text(),
    });
  }
});

it('a body that is too large is answered, and the connection goes on', async () => {
  const large = await send('POST', maps, `{"a":"${'x'.repeat(4 * 1024 * 1024)}"}`);
  expect([large.status, JSON.parse(large.text)]).toEqual([
    413,
    expect.objectContaining({ reason: 'RequestEntityTooLarge' }),
  ]);
  expect((await send('GET', maps)).status).toBe(200);
});

it('warnings and headers of the caller go through', async () => {
  const headers = { 'user-agent': 'curl/8', accept: 'application/yaml' };
  const body = '{"metadata":{"name":"w"},"nothing":1}';
  const made = await send('POST', maps, body, { ...headers, 'content-type': 'application/json' });
  expect(made.headers.warning).toBe('299 - "unknown field \\"nothing\\""');
  expect(made.headers['content-type']).toBe('application/yaml');
  expect(made.text).toContain('name: w\n');
});
