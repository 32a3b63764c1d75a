import { describe, expect, it } from 'vitest';
import { functionCrd, parseFunction } from './index.ts';

const object = (spec: unknown, apiVersion = 'openfaas.com/v1'): unknown => ({
  apiVersion,
  kind: 'Function',
  metadata: { name: 'podinfo', namespace: 'openfaas-fn' },
  spec,
});

describe('parseFunction', () => {
  it('reads the old version as the stored one', () => {
    const read = parseFunction(
      object({ name: 'podinfo', image: 'a/podinfo:3.1.0' }, 'openfaas.com/v1alpha2'),
    );
    expect(read.apiVersion).toBe('openfaas.com/v1');
    expect(read.spec.image).toBe('a/podinfo:3.1.0');
  });

  it('drops nulls and takes the object name when the spec has none', () => {
    const read = parseFunction(object({ image: 'x', labels: null, limits: { cpu: '' } }));
    expect(read.spec).toEqual({ name: 'podinfo', image: 'x', limits: { cpu: '' } });
  });

  it('takes a CPU limit without memory, and null inside resources', () => {
    expect(() =>
      parseFunction(object({ image: 'x', requests: { cpu: '10m', memory: null } })),
    ).not.toThrow();
  });

  it.each([
    ['no image', { name: 'a' }, 'spec.image'],
    ['a name that is no DNS label', { name: 'A_b', image: 'x' }, 'must be a valid DNS entry'],
    [
      'a number in the environment',
      { name: 'a', image: 'x', environment: { A: 1 } },
      'spec.environment.A',
    ],
    ['secrets that are no list', { name: 'a', image: 'x', secrets: 'db' }, 'spec.secrets'],
  ])('refuses %s and names the field', (_what, spec, text) => {
    expect(() => parseFunction(object(spec))).toThrow(text);
  });
});

describe('functionCrd', () => {
  it('serves two versions of one schema and stores one', () => {
    const { versions } = functionCrd.spec as {
      versions: Array<{ name: string; storage: boolean; schema: unknown }>;
    };
    expect(versions.map(({ name, storage }) => [name, storage])).toEqual([
      ['v1', true],
      ['v1alpha2', false],
    ]);
    expect(versions[0]?.schema).toEqual(versions[1]?.schema);
  });
});
