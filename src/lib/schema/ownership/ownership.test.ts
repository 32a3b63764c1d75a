import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonRecord } from '../../../base/index.ts';
import {
  applyServerSide,
  canonicalize,
  fromOpenApiV3,
  mergePatch,
  trackUpdate,
  typeOf,
} from '../index.ts';
import type { TypeSchema } from '../index.ts';

interface Entry {
  manager: string;
  operation: string;
  time: string;
  fieldsV1: JsonRecord;
}

/** One stored object and the writes a server would make of requests. */
function store(
  apiVersion: string,
  kind: string,
  type: TypeSchema | undefined = typeOf(apiVersion, kind),
) {
  let live: JsonRecord | undefined;
  let tick = 0;
  const now = (): string => `2026-01-01T00:00:${String((tick += 1)).padStart(2, '0')}Z`;
  const head = { apiVersion, kind };
  const clean = (object: JsonRecord): JsonRecord =>
    type?.name === undefined ? object : canonicalize(type, object);
  const resetFields = [['status']];
  return {
    get live(): JsonRecord {
      return live ?? {};
    },
    apply(manager: string, body: JsonRecord, force = false): JsonRecord {
      const config = { ...head, metadata: { name: 'x', namespace: 'n' }, ...body };
      const { object } = applyServerSide({
        type,
        live,
        config,
        manager,
        force,
        now: now(),
        resetFields,
      });
      live = clean(object);
      return live;
    },
    create(manager: string, body: JsonRecord): void {
      const updated = clean({
        ...head,
        ...body,
        metadata: { name: 'x', ...(body['metadata'] as JsonRecord) },
      });
      live = clean(
        trackUpdate({ type, live: undefined, updated, manager, now: now(), resetFields }),
      );
    },
    patch(manager: string, patch: JsonRecord): void {
      const updated = clean(mergePatch(live, patch) as JsonRecord);
      live = clean(trackUpdate({ type, live, updated, manager, now: now(), resetFields }));
    },
    entries(): Entry[] {
      return ((live?.['metadata'] as JsonRecord | undefined)?.['managedFields'] ?? []) as Entry[];
    },
    /** `{m1: ['a', 'b']}`: fields under f:data by manager. */
    data(): Record<string, string[]> {
      return Object.fromEntries(
        this.entries().map((entry) => [
          entry.manager,
          Object.keys((entry.fieldsV1['f:data'] ?? {}) as JsonRecord).map((key) => key.slice(2)),
        ]),
      );
    },
    owns(manager: string): JsonRecord | undefined {
      return this.entries().find((entry) => entry.manager === manager)?.fieldsV1;
    },
  };
}

const data = (fields: JsonRecord): JsonRecord => ({ data: fields });

