import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonRecord } from '../../../base/index.ts';
import { strategicDiff, strategicMerge, threeWayMergePatch, typeOf } from '../index.ts';

const deployment = typeOf('apps/v1', 'Deployment');

/** The Deployment of the observed cases: containers a (env A, B; port 80) and b, volume v. */
const live = (): JsonRecord => ({
  metadata: { name: 'd', finalizers: ['a', 'b'], annotations: { k1: '1', k2: '2' } },
  spec: {
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } },
    template: {
      spec: {
        containers: [
          {
            name: 'a',
            image: '1',
            env: [
              { name: 'A', value: '1' },
              { name: 'B', value: '2' },
            ],
            ports: [{ containerPort: 80, name: 'h' }],
          },
          { name: 'b', image: '2' },
        ],
        volumes: [{ name: 'v', emptyDir: {} }],
      },
    },
  },
});

const podPatch = (spec: JsonRecord): JsonRecord => ({ spec: { template: { spec } } });
const podOf = (object: JsonRecord): { containers: JsonRecord[]; volumes: JsonRecord[] } =>
  (object as { spec: { template: { spec: never } } }).spec.template.spec;
const merged = (patch: JsonRecord): JsonRecord => strategicMerge(deployment, live(), patch);
const names = (items: JsonRecord[]): unknown[] => items.map((item) => item['name']);

describe('strategic merge, as observed on a real server', () => {
  it('puts a new container in front', () => {
    const { containers } = podOf(merged(podPatch({ containers: [{ name: 'c', image: '3' }] })));
    expect(names(containers)).toEqual(['c', 'a', 'b']);
  });

  it('takes the order of $setElementOrder, server-only items keep their neighbours', () => {
    const { containers } = podOf(
      strategicMerge(
        deployment,
        merged(
          podPatch({
            containers: [
              { name: 'c', image: '3' },
              { name: 'b', $patch: 'delete' },
            ],
          }),
        ),
        podPatch({
          '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }],
          containers: [{ name: 'a', image: '9' }],
        }),
      ),
    );
    expect(containers.map((each) => `${each['name']}:${each['image']}`)).toEqual(['c:3', 'a:9']);
  });

  it('deletes an item by key', () => {
    const { containers } = podOf(
      merged(podPatch({ containers: [{ $patch: 'delete', name: 'b' }] })),
    );
    expect(names(containers)).toEqual(['a']);
  });

  it.each([
    [
      [
        { name: 'B', $patch: 'delete' },
        { name: 'C', value: '3' },
      ],
      ['C', 'A'],
    ],
    [[{ name: 'Z', value: '0' }, { $patch: 'replace' }], ['Z']],
  ])('env patched with %j holds %j', (env, wanted) => {
    const { containers } = podOf(merged(podPatch({ containers: [{ name: 'a', env }] })));
    expect(names(containers[0]?.['env'] as JsonRecord[])).toEqual(wanted);
  });

  it('$retainKeys drops the other keys', () => {
    expect(
      merged({ spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }),
    ).toMatchObject({
      spec: { strategy: { type: 'Recreate' } },
    });
    const { volumes } = podOf(
      merged(
        podPatch({
          volumes: [{ name: 'v', configMap: { name: 'x' }, $retainKeys: ['name', 'configMap'] }],
        }),
      ),
    );
    expect(volumes).toEqual([{ name: 'v', configMap: { name: 'x' } }]);
  });

  it('merges ports by containerPort, the new one in front', () => {
    const { containers } = podOf(
      merged(podPatch({ containers: [{ name: 'a', ports: [{ containerPort: 81 }] }] })),
    );
    expect(containers[0]?.['ports']).toEqual([
      { containerPort: 81 },
      { containerPort: 80, name: 'h' },
    ]);
  });

  it('edits a list of primitives', () => {
    expect(
      merged({ metadata: { finalizers: ['c'], '$deleteFromPrimitiveList/finalizers': ['a'] } }),
    ).toMatchObject({ metadata: { finalizers: ['c', 'b'] } });
  });

  it('replaces a map', () => {
    expect(
      (
        merged({ metadata: { annotations: { k3: '3', $patch: 'replace' } } })[
          'metadata'
        ] as JsonRecord
      )['annotations'],
    ).toEqual({ k3: '3' });
  });

  it.each([
    [
      { '$setElementOrder/containers': [{ name: 'c' }], containers: [{ name: 'a', image: '8' }] },
      "The order in patch list:\n[map[image:8 name:a]]\n doesn't match $setElementOrder list:\n[map[name:c]]\n",
    ],
    [
      { containers: [{ image: '3' }] },
      'map: map[image:3] does not contain declared merge key: name',
    ],
  ])('refuses %j', (spec, message) => {
    expect(() => merged(podPatch(spec))).toThrow(expect.objectContaining({ message, status: 500 }));
  });
});

