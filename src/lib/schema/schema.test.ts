import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  builtInTypes,
  canonicalQuantity,
  canonicalize,
  compareQuantities,
  createMergePatch,
  fieldErrorText,
  GoText,
  jsonPatch,
  mergePatch,
  parseQuantity,
  typeErrors,
  typeOf,
  unknownFields,
} from './index.ts';

describe('quantities', () => {
  it.each([
    ['1000m', '1'],
    ['2048Mi', '2Gi'],
    ['1.5Gi', '1536Mi'],
    ['0.25', '250m'],
    ['1000000k', '1G'],
    [2, '2'],
    ['1e9', '1e9'],
    ['1E3', '1e3'],
    ['0', '0'],
    ['0Gi', '0'],
    ['1500m', '1500m'],
    ['1023Ki', '1023Ki'],
    ['0.5Ki', '512'],
    ['.5', '500m'],
    ['-1500m', '-1500m'],
    ['+1', '1'],
    ['0.1n', '1n'],
    ['100e-3', '100e-3'],
  ])('%s is written %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  it.each(['', 'x', '1.2.3', '1 Gi', '1Kib', '--1', 'Gi'])('refuses "%s"', (text) => {
    expect(() => parseQuantity(text)).toThrow('quantities must match the regular expression');
  });

  it.each([
    ['1Gi', '1024Mi', 0],
    ['1', '999m', 1],
    ['500m', '0.6', -1],
    ['1e3', '1k', 0],
  ])('%s against %s is %i', (a, b, sign) => {
    expect(compareQuantities(a, b)).toBe(sign);
  });

  it('keeps its value and is stable', () => {
    const suffix = fc.constantFrom('', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'u');
    fc.assert(
      fc.property(fc.integer({ min: -9999, max: 99999 }), suffix, (number, unit) => {
        const text = canonicalQuantity(`${number}${unit}`);
        expect(compareQuantities(text, `${number}${unit}`)).toBe(0);
        expect(canonicalQuantity(text)).toBe(text);
      }),
    );
  });
});