describe('server-side apply on a ConfigMap, as observed', () => {
  it('goes through ten steps', () => {
    const map = store('v1', 'ConfigMap');
    map.apply('m1', data({ a: '1', b: '2' }));
    expect(map.data()).toEqual({ m1: ['a', 'b'] });
    map.apply('m2', data({ b: '2', c: '3' }));
    expect(map.data()).toEqual({ m1: ['a', 'b'], m2: ['b', 'c'] });
    expect(() => map.apply('m2', data({ b: '9' }))).toThrow(
      expect.objectContaining({
        status: 409,
        message: 'Apply failed with 1 conflict: conflict with "m1": .data.b',
        conflicts: [{ manager: '"m1"', field: '.data.b', message: 'conflict with "m1"' }],
      }),
    );
    map.apply('m2', data({ b: '9' }), true);
    expect(map.live['data']).toEqual({ a: '1', b: '9' });
    expect(map.data()).toEqual({ m1: ['a'], m2: ['b'] });
    map.patch('u', data({ a: '7' }));
    expect(map.data()).toEqual({ m2: ['b'], u: ['a'] });
    expect(() => map.apply('m1', data({ a: '1' }))).toThrow(
      'Apply failed with 1 conflict: conflict with "u" using v1: .data.a',
    );
    map.apply('m1', data({ a: '7' }));
    expect(map.data()).toEqual({ m2: ['b'], m1: ['a'], u: ['a'] });
    map.apply('m1', {});
    expect(map.live['data']).toEqual({ a: '7', b: '9' });
    expect(map.data()).toEqual({ m2: ['b'], u: ['a'] });
    map.patch('u', data({ a: null }));
    expect(map.live['data']).toEqual({ b: '9' });
    expect(map.data()).toEqual({ m2: ['b'] });
    map.apply('m2', {});
    expect(map.live).toEqual({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name: 'x', namespace: 'n' },
    });
  });

  it('tracks creation, updates, wiping, and the first apply after it', () => {
    const map = store('v1', 'ConfigMap');
    map.create('c', {
      metadata: { labels: { x: 'y' }, finalizers: ['a.b/c'], annotations: {} },
      data: { a: '1' },
    });
    expect(map.owns('c')).toEqual({
      'f:data': { '.': {}, 'f:a': {} },
      'f:metadata': {
        'f:finalizers': { '.': {}, 'v:"a.b/c"': {} },
        'f:labels': { '.': {}, 'f:x': {} },
      },
    });
    map.patch('d', { data: { b: '2' }, metadata: { annotations: { q: '1' } } });
    expect(map.owns('d')).toEqual({
      'f:data': { 'f:b': {} },
      'f:metadata': { 'f:annotations': { '.': {}, 'f:q': {} } },
    });
    map.patch('c', { data: null });
    expect(map.entries().map((entry) => 'f:data' in entry.fieldsV1)).toEqual([false, false]);
    map.patch('d', { metadata: { managedFields: [] } });
    expect(map.entries()).toEqual([]);
    map.patch('e', data({ z: '1' }));
    expect(map.entries()).toEqual([]);
    map.apply('ap', data({ n: '1' }));
    expect(map.data()).toEqual({ ap: ['n'], 'before-first-apply': ['', 'z'] });
    expect(map.owns('before-first-apply')).toEqual({
      'f:data': { '.': {}, 'f:z': {} },
      'f:metadata': {
        'f:annotations': { '.': {}, 'f:q': {} },
        'f:finalizers': { '.': {}, 'v:"a.b/c"': {} },
        'f:labels': { '.': {}, 'f:x': {} },
      },
    });
  });

  it('keeps the time of an apply that changes nothing', () => {
    const map = store('v1', 'ConfigMap');
    map.apply('m1', data({ a: '1' }));
    const [before] = map.entries();
    map.apply('m1', data({ a: '1' }));
    expect(map.entries()).toEqual([before]);
  });

  it('puts the oldest updaters together when there are more than ten', () => {
    const map = store('v1', 'ConfigMap');
    map.create('u0', data({ k0: '0' }));
    for (let at = 1; at < 13; at += 1) map.patch(`u${at}`, data({ [`k${at}`]: '1' }));
    const managers = map.entries().map((entry) => entry.manager);
    expect(managers).toHaveLength(10);
    expect(managers[0]).toBe('ancient-changes');
    expect(map.data()['ancient-changes']).toEqual(['', 'k0', 'k1', 'k2', 'k3']);
  });
});

const container = (fields: JsonRecord): JsonRecord => ({
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: { containers: [fields] } },
  },
});

