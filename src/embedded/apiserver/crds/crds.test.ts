import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let test: TestServer;
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const foos = '/apis/example.com/v1/namespaces/default/foos';

beforeEach(async () => {
  test = await startTestServer();
});
afterEach(() => test.server.close());

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        replicas: { type: 'integer', default: 2, minimum: 0 },
        mode: { type: 'string', enum: ['a', 'b'] },
        anything: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
    status: {
      type: 'object',
      properties: { replicas: { type: 'integer' }, selector: { type: 'string' } },
    },
  },
};

function definition(changes: object = {}): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'foos.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'foos', kind: 'Foo', shortNames: ['fo'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          subresources: {
            status: {},
            scale: {
              specReplicasPath: '.spec.replicas',
              statusReplicasPath: '.status.replicas',
              labelSelectorPath: '.status.selector',
            },
          },
          additionalPrinterColumns: [{ name: 'Mode', type: 'string', jsonPath: '.spec.mode' }],
        },
      ],
      ...changes,
    },
  };
}

const foo = (name: string, spec: object = {}): object => ({
  apiVersion: 'example.com/v1',
  kind: 'Foo',
  metadata: { name },
  spec,
});
const define = async (body = definition()): Promise<void> => {
  const made = await test.call('POST', definitions, body);
  expect(made.body.message).toBeUndefined();
  const frames = await test.watch(`${definitions}?watch=true`);
  for (let frame = await frames.next(); frame; frame = await frames.next())
    if (JSON.stringify(frame.object['status'] ?? {}).includes('"Established"')) break;
  frames.stop();
};

describe('a definition', () => {
  it('is established at once and discovered', async () => {
    await define();
    const { body } = await test.call('GET', `${definitions}/foos.example.com`);
    expect(body).toMatchObject({
      metadata: { finalizers: ['customresourcecleanup.apiextensions.k8s.io'] },
      spec: { names: { singular: 'foo', listKind: 'FooList' }, conversion: { strategy: 'None' } },
      status: {
        acceptedNames: {
          plural: 'foos',
          singular: 'foo',
          kind: 'Foo',
          listKind: 'FooList',
          shortNames: ['fo'],
        },
        storedVersions: ['v1'],
        conditions: [
          {
            type: 'NamesAccepted',
            status: 'True',
            reason: 'NoConflicts',
            message: 'no conflicts found',
          },
          { type: 'Established', status: 'True', reason: 'InitialNamesAccepted' },
        ],
      },
    });
    const list = await test.call('GET', '/apis/example.com/v1');
    expect(list.body['resources']).toMatchObject([
      { name: 'foos', singularName: 'foo', kind: 'Foo', shortNames: ['fo'], namespaced: true },
      { name: 'foos/status' },
      { name: 'foos/scale', kind: 'Scale', group: 'autoscaling', version: 'v1' },
    ]);
    const groups = await test.call('GET', '/apis', undefined, {
      accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
    });
    expect(groups.body.items.at(-1)).toMatchObject({ metadata: { name: 'example.com' } });
  });

  it('whose names are taken is not established', async () => {
    await define();
    await test.call('POST', definitions, {
      ...definition({ names: { plural: 'bars', singular: 'bar', kind: 'Foo' } }),
      metadata: { name: 'bars.example.com' },
    });
    await new Promise(setImmediate);
    const { body } = await test.call('GET', `${definitions}/bars.example.com`);
    expect(body).toMatchObject({
      status: {
        conditions: [
          { type: 'NamesAccepted', status: 'False', reason: 'KindConflict' },
          { type: 'Established', status: 'False' },
        ],
      },
    });
  });

  it('takes its objects along when it is deleted', async () => {
    await define();
    await test.call('POST', foos, foo('one'));
    await test.call('POST', foos, {
      ...foo('held'),
      metadata: { name: 'held', finalizers: ['x.y/z'] },
    });
    const watch = await test.watch(`${foos}?watch=true&fieldSelector=metadata.name%3Dheld`);
    await watch.next();
    expect((await test.call('DELETE', `${definitions}/foos.example.com`)).status).toBe(200);
    expect((await watch.next())?.object.metadata['deletionTimestamp']).toBeDefined();
    expect((await test.call('GET', `${foos}/one`)).status).toBe(404);
    expect((await test.call('GET', `${definitions}/foos.example.com`)).body).toMatchObject({
      status: {
        conditions: expect.arrayContaining([
          expect.objectContaining({ type: 'Terminating', status: 'True' }),
        ]) as object,
      },
    });
    await test.call('PATCH', `${foos}/held`, { metadata: { finalizers: null } });
    expect((await watch.next())?.type).toBe('DELETED');
    expect(await watch.next()).toBeUndefined();
    expect((await test.call('GET', `${definitions}/foos.example.com`)).status).toBe(404);
    expect((await test.call('GET', foos)).text).toBe('404 page not found\n');
  });

  it('of the older form is served too', async () => {
    const old = {
      apiVersion: 'apiextensions.k8s.io/v1beta1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'olds.example.com' },
      spec: {
        group: 'example.com',
        version: 'v1alpha1',
        scope: 'Cluster',
        names: { plural: 'olds', kind: 'Old' },
        additionalPrinterColumns: [{ name: 'X', type: 'string', JSONPath: '.spec.x' }],
      },
    };
    const made = await test.call(
      'POST',
      '/apis/apiextensions.k8s.io/v1beta1/customresourcedefinitions',
      old,
    );
    expect(made.body.message).toBeUndefined();
    await new Promise(setImmediate);
    const object = {
      apiVersion: 'example.com/v1alpha1',
      kind: 'Old',
      metadata: { name: 'o' },
      spec: { x: 'kept', any: { thing: [1] } },
    };
    const created = await test.call('POST', '/apis/example.com/v1alpha1/olds', object);
    expect(created.body['spec']).toEqual(object.spec);
  });
});

