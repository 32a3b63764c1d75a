import { describe, expect, it } from 'vitest';
import type { JsonRecord } from '../../../base/index.ts';
import {
  defaultBySchema,
  fieldErrorText,
  fromOpenApiV3,
  pruneBySchema,
  structuralErrors,
  unknownFields,
  validateBySchema,
} from '../index.ts';

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', maxLength: 3, pattern: '^[a-z]+$' },
        replicas: { type: 'integer', minimum: 0, default: 1 },
        size: { type: 'string', enum: ['x', 'y'] },
        port: { 'x-kubernetes-int-or-string': true },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        maybe: { type: 'string', nullable: true },
        nested: {
          type: 'object',
          default: {},
          properties: { deep: { type: 'boolean', default: true } },
        },
        list: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['id'],
          items: { type: 'object', properties: { id: { type: 'string' }, n: { type: 'number' } } },
        },
        set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        template: { type: 'object', 'x-kubernetes-embedded-resource': true },
        at: { type: 'string', format: 'date-time' },
        either: {
          type: 'object',
          oneOf: [{ required: ['a'] }, { required: ['b'] }],
          'x-kubernetes-preserve-unknown-fields': true,
        },
      },
    },
  },
};

const object = (spec: JsonRecord): JsonRecord => ({
  apiVersion: 'a.b/v1',
  kind: 'K',
  metadata: { name: 'x' },
  spec,
});

describe('custom resources', () => {
  it('loses what the schema does not declare', () => {
    const given = object({
      name: 'a',
      unknown: 1,
      free: { any: { thing: 1 } },
      labels: { a: 'b' },
      list: [{ id: '1', more: 2 }],
      template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', odd: 1 }, spec: {} },
    });
    expect(
      pruneBySchema(schema, { ...given, status: {}, metadata: { name: 'x', odd: 1 } }),
    ).toEqual(
      object({
        name: 'a',
        free: { any: { thing: 1 } },
        labels: { a: 'b' },
        list: [{ id: '1' }],
        template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
      }),
    );
    expect(unknownFields(fromOpenApiV3(schema), given)).toEqual([
      'spec.unknown',
      'spec.list[0].more',
      'spec.template.metadata.odd',
      'spec.template.spec',
    ]);
  });

  it('keeps everything without a schema', () => {
    expect(pruneBySchema(undefined, object({ a: { b: 1 } }))).toEqual(object({ a: { b: 1 } }));
    expect(unknownFields(fromOpenApiV3(undefined), object({ a: 1 }))).toEqual([]);
  });

  it('gains defaults; a null that is not allowed counts as absent', () => {
    expect(
      defaultBySchema(schema, object({ name: 'a', replicas: null, size: null, maybe: null })),
    ).toEqual(object({ name: 'a', replicas: 1, maybe: null, nested: { deep: true } }));
  });

  it.each([
    [
      { replicas: -1 },
      'spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or equal to 0',
    ],
    [
      { replicas: 'many' },
      'spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"',
    ],
    [{ name: undefined }, 'spec.name: Required value'],
    [
      { name: 'abcd' },
      'spec.name: Invalid value: "abcd": spec.name in body should be at most 3 chars long',
    ],
    [{ name: 'A' }, `spec.name: Invalid value: "A": spec.name in body should match '^[a-z]+$'`],
    [{ size: 'z' }, 'spec.size: Unsupported value: "z": supported values: "x", "y"'],
    [
      { port: true },
      'spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"',
    ],
    [
      { list: [{ id: 'a' }, { id: 'a' }] },
      'spec.list[1]: Duplicate value: map[string]interface {}{"id":"a"}',
    ],
    [{ set: ['a', 'b', 'a'] }, 'spec.set[2]: Duplicate value: "a"'],
    [
      { list: [{ id: 1 }] },
      'spec.list[0].id: Invalid value: "integer": spec.list[0].id in body must be of type string: "integer"',
    ],
    [
      { at: 'soon' },
      'spec.at: Invalid value: "soon": spec.at in body must be of type date-time: "soon"',
    ],
    [
      { either: {} },
      'spec.either: Invalid value: "": "spec.either" must validate one and only one schema (oneOf). Found none valid',
    ],
  ])('%j is refused', (spec, message) => {
    expect(validateBySchema(schema, object({ name: 'a', ...spec })).map(fieldErrorText)).toContain(
      message,
    );
  });

  it.each([
    { port: 80 },
    { port: 'http' },
    { maybe: null },
    { either: { a: 1 } },
    { at: '2026-01-01T00:00:00Z' },
    { free: { list: [1, 'x'] } },
  ])('%j is accepted', (spec) => {
    expect(validateBySchema(schema, object({ name: 'a', ...spec }))).toEqual([]);
  });

  it.each([
    [schema, []],
    [undefined, ['p: Required value: schemas are required']],
    [{ properties: {} }, ['p.type: Required value: must not be empty at the root']],
    [
      { type: 'object', properties: { a: {} } },
      ['p.properties[a].type: Required value: must not be empty for specified object fields'],
    ],
    [
      { type: 'object', properties: { a: { type: 'array', items: {} } } },
      ['p.properties[a].items.type: Required value: must not be empty for specified array items'],
    ],
    [{ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, []],
    [
      {
        type: 'object',
        properties: {
          a: { type: 'object', properties: { b: { type: 'string' } }, additionalProperties: true },
        },
      },
      [],
    ],
    [
      {
        type: 'object',
        properties: {
          a: {
            type: 'object',
            properties: { b: { type: 'string' } },
            additionalProperties: { type: 'string' },
          },
        },
      },
      [
        'p.properties[a].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive',
      ],
    ],
  ])('structure %#', (given, messages) => {
    expect(structuralErrors(given, 'p').map(fieldErrorText)).toEqual(messages);
  });
});
