import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type Answer, type TestServer } from '../testing/test-server.ts';

let test: TestServer;
const maps = '/api/v1/namespaces/default/configmaps';
const deployments = '/apis/apps/v1/namespaces/default/deployments';

beforeEach(async () => {
  test = await startTestServer();
});
afterEach(() => test.server.close());

const types = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;
const patch = (
  path: string,
  type: keyof typeof types,
  body: unknown,
  query = '',
): Promise<Answer> => test.call('PATCH', `${path}${query}`, body, { 'content-type': types[type] });

/** Who owns which fields: `m1: a,b` per manager, from under one field of fieldsV1. */
function owners(answer: Answer, under = 'f:data'): string[] {
  return (answer.body.metadata.managedFields ?? []).map(({ manager, operation, fieldsV1 }) => {
    const fields = Object.keys((fieldsV1[under] ?? {}) as object)
      .filter((key) => key !== '.')
      .map((key) => key.slice(2));
    return `${manager}${operation === 'Update' ? ' (Update)' : ''}: ${fields.join(',')}`;
  });
}

describe('patch', () => {
  it('JSON: runs operations, and a test that fails is 422', async () => {
    await test.call('POST', maps, { metadata: { name: 'a' }, data: { x: '1' } });
    const done = await patch(`${maps}/a`, 'json', [{ op: 'replace', path: '/data/x', value: '2' }]);
    expect(done.body['data']).toEqual({ x: '2' });
    const failed = await patch(`${maps}/a`, 'json', [{ op: 'test', path: '/data/x', value: '1' }]);
    expect(failed.body).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: 'the server rejected our request due to an error in our request',
      details: {},
    });
  });

  it.each([
    [
      'strategic',
      { metadata: { labels: 'no' }, data: null },
      '',
      'patch: Invalid value: "map[data:<nil> metadata:map[labels:no]]": cannot restore map from string',
    ],
    [
      'strategic',
      { metadata: { finalizers: 1 } },
      '',
      'patch: Invalid value: "map[metadata:map[finalizers:1]]": cannot restore slice from float64',
    ],
    [
      'strategic',
      { immutable: 'x' },
      '',
      'patch: Invalid value: "map[immutable:x]": cannot convert string to bool',
    ],
    [
      'merge',
      { data: 'no' },
      '',
      /"": json: cannot unmarshal string into .* of type map\[string\]/,
    ],
    ['merge', { foo: 1 }, '?fieldValidation=Strict', /strict decoding error: unknown field "foo"$/],
    [
      'strategic',
      { foo: 1 },
      '?fieldValidation=Strict',
      'patch: Invalid value: "map[foo:1]": strict decoding error: unknown field "foo"',
    ],
  ] as const)('%s: %j%s leaves what does not fit: 422', async (type, body, query, message) => {
    await test.call('POST', maps, { metadata: { name: 'a' } });
    const { body: answer } = await patch(`${maps}/a`, type, body, query);
    const text = String(answer.message).replace(/"\{.*\}"/, '""');
    expect(text).toMatch(message);
    expect(answer).toMatchObject({ code: 422, reason: 'Invalid' });
    expect(text.startsWith(' "" is invalid: patch: ')).toBe(true);
  });

  it('merge: null removes, and a version in the patch is a lock', async () => {
    const made = await test.call('POST', maps, {
      metadata: { name: 'a' },
      data: { x: '1', y: '2' },
    });
    const done = await patch(`${maps}/a`, 'merge', { data: { x: null } });
    expect(done.body['data']).toEqual({ y: '2' });
    const late = await patch(`${maps}/a`, 'merge', {
      metadata: { resourceVersion: made.body.metadata.resourceVersion },
      data: { z: '3' },
    });
    expect(late.status).toBe(409);
  });

  it('of an absent object is 404, of another name 400, of nothing no write', async () => {
    expect((await patch(`${maps}/none`, 'merge', {})).status).toBe(404);
    const made = await test.call('POST', maps, { metadata: { name: 'a' } });
    expect((await patch(`${maps}/a`, 'merge', { metadata: { name: 'b' } })).status).toBe(400);
    const same = await patch(`${maps}/a`, 'merge', {});
    expect(same.body.metadata.resourceVersion).toBe(made.body.metadata.resourceVersion);
  });

  it('many at once all land', async () => {
    await test.call('POST', maps, { metadata: { name: 'a' } });
    await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        patch(`${maps}/a`, 'merge', { data: { [`k${at}`]: 'v' } }),
      ),
    );
    const { body } = await test.call('GET', `${maps}/a`);
    expect(Object.keys(body['data'] as object)).toHaveLength(20);
  });

  it('with a type nobody knows is 415', async () => {
    await test.call('POST', maps, { metadata: { name: 'a' } });
    expect(
      (await test.call('PATCH', `${maps}/a`, {}, { 'content-type': 'application/json' })).status,
    ).toBe(415);
  });
});