describe('a custom resource', () => {
  it('is pruned, defaulted and counted', async () => {
    await define();
    const made = await test.call('POST', foos, {
      ...foo('one', { mode: 'a', lost: 1, anything: { kept: 1 } }),
      status: { replicas: 9 },
    });
    expect(made.headers.get('warning')).toBe('299 - "unknown field \\"spec.lost\\""');
    expect(made.body).toMatchObject({
      metadata: { generation: 1 },
      spec: { mode: 'a', replicas: 2, anything: { kept: 1 } },
    });
    expect(made.body['status']).toBeUndefined();
    expect(made.body['spec']).not.toHaveProperty('lost');
    const changed = await test.call('PATCH', `${foos}/one`, { spec: { mode: 'b' } });
    expect(changed.body.metadata['generation']).toBe(2);
    const status = await test.call('PATCH', `${foos}/one/status`, {
      status: { replicas: 1 },
      spec: { mode: 'a' },
    });
    expect(status.body).toMatchObject({
      metadata: { generation: 2 },
      spec: { mode: 'b' },
      status: { replicas: 1 },
    });
  });

  it.each([
    [
      foo('x', { mode: 'z' }),
      422,
      'Foo.example.com "x" is invalid: spec.mode: Unsupported value: "z": supported values: "a", "b"',
    ],
    [
      foo('x', { replicas: -1 }),
      422,
      'Foo.example.com "x" is invalid: spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or equal to 0',
    ],
    [
      { ...foo('x'), kind: 'Bar' },
      422,
      'Foo.example.com "x" is invalid: kind: Invalid value: "Bar": must be Foo',
    ],
    [{ apiVersion: 'example.com/v1', metadata: { name: 'x' } }, 400, "Object 'Kind' is missing in"],
  ])('is refused when it is wrong %#', async (body, status, message) => {
    await define();
    const answer = await test.call('POST', foos, body);
    expect(answer.body.message).toContain(message);
    expect(answer.status).toBe(status);
  });

  it('needs a version to be replaced, and no strategic merge', async () => {
    await define();
    await test.call('POST', foos, foo('one'));
    const put = await test.call('PUT', `${foos}/one`, foo('one', { mode: 'a' }));
    expect(put.body.message).toBe(
      'Foo.example.com "one" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
    );
    const patch = await test.call(
      'PATCH',
      `${foos}/one`,
      {},
      { 'content-type': 'application/strategic-merge-patch+json' },
    );
    expect(patch.status).toBe(415);
    expect(patch.body.message).toContain(
      'application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
    );
  });

  it('scales, and shows its columns', async () => {
    await define();
    await test.call('POST', foos, foo('one', { mode: 'a', replicas: 3 }));
    const scale = await test.call('GET', `${foos}/one/scale`);
    expect(scale.body).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: { replicas: 3 },
    });
    const patched = await test.call('PATCH', `${foos}/one/scale`, { spec: { replicas: 7 } });
    expect(patched.body).toMatchObject({ spec: { replicas: 7 } });
    const table = await test.call('GET', foos, undefined, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    });
    expect((table.body['rows'] as { cells: unknown[] }[])[0]?.cells).toEqual(['one', 'a']);
  });

  it('is served in every version of its definition', async () => {
    const [v1] = (definition() as { spec: { versions: object[] } }).spec.versions;
    await define(definition({ versions: [v1, { ...v1, name: 'v1alpha1', storage: false }] }));
    await test.call('POST', foos, foo('one', { mode: 'a' }));
    const other = await test.call('GET', '/apis/example.com/v1alpha1/namespaces/default/foos/one');
    expect(other.body).toMatchObject({ apiVersion: 'example.com/v1alpha1', spec: { mode: 'a' } });
    const frames = await test.watch('/apis/example.com/v1alpha1/foos?watch=true');
    expect((await frames.next())?.object['apiVersion']).toBe('example.com/v1alpha1');
    frames.stop();
  });
});
