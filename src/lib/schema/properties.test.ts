import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonRecord } from '../../base/index.ts';
import {
  applyServerSide,
  builtInTypes,
  canonicalize,
  decodeProtobuf,
  deepEqual,
  strategicDiff,
  strategicMerge,
  trackUpdate,
  typeErrors,
  typeOf,
  unknownFields,
} from './index.ts';
import type { TypeSchema } from './index.ts';

const scalars: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: fc.constantFrom('a', 'b', 'c'),
  int32: fc.integer({ min: 0, max: 3 }),
  int64: fc.integer({ min: 0, max: 3 }),
  float: fc.constantFrom(0.5, 1),
  bool: fc.boolean(),
  bytes: fc.constantFrom('YQ==', ''),
  quantity: fc.constantFrom('1', '500m', '1Gi', 2),
  intOrString: fc.constantFrom(80, 'http'),
  time: fc.constant('2026-01-01T00:00:00Z'),
  microTime: fc.constant('2026-01-01T00:00:00.000000Z'),
  duration: fc.constant('1s'),
};

/** Objects of a type: a few fields of each struct, keys always given. */
function objectsOf(type: TypeSchema, depth: number): fc.Arbitrary<JsonRecord> {
  const fields = [...type.fields.values()].filter(({ name }) => name !== 'managedFields');
  const usable = fields.filter(({ schema }) => depth > 0 || schema.form === 'scalar');
  return fc
    .subarray(usable, { maxLength: Math.min(usable.length, 4) })
    .chain((chosen) =>
      fc.record(
        Object.fromEntries(chosen.map(({ name, schema }) => [name, valuesOf(schema, depth - 1)])),
      ),
    ) as fc.Arbitrary<JsonRecord>;
}

function valuesOf(schema: TypeSchema, depth: number): fc.Arbitrary<unknown> {
  if (schema.form === 'scalar') return scalars[schema.scalar ?? 'string']!;
  if (schema.form === 'any') return fc.constantFrom({ a: 1 }, 'x');
  if (schema.form === 'struct') return objectsOf(schema, depth);
  const values = valuesOf(schema.values!, depth);
  if (schema.form === 'map') return fc.dictionary(fc.constantFrom('k', 'l'), values);
  return listsOf(schema, values);
}

/** Lists that merge by key have it in every item, once. */
function listsOf(schema: TypeSchema, values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const keys = [...new Set([...schema.listKeys, schema.patchMergeKey ?? ''])].filter(Boolean);
  if (schema.values?.form !== 'struct') {
    return schema.listType === 'set'
      ? fc.uniqueArray(values, { maxLength: 3 })
      : fc.array(values, { maxLength: 2 });
  }
  const keyValues = Object.fromEntries(
    keys.map((key) => [key, scalars[schema.values?.fields.get(key)?.schema.scalar ?? 'string']!]),
  );
  const items = fc
    .tuple(values, fc.record(keyValues))
    .map(([item, given]) => ({ ...(item as JsonRecord), ...given }));
  return fc.uniqueArray(items, {
    maxLength: 3,
    // Strategic merge knows one key only: two items must differ in it.
    selector: (item) =>
      JSON.stringify((item as JsonRecord)[schema.patchMergeKey ?? keys[0] ?? ''] ?? item),
  });
}

const kinds = builtInTypes().filter(
  ({ kind, type }) => type.fields.has('metadata') && !/Review|Eviction|Binding$/.test(kind),
);

const typed = fc
  .constantFrom(...kinds)
  .chain((of) => fc.tuple(fc.constant(of), objectsOf(of.type, 6), objectsOf(of.type, 6)));

