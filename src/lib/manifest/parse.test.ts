import { describe, expect, it } from 'vitest';
import { parseManifests } from './parse.ts';

describe('parseManifests', () => {
  it('reads every document of every file, expands Lists and ignores what has no kind', () => {
    const { manifests, failures } = parseManifests([
      {
        path: 'a.yaml',
        text: [
          '# only a comment',
          '---',
          'apiVersion: v1',
          'kind: Namespace',
          'metadata: {name: one}',
          '---',
          'replicaCount: 2',
          '---',
          'apiVersion: v1',
          'kind: ConfigMapList',
          'items:',
          '- {apiVersion: v1, kind: ConfigMap, metadata: {name: two}}',
          '- {apiVersion: v1, kind: ConfigMap, metadata: {name: three}}',
          '',
        ].join('\n'),
      },
    ]);
    expect(failures).toEqual([]);
    expect(manifests.map(({ object, at, file }) => [object.metadata.name, at, file])).toEqual([
      ['one', [], 'a.yaml'],
      ['two', ['items', 0], 'a.yaml'],
      ['three', ['items', 1], 'a.yaml'],
    ]);
  });

  it.each([
    ['a list at the top', '- 1\n- 2\n', /not a map/],
    ['text that is not YAML', 'a: [1\nb: }', /./],
    ['an object without a name', 'apiVersion: v1\nkind: ConfigMap\n', /no metadata\.name/],
    ['an object without a version', 'kind: ConfigMap\nmetadata: {name: a}\n', /no apiVersion/],
  ])('reports %s and goes on with the other files', (_name, text, message) => {
    const { manifests, failures } = parseManifests([
      { path: 'bad.yaml', text },
      { path: 'good.yaml', text: 'apiVersion: v1\nkind: Namespace\nmetadata: {name: ok}\n' },
    ]);
    expect(manifests.map(({ object }) => object.metadata.name)).toEqual(['ok']);
    expect(failures).toHaveLength(1);
    expect(failures[0]?.file).toBe('bad.yaml');
    expect(failures[0]?.message).toMatch(message);
  });
});
