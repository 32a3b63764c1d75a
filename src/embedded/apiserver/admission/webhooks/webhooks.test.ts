import https from 'node:https';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock, type JsonRecord } from '../../../../base/index.ts';
import { createPki, type Pki } from '../../pki/pki.ts';
import { startTestServer, type Answer, type TestServer } from '../../testing/test-server.ts';

interface Asked extends JsonRecord {
  readonly uid: string;
  readonly operation: string;
  readonly object: JsonRecord & { readonly spec: JsonRecord; readonly metadata: JsonRecord };
  readonly namespace?: string;
}

let dir: string;
let pki: Pki;
let hook: https.Server;
let port: number;
let test: TestServer;
let asked: { readonly path: string; readonly request: Asked }[];
let answer: (request: Asked, path: string) => JsonRecord;

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'trice-webhook-'));
  pki = await createPki({ dir, clock: systemClock, hosts: ['hook.default.svc'] });
  hook = https.createServer({ cert: pki.serverCertPem, key: pki.serverKeyPem }, (req, res) => {
    let text = '';
    req.on('data', (part: Buffer) => (text += part.toString()));
    req.on('end', () => {
      const review = JSON.parse(text) as { request: Asked };
      const at = new URL(req.url ?? '/', 'https://hook').pathname;
      asked.push({ path: at, request: review.request });
      const response = { uid: review.request.uid, ...answer(review.request, at) };
      res.end(JSON.stringify({ ...review, response }));
    });
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  port = (hook.address() as AddressInfo).port;
});
afterAll(() => {
  hook.close();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  asked = [];
  answer = () => ({ allowed: true });
  test = await startTestServer();
});
afterEach(() => test.server.close());

const maps = '/api/v1/namespaces/default/configmaps';
const create = (name: string, more: object = {}, query = ''): Promise<Answer> =>
  test.call('POST', `${maps}${query}`, { metadata: { name, ...more }, data: { a: '1' } });
const everyMap = {
  operations: ['CREATE', 'UPDATE'],
  apiGroups: [''],
  apiVersions: ['v1'],
  resources: ['configmaps'],
};
const webhook = (more: object = {}, at = '/check'): JsonRecord => ({
  name: 'w.example.com',
  rules: [everyMap],
  clientConfig: {
    url: `https://127.0.0.1:${port}${at}`,
    caBundle: Buffer.from(pki.caPem).toString('base64'),
  },
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  ...more,
});
const install = async (
  kind: 'Mutating' | 'Validating',
  ...webhooks: JsonRecord[]
): Promise<void> => {
  const { status, body } = await test.call(
    'POST',
    `/apis/admissionregistration.k8s.io/v1/${kind.toLowerCase()}webhookconfigurations`,
    { metadata: { name: 'c' }, webhooks },
  );
  expect([status, body.message]).toEqual([201, undefined]);
};
const patchOf = (...operations: object[]): JsonRecord => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});

it('a webhook may refuse, and is told who wants what', async () => {
  await install('Validating', webhook());
  answer = () => ({
    allowed: false,
    status: { code: 403, reason: 'Forbidden', message: 'not here' },
  });
  const refused = await create('m');
  expect([refused.status, refused.body.reason, refused.body.message]).toEqual([
    403,
    'Forbidden',
    'admission webhook "w.example.com" denied the request: not here',
  ]);
  expect(asked[0]?.request).toMatchObject({
    kind: { group: '', version: 'v1', kind: 'ConfigMap' },
    resource: { group: '', version: 'v1', resource: 'configmaps' },
    name: 'm',
    namespace: 'default',
    operation: 'CREATE',
    userInfo: { username: 'system:admin' },
    object: { data: { a: '1' }, metadata: { name: 'm' } },
    oldObject: null,
    dryRun: false,
  });
  expect((await test.call('GET', `${maps}/m`)).status).toBe(404);
});

it('a refusal without a word is 400; warnings reach the client', async () => {
  await install('Validating', webhook());
  answer = () => ({ allowed: false });
  const refused = await create('m');
  expect([refused.status, refused.body.message]).toEqual([
    400,
    'admission webhook "w.example.com" denied the request without explanation',
  ]);
  answer = () => ({ allowed: true, warnings: ['look out'] });
  expect((await create('n')).headers.get('warning')).toBe('299 - "look out"');
});

