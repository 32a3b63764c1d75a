import { once } from 'node:events';
import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../../base/index.ts';
import { createApiServer, type ApiServer } from '../server.ts';
import { clientOf, type Answer } from '../testing/test-server.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await createApiServer({
    storePath: ':memory:',
    clock: systemClock,
    log: silentLogger,
    auth: { anonymousIsAdmin: true },
  });
});
afterAll(() => server.close());

const maps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';
const call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
): Promise<Answer> => clientOf(server.transport).call(method, path, body, headers);
const protobuf = { 'content-type': 'application/vnd.kubernetes.protobuf' };
const deep = (depth: number): string =>
  `{"metadata":{"name":"deep"},"data":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`;

describe('a body', () => {
  const yaml = { 'content-type': 'application/yaml' };
  const text = { 'content-type': 'text/plain' };
  const cbor = { 'content-type': 'application/cbor' };
  it.each<[string, string, Record<string, string>, [number, string]]>([
    ['nothing', '', {}, [400, 'body is empty']],
    ['half of JSON', '{"metadata":{', {}, [400, "couldn't get version/kind; json parse error"]],
    ['a list', '[]', {}, [400, 'it is not an object']],
    ['JSON 10,000 deep', deep(10_000), {}, [400, 'exceeded max depth']],
    ['YAML 10,000 deep', `a: ${'['.repeat(10_000)}`, yaml, [400, 'error decoding YAML']],
    [
      'YAML 1,500 deep',
      `a: ${'{a: '.repeat(1500)}1${'}'.repeat(1500)}`,
      yaml,
      [400, 'exceeded max depth'],
    ],
    ['another kind', '{"kind":"Secret"}', {}, [400, 'cannot be handled as a ConfigMap']],
    [
      'another version',
      '{"apiVersion":"v2"}',
      {},
      [400, 'does not match the expected API version (v1)'],
    ],
    ['an unknown type', 'x', text, [415, 'the body of the request was in an unknown format']],
    ['CBOR', 'x', cbor, [415, 'the body of the request was in an unknown format']],
    ['protobuf that is none', 'hello', protobuf, [400, 'not in the format']],
    ['protobuf that ends early', 'k8s\0\n\u0010', protobuf, [400, 'cannot be decoded']],
    ['no name', '{"metadata":{}}', {}, [422, 'name or generateName is required']],
    ['a bad name', '{"metadata":{"name":"A_"}}', {}, [422, 'a lowercase RFC 1123 subdomain']],
    ['a long name', `{"metadata":{"name":"${'a'.repeat(300)}"}}`, {}, [422, 'no more than 253']],
    ['a wrong type', '{"metadata":{"name":"a"},"data":[1]}', {}, [400, 'cannot be handled as']],
    [
      'metadata that is none',
      '{"metadata":"a"}',
      {},
      [
        400,
        'json: cannot unmarshal string into Go struct field ConfigMap.metadata of type v1.ObjectMeta',
      ],
    ],
  ])('with %s is refused', async (_what, body, headers, [status, message]) => {
    const answer = await call('POST', maps, body, headers);
    expect(answer.body).toMatchObject({ kind: 'Status', status: 'Failure', code: status });
    expect(answer.body.message).toContain(message);
  });

  it('whose patch copies copies of copies is refused', async () => {
    await call('POST', maps, { metadata: { name: 'bomb' }, data: { a: 'x'.repeat(1000) } });
    const operations = Array.from({ length: 60 }, (_, at) => ({
      op: 'copy',
      from: '',
      path: `/c${at}`,
    }));
    const answer = await call('PATCH', `${maps}/bomb`, operations, {
      'content-type': 'application/json-patch+json',
    });
    expect(answer.body).toMatchObject({ code: 422, reason: 'Invalid' });
  });

  it('that names a member twice is told so, or refused', async () => {
    const body = '{"metadata":{"name":"twice"},"data":{"a":"1","a":"2"}}';
    const warned = await call('POST', `${maps}?dryRun=All`, body);
    expect(warned.headers.get('warning')).toBe('299 - "duplicate field \\"data.a\\""');
    const strict = await call('POST', `${maps}?dryRun=All&fieldValidation=Strict`, body);
    expect(strict.body.message).toContain('strict decoding error: duplicate field "data.a"');
  });

  it('of any cut protobuf is 400 or understood, never an internal error', async () => {
    const name = (text: string): number[] => [0x0a, text.length, ...Buffer.from(text)];
    const meta = name('cut');
    const object = [0x0a, meta.length, ...meta];
    const type = [...name('v1'), 0x12, 9, ...Buffer.from('ConfigMap')];
    const whole = [0x6b, 0x38, 0x73, 0, 0x0a, type.length, ...type, 0x12, object.length, ...object];
    for (let length = 1; length <= whole.length; length++) {
      const request = new Request(`http://x${maps}?dryRun=All`, {
        method: 'POST',
        headers: protobuf,
        body: Buffer.from(whole.slice(0, length)),
      });
      const { status } = await server.transport(request);
      expect([201, 400, 422]).toContain(status);
      if (length === whole.length) expect(status).toBe(201);
    }
  });

  it('of 50 MB is refused before it is read, over the wire', async () => {
    const listening = await server.listen({ host: '127.0.0.1', port: 0 });
    const before = process.memoryUsage().rss;
    const request = http.request({
      port: listening.port,
      method: 'POST',
      path: maps,
      headers: { 'content-type': 'application/json' },
    });
    request.on('error', () => {});
    const status = new Promise<number>((resolve) =>
      request.once('response', (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      }),
    );
    const part = Buffer.alloc(1024 * 1024, 0x61);
    let answered = false;
    void status.then(() => (answered = true));
    for (let at = 0; at < 50 && !answered; at++)
      if (!request.write(part))
        await Promise.race([once(request, 'drain').catch(() => {}), status]);
    expect(await status).toBe(413);
    request.destroy();
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(100);
    await listening.close();
  });
});