describe('objects made from the types themselves', () => {
  it('have no errors and one canonical form', () => {
    fc.assert(
      fc.property(typed, ([{ type, apiVersion, kind }, object]) => {
        const given = { ...object, apiVersion, kind };
        expect(typeErrors(type, given)).toEqual([]);
        expect(unknownFields(type, given)).toEqual([]);
        const canonical = canonicalize(type, given);
        expect(canonicalize(type, canonical)).toEqual(canonical);
      }),
      { numRuns: 200 },
    );
  });

  it('a strategic difference turns one into the other', () => {
    fc.assert(
      fc.property(typed, ([{ type }, a, b]) => {
        const [from, to] = [canonicalize(type, a), canonicalize(type, b)];
        const result = strategicMerge(type, from, strategicDiff(type, from, to));
        expect(canonicalize(type, result)).toEqual(to);
      }),
      { numRuns: 200 },
    );
  });

  it('an apply gives what was applied, and the second one changes nothing', () => {
    fc.assert(
      fc.property(typed, ([{ type, apiVersion, kind }, a, b]) => {
        const head = { apiVersion, kind };
        const now = '2026-01-01T00:00:00Z';
        const body = (object: JsonRecord): JsonRecord => ({
          ...object,
          ...head,
          metadata: { name: 'x' },
        });
        const apply = (
          live: JsonRecord | undefined,
          config: JsonRecord,
        ): ReturnType<typeof applyServerSide> =>
          applyServerSide({ type, live, config, manager: 'm', force: true, now });
        const first = apply(undefined, body(a));
        const live = canonicalize(type, first.object);
        const second = canonicalize(type, apply(live, body(b)).object);
        // Nothing of the first is left that the second did not ask for.
        expect(bare(second)).toEqual(bare(canonicalize(type, apply(undefined, body(b)).object)));
        expect(apply(second, body(b)).changed).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  it('what a creator owns is gone when another removes everything', () => {
    fc.assert(
      fc.property(typed, ([{ type, apiVersion, kind }, a]) => {
        const now = '2026-01-01T00:00:00Z';
        const blank = canonicalize(type, { apiVersion, kind, metadata: { name: 'x' } });
        const object = canonicalize(type, { ...a, apiVersion, kind, metadata: { name: 'x' } });
        const live = trackUpdate({ type, live: undefined, updated: object, manager: 'c', now });
        const { managedFields } = live['metadata'] as JsonRecord;
        const updated = {
          ...blank,
          metadata: { ...(blank['metadata'] as JsonRecord), managedFields },
        };
        const left = trackUpdate({ type, live, updated, manager: 'd', now })[
          'metadata'
        ] as JsonRecord;
        const owners = ((left['managedFields'] ?? []) as JsonRecord[]).map(
          (each) => each['manager'],
        );
        expect(owners).not.toContain('c');
      }),
      { numRuns: 100 },
    );
  });
});

function bare(object: JsonRecord): JsonRecord {
  const { managedFields: _managed, ...metadata } = object['metadata'] as JsonRecord;
  return { ...object, metadata };
}

describe('any input', () => {
  it('no bytes make the protobuf decoder fail in an unforeseen way', () => {
    const kinds = fc.constantFrom('Pod', 'CustomResourceDefinition', 'Secret', 'Lease');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), kinds, (raw, kind) => {
        const meta = Buffer.concat([
          Buffer.from([0x0a, 2]),
          Buffer.from('v1'),
          Buffer.from([0x12, kind.length]),
          Buffer.from(kind),
        ]);
        const body = Buffer.concat([
          Buffer.from('k8s\0'),
          Buffer.from([0x0a, meta.length]),
          meta,
          Buffer.from([0x12, raw.length]),
          raw,
        ]);
        try {
          decodeProtobuf(body);
        } catch (thrown) {
          expect(thrown).toMatchObject({ name: 'KnownError', code: 'invalid' });
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('no JSON makes the checks throw', () => {
    const pod = typeOf('v1', 'Pod')!;
    const json = fc.dictionary(fc.constantFrom('metadata', 'spec', 'status', 'x'), fc.jsonValue());
    fc.assert(
      fc.property(json, (object) => {
        expect(Array.isArray(typeErrors(pod, object))).toBe(true);
        expect(Array.isArray(unknownFields(pod, object))).toBe(true);
        expect(deepEqual(canonicalize(pod, object), canonicalize(pod, object))).toBe(true);
      }),
    );
  });
});