describe('built-in types', () => {
  it('every kind has metadata and can be made canonical from nothing', () => {
    const kinds = builtInTypes();
    expect(kinds.length).toBeGreaterThan(100);
    for (const { apiVersion, kind, type } of kinds) {
      expect(canonicalize(type, { apiVersion, kind })).toBeDefined();
    }
  });

  it('gives what Go writes, in its order', () => {
    const deployment = canonicalize(typeOf('apps/v1', 'Deployment')!, {
      kind: 'Deployment',
      spec: {
        template: { spec: { containers: [{ image: 'x', name: 'c', command: [], tty: false }] } },
        replicas: 0,
        paused: false,
        minReadySeconds: 0,
        unknown: 1,
      },
      metadata: { labels: {}, name: 'd', creationTimestamp: null, annotations: { a: '' } },
      apiVersion: 'apps/v1',
    });
    expect(JSON.stringify(deployment)).toBe(
      '{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"d","annotations":{"a":""}},' +
        '"spec":{"replicas":0,"template":{"metadata":{},"spec":{"containers":[{"name":"c","image":"x","resources":{}}]}},"strategy":{}},"status":{}}',
    );
  });

  it('writes times and quantities canonically', () => {
    expect(
      canonicalize(typeOf('v1', 'Event')!, {
        firstTimestamp: '2026-01-01T01:00:00.123+01:00',
        eventTime: '2026-01-01T00:00:00.1234567Z',
      }),
    ).toMatchObject({
      firstTimestamp: '2026-01-01T00:00:00Z',
      eventTime: '2026-01-01T00:00:00.123456Z',
    });
    expect(
      canonicalize(typeOf('v1', 'ResourceQuota')!, {
        spec: { hard: { cpu: 2, memory: '2048Mi' } },
      }),
    ).toMatchObject({ spec: { hard: { cpu: '2', memory: '2Gi' } } });
  });

  it('keeps an order to stop tracking', () => {
    expect(
      canonicalize(typeOf('v1', 'ConfigMap')!, { metadata: { managedFields: [] } })['metadata'],
    ).toEqual({ managedFields: [] });
  });

  const pod = typeOf('v1', 'Pod')!;

  it('names unknown fields by their path', () => {
    expect(
      unknownFields(pod, {
        spce: {},
        metadata: { name: 'x', labels: { any: 'thing' }, nam: 1 },
        spec: { containers: [{ name: 'a' }, { imag: 1, resources: { limits: { gpu: 1 } } }] },
      }),
    ).toEqual(['spce', 'metadata.nam', 'spec.containers[1].imag']);
  });

  it.each([
    [
      { spec: { containers: 'x' } },
      'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container',
    ],
    [
      { spec: { priority: 1.5 } },
      'json: cannot unmarshal number 1.5 into Go struct field PodSpec.spec.priority of type int32',
    ],
    [
      { spec: { containers: [{ image: 1 }] } },
      'json: cannot unmarshal number into Go struct field Container.spec.containers.image of type string',
    ],
    [
      { metadata: { labels: { a: 1 } } },
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    ],
    [
      { spec: { containers: [{ resources: { limits: { cpu: 'x' } } }] } },
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    [{ spec: { nodeName: null, hostNetwork: true } }, undefined],
  ])('type of %j', (object, message) => {
    expect(typeErrors(pod, object)[0]).toBe(message);
  });

  it('refuses bytes that are not base64', () => {
    expect(typeErrors(typeOf('v1', 'Secret')!, { data: { a: 'a b' } })).toEqual([
      'illegal base64 data at input byte 1',
    ]);
  });
});

describe('merge patch', () => {
  const values = fc.jsonValue({ maxDepth: 3, noUnicodeString: true } as object);
  const objects = fc
    .dictionary(fc.constantFrom('a', 'b', 'c', 'd'), values)
    .map(
      (object) =>
        JSON.parse(JSON.stringify(object, (_key, value: unknown) => value ?? undefined)) as Record<
          string,
          unknown
        >,
    );

  it('creating and applying gives the modified object', () => {
    fc.assert(
      fc.property(objects, objects, (a, b) => {
        const patch = createMergePatch(a, b);
        expect(JSON.parse(JSON.stringify(mergePatch(a, patch)))).toEqual(b);
      }),
    );
  });

  it('takes __proto__ for a key as any other', () => {
    const patch = JSON.parse('{"a": {"__proto__": {"b": 1}}}') as Record<string, unknown>;
    expect(JSON.stringify(mergePatch({}, patch))).toBe('{"a":{"__proto__":{"b":1}}}');
    expect(JSON.stringify(createMergePatch({}, patch))).toBe('{"a":{"__proto__":{"b":1}}}');
    expect(JSON.stringify(createMergePatch(patch, { a: {} }))).toBe('{"a":{"__proto__":null}}');
  });

  it('null deletes, maps merge, lists are replaced', () => {
    expect(
      mergePatch({ a: { b: 1, c: 2 }, l: [1, 2], x: 1 }, { a: { b: null, d: 3 }, l: [3], x: null }),
    ).toEqual({ a: { c: 2, d: 3 }, l: [3] });
  });
});

describe('JSON patch', () => {
  it('changes a copy', () => {
    const target = { a: [1] };
    expect(jsonPatch(target, [{ op: 'add', path: '/a/-', value: 2 }])).toEqual({ a: [1, 2] });
    expect(target).toEqual({ a: [1] });
  });

  it.each([
    [[{ op: 'test', path: '/a', value: 2 }], 422],
    [[{ op: 'remove', path: '/b' }], 422],
    [[{ op: 'replace', path: '/b/c', value: 1 }], 422],
    [[{ op: 'jump', path: '/a' }], 400],
    [{ op: 'add' }, 400],
    [Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/a', value: 1 })), 413],
  ])('%#: refused', (operations, status) => {
    expect(() => jsonPatch({ a: 1 }, operations)).toThrow(expect.objectContaining({ status }));
  });
});

describe('texts of complaints', () => {
  it.each([
    [{ type: 'required', field: 'spec.selector', detail: '' }, 'spec.selector: Required value'],
    [
      { type: 'invalid', field: 'metadata.name', value: 'A_', detail: 'why' },
      'metadata.name: Invalid value: "A_": why',
    ],
    [{ type: 'forbidden', field: 'spec', detail: 'no' }, 'spec: Forbidden: no'],
    [{ type: 'duplicate', field: 'a[1]', value: 'x', detail: '' }, 'a[1]: Duplicate value: "x"'],
    [
      { type: 'invalid', field: 'a', value: { c: 'd', a: 'b' }, detail: 'no' },
      'a: Invalid value: map[string]string{"a":"b", "c":"d"}: no',
    ],
    [
      { type: 'invalid', field: 'a', value: ['x', 'y'], detail: 'no' },
      'a: Invalid value: []string{"x", "y"}: no',
    ],
    [{ type: 'invalid', field: 'a', value: [{ b: 1 }], detail: '' }, 'a: Invalid value: [{"b":1}]'],
    [
      { type: 'invalid', field: 'a', value: new GoText('v1.X{}'), detail: '' },
      'a: Invalid value: v1.X{}',
    ],
    [
      { type: 'tooLong', field: 'metadata.annotations', detail: 'must have at most 262144 bytes' },
      'metadata.annotations: Too long: must have at most 262144 bytes',
    ],
  ] as const)('%j', (error, text) => {
    expect(fieldErrorText(error)).toBe(text);
  });
});