describe('server-side apply on a Deployment, as observed', () => {
  const first = (): ReturnType<typeof store> => {
    const deployment = store('apps/v1', 'Deployment');
    const body = container({
      name: 'c',
      image: '1',
      ports: [{ containerPort: 80 }],
      env: [{ name: 'A', value: '1' }],
    });
    deployment.apply('m1', { spec: { replicas: 1, ...(body['spec'] as JsonRecord) } });
    return deployment;
  };

  it('owns keyed items', () => {
    expect(first().owns('m1')).toEqual({
      'f:spec': {
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
      },
    });
  });

  it('shares a pod template between appliers', () => {
    const deployment = first();
    const names = (): unknown[] =>
      (
        deployment.live as { spec: { template: { spec: { containers: JsonRecord[] } } } }
      ).spec.template.spec.containers.map((each) => each['name']);
    deployment.apply('m2', {
      spec: { template: { spec: { containers: [{ name: 's', image: '2' }] } } },
    });
    expect(names()).toEqual(['c', 's']);
    expect(deployment.owns('m2')).toEqual({
      'f:spec': {
        'f:template': {
          'f:spec': {
            'f:containers': { 'k:{"name":"s"}': { '.': {}, 'f:image': {}, 'f:name': {} } },
          },
        },
      },
    });
    deployment.apply('m1', {
      spec: {
        replicas: 1,
        ...(container({ name: 'c', image: '1', ports: [{ containerPort: 80 }] })[
          'spec'
        ] as JsonRecord),
      },
    });
    expect(JSON.stringify(deployment.live['spec'])).not.toContain('env');
    expect(() =>
      deployment.apply('m3', {
        spec: { replicas: 3, template: { spec: { containers: [{ name: 'c', image: '9' }] } } },
      }),
    ).toThrow(
      'Apply failed with 2 conflicts: conflicts with "m1":\n- .spec.replicas\n- .spec.template.spec.containers[name="c"].image',
    );
    deployment.apply('m2', {});
    expect(names()).toEqual(['c']);
  });

  it('compares quantities by value', () => {
    const deployment = store('apps/v1', 'Deployment');
    const limits = (cpu: unknown): JsonRecord =>
      container({ name: 'c', image: '1', resources: { limits: { cpu } } });
    deployment.create('u', limits('1'));
    deployment.apply('m1', limits('1000m'));
    deployment.apply('m2', limits(1));
    expect(() => deployment.apply('m3', limits('2'))).toThrow('with 3 conflicts');
  });

  it('gives the creator what Go writes and the server defaulted', () => {
    const deployment = store('apps/v1', 'Deployment');
    const body = container({ name: 'c', image: '1', imagePullPolicy: 'Always', resources: {} });
    deployment.create('kubectl', {
      spec: {
        replicas: 1,
        strategy: {
          type: 'RollingUpdate',
          rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' },
        },
        ...(body['spec'] as JsonRecord),
      },
      status: { replicas: 1 },
    });
    expect(deployment.owns('kubectl')).toEqual({
      'f:spec': {
        'f:replicas': {},
        'f:selector': {},
        'f:strategy': {
          'f:rollingUpdate': { '.': {}, 'f:maxSurge': {}, 'f:maxUnavailable': {} },
          'f:type': {},
        },
        'f:template': {
          'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } },
          'f:spec': {
            'f:containers': {
              'k:{"name":"c"}': {
                '.': {},
                'f:image': {},
                'f:imagePullPolicy': {},
                'f:name': {},
                'f:resources': {},
              },
            },
          },
        },
      },
    });
  });

  it.each([
    [{ spec: { foo: 1 } }, '.spec.foo: field not declared in schema'],
    [
      { spec: { template: { spec: { containers: [{ name: 'c' }, { name: 'c' }] } } } },
      '.spec.template.spec.containers: duplicate entries for key [name="c"]',
    ],
    [{ spec: { replicas: 'x' } }, '.spec.replicas: expected numeric (int or float), got string'],
  ])('refuses %j', (body, why) => {
    expect(() => store('apps/v1', 'Deployment').apply('m1', body)).toThrow(
      expect.objectContaining({
        status: 500,
        message: `failed to create typed patch object (n/x; apps/v1, Kind=Deployment): ${why}`,
      }),
    );
  });
});

describe('custom resources', () => {
  const type = fromOpenApiV3({
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          items: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['id'],
            items: {
              type: 'object',
              properties: { id: { type: 'integer' }, value: { type: 'string' } },
            },
          },
          tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
          free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    },
  });

  it('the creator owns spec itself', () => {
    const object = store('a.b/v1', 'K', type);
    object.create('c', { spec: { items: [{ id: 1, value: 'x' }], free: { deep: { a: 1 } } } });
    expect(object.owns('c')).toEqual({
      'f:spec': {
        '.': {},
        'f:free': { '.': {}, 'f:deep': { '.': {}, 'f:a': {} } },
        'f:items': { '.': {}, 'k:{"id":1}': { '.': {}, 'f:id': {}, 'f:value': {} } },
      },
    });
  });

  const specs = fc.record(
    {
      items: fc.uniqueArray(
        fc.record({ id: fc.integer({ min: 1, max: 4 }), value: fc.constantFrom('x', 'y') }),
        { selector: (item) => item.id, minLength: 1 },
      ),
      tags: fc.uniqueArray(fc.constantFrom('p', 'q', 'r'), { minLength: 1 }),
      free: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom(1, 2), { minKeys: 1 }),
    },
    { requiredKeys: [] },
  );

  it('forced applies: the last applier has what it wants, and taking it all back leaves nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('m1', 'm2', 'm3'), specs)), (writes) => {
        const object = store('a.b/v1', 'K', type);
        for (const [manager, spec] of writes) {
          const result = object.apply(
            manager,
            Object.keys(spec).length === 0 ? {} : { spec },
            true,
          );
          const again = object.apply(manager, Object.keys(spec).length === 0 ? {} : { spec }, true);
          expect(again).toEqual(result);
          const kept = (result['spec'] ?? {}) as JsonRecord;
          for (const tag of spec.tags ?? []) expect(kept['tags']).toContain(tag);
          for (const item of spec.items ?? []) expect(kept['items']).toContainEqual(item);
          expect(kept['free'] ?? {}).toMatchObject(spec.free ?? {});
        }
        for (const manager of ['m1', 'm2', 'm3']) object.apply(manager, {}, true);
        expect(object.entries()).toEqual([]);
        expect(object.live['spec']).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });
});