it('a webhook may change what is written; one that asks for it sees later changes', async () => {
  const first = webhook({ name: 'a.example.com', reinvocationPolicy: 'IfNeeded' }, '/first');
  await install('Mutating', first, webhook({ name: 'b.example.com' }, '/second'));
  answer = (_request, at) =>
    patchOf({ op: 'add', path: `/data/${at.slice(1)}`, value: String(asked.length) });
  const { body } = await create('m');
  expect(body['data']).toEqual({ a: '1', first: '3', second: '2' });
  expect(asked.map((each) => each.path)).toEqual(['/first', '/second', '/first']);
  expect((await test.call('GET', `${maps}/m`)).body['data']).toEqual(body['data']);
});

it('shows old versions of a kind to rules that name the new one', async () => {
  const rule = {
    operations: ['*'],
    apiGroups: ['batch'],
    apiVersions: ['v1'],
    resources: ['cronjobs'],
  };
  await install('Validating', webhook({ rules: [rule] }));
  const template = {
    spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] },
  };
  await test.call('POST', '/apis/batch/v1beta1/namespaces/default/cronjobs', {
    metadata: { name: 'j' },
    spec: { schedule: '* * * * *', jobTemplate: { spec: { template } } },
  });
  expect(asked.map(({ request }) => [request['kind'], request['requestKind']])).toEqual([
    [
      { group: 'batch', version: 'v1', kind: 'CronJob' },
      { group: 'batch', version: 'v1beta1', kind: 'CronJob' },
    ],
  ]);
});

describe('is asked only about what it selects', () => {
  const cases: readonly (readonly [string, object, object, number])[] = [
    ['another resource', { rules: [{ ...everyMap, resources: ['secrets'] }] }, {}, 0],
    ['another operation', { rules: [{ ...everyMap, operations: ['DELETE'] }] }, {}, 0],
    ['subresources only', { rules: [{ ...everyMap, resources: ['configmaps/*x'] }] }, {}, 0],
    ['everything', { rules: [{ ...everyMap, apiGroups: ['*'], resources: ['*'] }] }, {}, 1],
    ['cluster scope', { rules: [{ ...everyMap, scope: 'Cluster' }] }, {}, 0],
    ['labels it has not', { objectSelector: { matchLabels: { x: 'y' } } }, {}, 0],
    ['labels it has', { objectSelector: { matchLabels: { x: 'y' } } }, { labels: { x: 'y' } }, 1],
    [
      'another namespace',
      {
        namespaceSelector: {
          matchExpressions: [
            { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['default'] },
          ],
        },
      },
      {},
      0,
    ],
  ];
  it.each(cases)('%s', async (_title, more, metadata, times) => {
    await install('Validating', webhook(more));
    expect((await create('m', metadata)).status).toBe(201);
    expect(asked.length).toBe(times);
  });
});

describe('a webhook that does not answer', () => {
  const gone = { url: 'https://127.0.0.1:1/x' };
  it('fails the write', async () => {
    await install('Validating', webhook({ clientConfig: gone }));
    const { status, body } = await create('m');
    expect([status, body.message]).toEqual([
      500,
      'Internal error occurred: failed calling webhook "w.example.com": failed to call webhook: Post "https://127.0.0.1:1/x?timeout=10s": dial tcp 127.0.0.1:1: connect: connection refused',
    ]);
  });

  it('unless that is to be ignored', async () => {
    await install('Validating', webhook({ clientConfig: gone, failurePolicy: 'Ignore' }));
    expect((await create('m')).status).toBe(201);
  });

  it('and its certificate has to be of the bundle', async () => {
    await install('Validating', webhook({ clientConfig: { url: `https://127.0.0.1:${port}/` } }));
    expect((await create('m')).body.message).toContain('certificate');
  });
});