const container = (name: string, more: object = {}): object => ({ name, image: '1', ...more });
const deployment = {
  metadata: { name: 'd' },
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: {
      metadata: { labels: { a: 'b' } },
      spec: {
        containers: [
          container('a', {
            env: [
              { name: 'A', value: '1' },
              { name: 'B', value: '2' },
            ],
            ports: [{ containerPort: 80, name: 'h' }],
          }),
          container('b'),
        ],
        volumes: [{ name: 'v', emptyDir: {} }],
      },
    },
  },
};

describe('strategic merge of a Deployment (observed on a real server)', () => {
  const pod = (spec: object): object => ({ spec: { template: { spec } } });
  const names = (of: unknown): string[] => (of as { name: string }[]).map(({ name }) => name);
  const podSpec = (answer: Answer): Record<string, unknown> =>
    (answer.body['spec'] as Record<string, Record<string, unknown>>)['template']!['spec'] as Record<
      string,
      unknown
    >;
  const containers = (answer: Answer): Record<string, unknown>[] =>
    podSpec(answer)['containers'] as Record<string, unknown>[];

  it.each<[string, object, (answer: Answer) => unknown, unknown]>([
    [
      'new items go in front',
      pod({ containers: [{ name: 'c', image: '3' }] }),
      (is) => names(containers(is)),
      ['c', 'a', 'b'],
    ],
    [
      'an order can be set',
      pod({
        '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }],
        containers: [
          { name: 'c', image: '3' },
          { name: 'a', image: '9' },
        ],
      }),
      (is) => names(containers(is)),
      ['c', 'a', 'b'],
    ],
    [
      'an item is deleted by its key',
      pod({ containers: [{ $patch: 'delete', name: 'b' }] }),
      (is) => names(containers(is)),
      ['a'],
    ],
    [
      'env by name',
      pod({
        containers: [
          {
            name: 'a',
            env: [
              { name: 'B', $patch: 'delete' },
              { name: 'C', value: '3' },
            ],
          },
        ],
      }),
      (is) => names(containers(is)[0]!['env']),
      ['C', 'A'],
    ],
    [
      'a list is replaced',
      pod({ containers: [{ name: 'a', env: [{ name: 'Z', value: '0' }, { $patch: 'replace' }] }] }),
      (is) => names(containers(is)[0]!['env']),
      ['Z'],
    ],
    [
      'keys are retained',
      { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
      (is) => (is.body['spec'] as Record<string, unknown>)['strategy'],
      { type: 'Recreate' },
    ],
    [
      'a volume changes its source',
      pod({
        volumes: [{ name: 'v', configMap: { name: 'x' }, $retainKeys: ['name', 'configMap'] }],
      }),
      (is) => podSpec(is)['volumes'],
      [{ name: 'v', configMap: { name: 'x', defaultMode: 420 } }],
    ],
    [
      'ports by number',
      pod({ containers: [{ name: 'a', ports: [{ containerPort: 81 }] }] }),
      (is) =>
        (containers(is)[0]!['ports'] as { containerPort: number }[]).map(
          (port) => port.containerPort,
        ),
      [81, 80],
    ],
  ])('%s', async (_what, body, look, expected) => {
    await test.call('POST', deployments, deployment);
    const answer = await patch(`${deployments}/d`, 'strategic', body);
    expect(answer.body.message).toBeUndefined();
    expect(look(answer)).toEqual(expected);
  });

  it('a leftover rollingUpdate is refused', async () => {
    await test.call('POST', deployments, deployment);
    const answer = await patch(`${deployments}/d`, 'strategic', {
      spec: { strategy: { type: 'Recreate' } },
    });
    expect(answer.status).toBe(422);
    expect(answer.body.message).toBe(
      'Deployment.apps "d" is invalid: spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is \'Recreate\'',
    );
  });

  it('an order that lacks an item is 500', async () => {
    await test.call('POST', deployments, deployment);
    const answer = await patch(
      `${deployments}/d`,
      'strategic',
      pod({
        '$setElementOrder/containers': [{ name: 'c' }],
        containers: [{ name: 'a', image: '8' }],
      }),
    );
    expect(answer.body).toMatchObject({
      code: 500,
      message:
        "The order in patch list:\n[map[image:8 name:a]]\n doesn't match $setElementOrder list:\n[map[name:c]]\n",
    });
    expect(answer.body.reason).toBeUndefined();
  });

  it('finalizers merge as values', async () => {
    await test.call('POST', maps, { metadata: { name: 'f', finalizers: ['x.y/a', 'x.y/b'] } });
    const answer = await patch(`${maps}/f`, 'strategic', {
      metadata: { finalizers: ['x.y/c'], '$deleteFromPrimitiveList/finalizers': ['x.y/a'] },
    });
    expect(answer.body.metadata['finalizers']).toEqual(['x.y/c', 'x.y/b']);
  });

  it('a map is replaced', async () => {
    await test.call('POST', maps, { metadata: { name: 'f', annotations: { k1: '1', k2: '2' } } });
    const answer = await patch(`${maps}/f`, 'strategic', {
      metadata: { annotations: { k3: '3', $patch: 'replace' } },
    });
    expect(answer.body.metadata['annotations']).toEqual({ k3: '3' });
  });
});

describe('server-side apply (observed on a real server)', () => {
  const apply = (manager: string, data: object | undefined, query = ''): Promise<Answer> =>
    patch(
      `${maps}/m`,
      'apply',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' }, ...(data ? { data } : {}) },
      `?fieldManager=${manager}${query}`,
    );
  const merge = (manager: string, data: object | null): Promise<Answer> =>
    patch(`${maps}/m`, 'merge', { data }, `?fieldManager=${manager}`);

  it('shares, refuses, takes over, prunes', async () => {
    const first = await apply('m1', { a: '1', b: '2' });
    expect(first.status).toBe(201);
    expect(owners(first)).toEqual(['m1: a,b']);
    const shared = await apply('m2', { b: '2', c: '3' });
    expect([shared.status, owners(shared)]).toEqual([200, ['m1: a,b', 'm2: b,c']]);
    const refused = await apply('m2', { b: '9' });
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "m1": .data.b',
      details: {
        causes: [
          { reason: 'FieldManagerConflict', message: 'conflict with "m1"', field: '.data.b' },
        ],
      },
    });
    const forced = await apply('m2', { b: '9' }, '&force=true');
    expect(forced.body['data']).toEqual({ a: '1', b: '9' });
    expect(owners(forced)).toEqual(['m1: a', 'm2: b']);
    expect(owners(await merge('u', { a: '7' }))).toEqual(['m2: b', 'u (Update): a']);
    expect((await apply('m1', { a: '1' })).body.message).toBe(
      'Apply failed with 1 conflict: conflict with "u" using v1: .data.a',
    );
    expect(owners(await apply('m1', { a: '7' })).toSorted()).toEqual([
      'm1: a',
      'm2: b',
      'u (Update): a',
    ]);
    const without = await apply('m1', undefined);
    expect(without.body['data']).toEqual({ a: '7', b: '9' });
    expect(owners(without)).toEqual(['m2: b', 'u (Update): a']);
    const removed = await merge('u', { a: null });
    expect(removed.body['data']).toEqual({ b: '9' });
    expect(owners(removed)).toEqual(['m2: b']);
    const last = await apply('m2', undefined);
    expect(last.body['data']).toBeUndefined();
    expect(last.body.metadata.managedFields).toBeUndefined();
  });

  it('tracks updates, can be wiped, and begins again with the first apply', async () => {
    const create = await test.call('POST', `${maps}?fieldManager=c`, {
      metadata: { name: 'm', labels: { x: '1' }, finalizers: ['a.b/c'], annotations: {} },
      data: { a: '1' },
    });
    expect(create.body.metadata.managedFields).toMatchObject([
      {
        manager: 'c',
        operation: 'Update',
        fieldsV1: {
          'f:data': { '.': {}, 'f:a': {} },
          'f:metadata': {
            'f:finalizers': { '.': {}, 'v:"a.b/c"': {} },
            'f:labels': { '.': {}, 'f:x': {} },
          },
        },
      },
    ]);
    const merged = await patch(
      `${maps}/m`,
      'merge',
      { data: { b: '2' }, metadata: { annotations: { q: 'q' } } },
      '?fieldManager=d',
    );
    expect(merged.body.metadata.managedFields?.[1]?.fieldsV1).toEqual({
      'f:data': { 'f:b': {} },
      'f:metadata': { 'f:annotations': { '.': {}, 'f:q': {} } },
    });
    const cleared = await merge('c', null);
    expect(owners(cleared)).toEqual(['c (Update): ', 'd (Update): ']);
    const wiped = await patch(
      `${maps}/m`,
      'merge',
      { metadata: { managedFields: [] } },
      '?fieldManager=w',
    );
    expect(wiped.body.metadata.managedFields).toBeUndefined();
    expect((await merge('e', { z: '1' })).body.metadata.managedFields).toBeUndefined();
    const begun = await apply('ap', { n: '1' });
    expect(owners(begun)).toEqual(['ap: n', 'before-first-apply (Update): z']);
  });

  it('merges containers by name and names every conflict', async () => {
    const config = (containers: object[], more: object = {}): object => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: { ...more, template: { spec: { containers } } },
    });
    const base = { replicas: 1, selector: { matchLabels: { a: 'b' } } };
    const send = (manager: string, body: object): Promise<Answer> =>
      patch(`${deployments}/d`, 'apply', body, `?fieldManager=${manager}`);
    const whole = (env: object): object => ({
      ...config([], base),
      spec: {
        ...base,
        template: {
          metadata: { labels: { a: 'b' } },
          spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }], ...env }] },
        },
      },
    });
    const first = await send('m1', whole({ env: [{ name: 'A', value: '1' }] }));
    expect(first.status).toBe(201);
    expect(first.body.metadata.managedFields?.[0]?.fieldsV1['f:spec']).toEqual({
      'f:replicas': {},
      'f:selector': {},
      'f:template': {
        'f:metadata': { 'f:labels': { 'f:a': {} } },
        'f:spec': {
          'f:containers': {
            'k:{"name":"c"}': {
              '.': {},
              'f:env': { 'k:{"name":"A"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
              'f:image': {},
              'f:name': {},
              'f:ports': {
                'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} },
              },
            },
          },
        },
      },
    });
    const template = (answer: Answer): { name: string; env?: unknown }[] =>
      (answer.body['spec'] as { template: { spec: { containers: { name: string }[] } } }).template
        .spec.containers;
    expect(
      template(await send('m2', config([{ name: 's', image: 'i2' }]))).map(({ name }) => name),
    ).toEqual(['c', 's']);
    expect(template(await send('m1', whole({})))[0]).not.toHaveProperty('env');
    const conflict = await send('m3', config([{ name: 'c', image: 'other' }], { replicas: 3 }));
    expect(conflict.body.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "m1":\n- .spec.replicas\n- .spec.template.spec.containers[name="c"].image',
    );
    const pruned = await send('m2', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
    });
    expect(template(pruned).map(({ name }) => name)).toEqual(['c']);
  });

  it.each<[string, unknown, string, number, string]>([
    [
      'no manager',
      { apiVersion: 'v1', kind: 'ConfigMap' },
      '',
      422,
      'fieldManager: Required value: is required for apply patch',
    ],
    [
      'another version',
      { apiVersion: 'v2', kind: 'ConfigMap' },
      '?fieldManager=x',
      400,
      'Incorrect version specified in apply patch. Specified patch version: v2, expected: v1',
    ],
    [
      'managedFields',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { managedFields: [] } },
      '?fieldManager=x',
      400,
      'metadata.managedFields must be nil',
    ],
    [
      'an unknown field',
      { apiVersion: 'v1', kind: 'ConfigMap', foo: 1 },
      '?fieldManager=x',
      500,
      '.foo: field not declared in schema',
    ],
  ])('refuses %s', async (...[, body, query, status, message]) => {
    const answer = await patch(`${maps}/m`, 'apply', body, query);
    expect(answer.body.message).toContain(message);
    expect(answer.status).toBe(status);
  });
});
