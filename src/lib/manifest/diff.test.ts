import { describe, expect, it } from 'vitest';
import { diffObjects } from './diff.ts';

const secret = (data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's' },
  data,
});

describe('diffObjects', () => {
  it('names every field that differs', () => {
    const one = { apiVersion: 'v1', kind: 'A', metadata: { name: 'a' }, spec: { n: 1, l: [1, 2] } };
    const two = {
      apiVersion: 'v1',
      kind: 'A',
      metadata: { name: 'a', labels: { 'a/b': 'c' } },
      spec: { n: 2, l: [1] },
    };
    expect(diffObjects(one, two)).toEqual([
      { path: 'metadata.labels', to: { 'a/b': 'c' } },
      { path: 'spec.l[1]', from: 2 },
      { path: 'spec.n', from: 1, to: 2 },
    ]);
  });

  it('never shows what a Secret holds', () => {
    const changes = diffObjects(secret({ password: 'b2xk' }), secret({ password: 'bmV3' }));
    expect(changes).toEqual([{ path: 'data.password', from: '[hidden]', to: '[hidden]' }]);
    expect(JSON.stringify(diffObjects(undefined, secret({ a: 'c2VjcmV0' })))).not.toContain('c2Vj');
  });
});