it('a service is reached at its endpoints, under the name it has in the cluster', async () => {
  const service = { name: 'hook', namespace: 'default', path: '/svc' };
  const caBundle = Buffer.from(pki.caPem).toString('base64');
  await install('Validating', webhook({ clientConfig: { service, caBundle } }));
  expect((await create('m')).body.message).toContain('service "hook" not found');
  const namespace = '/api/v1/namespaces/default';
  await test.call('POST', `${namespace}/services`, {
    metadata: { name: 'hook' },
    spec: { ports: [{ port: 443 }] },
  });
  expect((await create('m')).body.message).toContain(
    'Post "https://hook.default.svc/svc?timeout=10s": no endpoints available for service "hook"',
  );
  await test.call('POST', `${namespace}/endpoints`, {
    metadata: { name: 'hook' },
    subsets: [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ port }] }],
  });
  const { status, body } = await create('m');
  expect([status, body.message]).toEqual([201, undefined]);
  expect(asked.at(-1)?.path).toBe('/svc');
});

it('a dry run does not call what has side effects', async () => {
  await install('Validating', webhook({ sideEffects: 'Some' }));
  const { status, body } = await create('m', {}, '?dryRun=All');
  expect([status, body.message]).toEqual([
    400,
    'admission webhook "w.example.com" does not support dry run',
  ]);
});

it('the way out stays open: configurations are shown to no webhook', async () => {
  const rule = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] };
  await install('Validating', webhook({ rules: [rule] }));
  answer = () => ({ allowed: false });
  const all = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
  expect((await test.call('DELETE', `${all}/c`)).status).toBe(200);
  expect((await create('m')).status).toBe(201);
});

describe('conditions', () => {
  const only = (...expressions: string[]): object => ({
    matchConditions: expressions.map((expression, at) => ({ name: `c${at}`, expression })),
  });

  it.each([
    [['object.data.a == "1"'], true],
    [['object.data.a == "2"'], false],
    [['request.operation == "CREATE" && request.userInfo.username == "system:admin"'], true],
    [['oldObject == null', 'object.metadata.name.startsWith("x")'], false],
    // One that is false settles it, whatever another cannot tell.
    [['object.spec.none == 1', 'false'], false],
  ])('%j: asked %s', async (expressions, isAsked) => {
    await install('Validating', webhook(only(...expressions)));
    expect((await create('m')).status).toBe(201);
    expect(asked.length > 0).toBe(isAsked);
  });

  it('that cannot be told refuse the write, unless the webhook may be ignored', async () => {
    await install('Validating', webhook(only('object.spec.none == 1')));
    const refused = await create('m');
    expect([refused.status, refused.body.message]).toEqual([
      403,
      `configmaps "m" is forbidden: expression 'object.spec.none == 1' resulted in error: no such key: spec`,
    ]);
  });

  it('that do not compile are refused with their configuration', async () => {
    const { body } = await test.call(
      'POST',
      '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
      { metadata: { name: 'c' }, webhooks: [webhook(only('authorizer.group("").check("x")'))] },
    );
    expect(body.message).toContain(
      'webhooks[0].matchConditions[0].expression: Invalid value: "authorizer.group(\\"\\").check(\\"x\\")": compilation failed: ERROR: <input>:1:1: undeclared reference to \'authorizer\'',
    );
  });
});

it('connections are shown with their options and may be refused', async () => {
  const rule = { operations: ['CONNECT'], apiGroups: [''], apiVersions: ['v1'] };
  await install('Validating', webhook({ rules: [{ ...rule, resources: ['services/proxy'] }] }));
  answer = () => ({ allowed: false, status: { message: 'no way in' } });
  const { status, body } = await test.call(
    'GET',
    '/api/v1/namespaces/default/services/web/proxy/a/b',
  );
  expect([status, body.message]).toEqual([
    400,
    'admission webhook "w.example.com" denied the request: no way in',
  ]);
  expect(asked[0]?.request).toMatchObject({
    operation: 'CONNECT',
    kind: { group: '', version: 'v1', kind: 'ServiceProxyOptions' },
    resource: { group: '', version: 'v1', resource: 'services' },
    subResource: 'proxy',
    name: 'web',
    object: { kind: 'ServiceProxyOptions', apiVersion: 'v1', path: '/a/b' },
    oldObject: null,
  });
});