/** Objects with the shapes that strategic merge treats differently. */
const objects = fc
  .record({
    labels: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2')),
    finalizers: fc.uniqueArray(fc.constantFrom('x', 'y', 'z')),
    replicas: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
    strategy: fc.constantFrom<JsonRecord>(
      { type: 'Recreate' },
      { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
    ),
    containers: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('a', 'b', 'c'),
        image: fc.constantFrom('1', '2'),
        args: fc.array(fc.constantFrom('-v', '-q'), { maxLength: 2 }),
        env: fc.uniqueArray(
          fc.record({ name: fc.constantFrom('A', 'B', 'C'), value: fc.constantFrom('1', '2') }),
          { selector: (item) => item.name, maxLength: 3 },
        ),
      }),
      { selector: (item) => item.name, minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ labels, finalizers, replicas, strategy, containers }): JsonRecord => ({
    metadata: { name: 'd', labels, ...(finalizers.length === 0 ? {} : { finalizers }) },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      strategy,
      template: {
        spec: {
          containers: containers.map(({ env, ...rest }) =>
            env.length === 0 ? rest : { ...rest, env },
          ),
        },
      },
    },
  }));

const type = deployment!;

describe('computed patches', () => {
  it('strategicDiff then strategicMerge gives the modified object', () => {
    fc.assert(
      fc.property(objects, objects, (a, b) => {
        const patch = strategicDiff(type, a, b);
        expect(withoutEmpty(strategicMerge(type, a, patch))).toEqual(withoutEmpty(b));
      }),
      { numRuns: 500 },
    );
  });

  it('three-way: applying over what was applied gives what is wanted, and then nothing is left', () => {
    fc.assert(
      fc.property(objects, objects, (original, modified) => {
        for (const of of [type, undefined]) {
          const patch = threeWayMergePatch({ type: of, original, modified, current: original });
          if (of === undefined) continue;
          const result = strategicMerge(of, original, patch);
          expect(withoutEmpty(result)).toEqual(withoutEmpty(modified));
          expect(
            threeWayMergePatch({ type: of, original: modified, modified, current: result }),
          ).toEqual({});
        }
      }),
      { numRuns: 500 },
    );
  });

  it('leaves alone what others added, deletes what was applied before', () => {
    const pod = (containers: JsonRecord[], more: JsonRecord = {}): JsonRecord => ({
      metadata: { name: 'd', ...more },
      spec: { template: { spec: { containers } } },
    });
    const patch = threeWayMergePatch({
      type,
      original: pod(
        [
          { name: 'a', image: '1' },
          { name: 'old', image: '1' },
        ],
        { labels: { x: '1', y: '2' } },
      ),
      modified: pod([{ name: 'a', image: '2' }], { labels: { x: '1' } }),
      current: pod(
        [
          { name: 'a', image: '1', imagePullPolicy: 'Always' },
          { name: 'old', image: '1' },
          { name: 'injected', image: 'i' },
        ],
        { labels: { x: '1', y: '2', z: '3' } },
      ),
    });
    expect(patch).toEqual({
      metadata: { labels: { y: null } },
      spec: {
        template: {
          spec: {
            '$setElementOrder/containers': [{ name: 'a' }],
            containers: [
              { name: 'a', image: '2' },
              { $patch: 'delete', name: 'old' },
            ],
          },
        },
      },
    });
  });

  it('writes $retainKeys when a union changes', () => {
    const of = (strategy: JsonRecord): JsonRecord => ({ spec: { strategy } });
    expect(
      strategicDiff(
        type,
        of({ type: 'RollingUpdate', rollingUpdate: {} }),
        of({ type: 'Recreate' }),
      ),
    ).toEqual({
      spec: { strategy: { $retainKeys: ['type'], type: 'Recreate', rollingUpdate: null } },
    });
  });
});

/** An empty list and none are the same to a merge. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => !(Array.isArray(inner) && inner.length === 0))
      .map(([key, inner]) => [key, withoutEmpty(inner)]),
  );
}
