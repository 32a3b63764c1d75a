import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JsonRecord } from '../../../base/index.ts';
import { ApplyConflict, applyServerSide, typeOf } from '../index.ts';

const now = '2026-01-01T00:00:00Z';
const maps = typeOf('v1', 'ConfigMap')!;
const deployments = typeOf('apps/v1', 'Deployment')!;

type Entries = Readonly<Record<string, string>>;
const entries = (keys: readonly string[]): fc.Arbitrary<Entries> =>
  fc.dictionary(fc.constantFrom(...keys), fc.constantFrom('1', '2', '3'));

const map = (data: Entries): JsonRecord => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'x' },
  data,
});
const apply = (
  live: JsonRecord | undefined,
  manager: string,
  { config, force = false }: { readonly config: JsonRecord; readonly force?: boolean },
): JsonRecord => {
  const type = config['kind'] === 'ConfigMap' ? maps : deployments;
  return applyServerSide({ type, live, config, manager, force, now }).object;
};

/** The keys of `data` that a manager owns. */
const owned = (object: JsonRecord, manager: string): string[] => {
  const { managedFields = [] } = object['metadata'] as { managedFields?: JsonRecord[] };
  const entry = managedFields.find((each) => each['manager'] === manager);
  const fields = (entry?.['fieldsV1'] ?? {}) as { 'f:data'?: JsonRecord };
  return Object.keys(fields['f:data'] ?? {})
    .filter((key) => key.startsWith('f:'))
    .map((key) => key.slice(2))
    .sort((a, b) => a.localeCompare(b));
};

it('managers of different fields come to the same object in any order', () => {
  fc.assert(
    fc.property(entries(['a', 'b', 'c']), entries(['d', 'e', 'f']), (one, two) => {
      const first = apply(apply(undefined, 'm', { config: map(one) }), 'n', { config: map(two) });
      const second = apply(apply(undefined, 'n', { config: map(two) }), 'm', { config: map(one) });
      expect(first['data']).toEqual(second['data']);
      for (const manager of ['m', 'n'])
        expect(owned(first, manager)).toEqual(owned(second, manager));
    }),
  );
});

it('and of different containers, up to the order of the list', () => {
  const container = (name: string): fc.Arbitrary<JsonRecord> =>
    fc
      .record({ image: fc.constantFrom('i', 'j'), tty: fc.boolean() }, { requiredKeys: ['image'] })
      .map((more) => ({ name, ...more }));
  const deployment = (containers: readonly JsonRecord[]): JsonRecord => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x' },
    spec: { template: { spec: { containers } } },
  });
  const containersOf = (object: JsonRecord): JsonRecord[] => {
    const spec = object['spec'] as { template: { spec: { containers: JsonRecord[] } } };
    return spec.template.spec.containers.toSorted((a, b) =>
      String(a['name']).localeCompare(String(b['name'])),
    );
  };
  fc.assert(
    fc.property(fc.tuple(container('a'), container('b')), container('c'), (one, two) => {
      const [mine, others] = [deployment(one), deployment([two])];
      const first = apply(apply(undefined, 'm', { config: mine }), 'n', { config: others });
      const second = apply(apply(undefined, 'n', { config: others }), 'm', { config: mine });
      expect(containersOf(first)).toEqual(containersOf(second));
    }),
  );
});

it('without force exactly what differs is a conflict; with force exactly that changes hands', () => {
  const keys = ['a', 'b', 'c', 'd'];
  fc.assert(
    fc.property(entries(keys), entries(keys), (one, two) => {
      const live = apply(undefined, 'm', { config: map(one) });
      const differs = keys.filter(
        (key) => one[key] !== undefined && two[key] !== undefined && one[key] !== two[key],
      );
      let conflicts: string[] = [];
      try {
        apply(live, 'n', { config: map(two) });
      } catch (thrown) {
        if (!(thrown instanceof ApplyConflict)) throw thrown;
        conflicts = thrown.conflicts.map(({ field }) => field);
      }
      expect(conflicts).toEqual(differs.map((key) => `.data.${key}`));
      const forced = apply(live, 'n', { config: map(two), force: true });
      expect(forced['data'] ?? {}).toEqual({ ...one, ...two });
      expect(owned(forced, 'm')).toEqual(
        keys.filter((key) => key in one && !differs.includes(key)),
      );
      expect(owned(forced, 'n')).toEqual(keys.filter((key) => key in two));
    }),
  );
});

it('what is applied again, by whomever and in whatever order, changes nothing more', () => {
  const keys = ['a', 'b', 'c'];
  fc.assert(
    fc.property(entries(keys), entries(keys), (one, two) => {
      const start = apply(undefined, 'm', { config: map(one) });
      const both = apply(start, 'n', { config: map(two), force: true });
      const again = applyServerSide({
        type: maps,
        live: both,
        config: map(two),
        manager: 'n',
        force: false,
        now,
      });
      expect(again.changed).toBe(false);
    }),
  );
});