describe('a question', () => {
  it.each<[string, number, string]>([
    [`${pods}?labelSelector=a=b=c`, 400, 'unable to parse requirement'],
    [`${pods}?labelSelector=a%20in%20b`, 400, 'unable to parse requirement'],
    [`${pods}?fieldSelector=spec.color=red`, 400, 'field label not supported: spec.color'],
    [`${pods}?fieldSelector=x`, 400, "invalid selector: 'x'"],
    [`${pods}?continue=%21%21`, 400, 'continue key is not valid'],
    [`${pods}?resourceVersion=abc`, 400, 'Invalid value: "abc"'],
    [`${pods}?resourceVersion=999999`, 504, 'Too large resource version: 999999'],
    [`${pods}?limit=-1`, 400, 'limit'],
    [`${pods}?watch=1&resourceVersion=x`, 400, 'Invalid value'],
    [`${maps}/${'%00'}`, 404, 'not found'],
    [
      `/api/v1/namespaces/default/nothings`,
      404,
      'the server could not find the requested resource',
    ],
  ])('%s is answered %i', async (path, status, message) => {
    const answer = await call('GET', path);
    expect({ status: answer.status, message: answer.body.message }).toMatchObject({ status });
    expect(answer.body.message).toContain(message);
  });
});

it('5,000 idle watches cost little, and nothing once they are gone', async () => {
  const now = (await call('GET', maps)).body.metadata.resourceVersion;
  const before = process.memoryUsage().heapUsed;
  const client = clientOf(server.transport);
  const watches = await Promise.all(
    Array.from({ length: 5000 }, () =>
      client.watch(
        `${maps}?watch=1&allowWatchBookmarks=true&resourceVersion=${now}&timeoutSeconds=600`,
      ),
    ),
  );
  const perWatch = (process.memoryUsage().heapUsed - before) / 5000;
  // Garbage is in this figure too.
  expect(perWatch / 1024).toBeLessThan(40);
  const made = await call('POST', maps, { metadata: { name: 'seen' } });
  expect(made.status).toBe(201);
  for (const watch of [watches[0]!, watches[4999]!])
    expect((await watch.next())?.object.metadata.name).toBe('seen');
  for (const watch of watches) watch.stop();
  const text = await (await server.transport(new Request('http://x/metrics'))).text();
  expect(text).toMatch(/apiserver_longrunning_requests\{.*resource="configmaps".*\} 0\n/);
}, 60_000);
