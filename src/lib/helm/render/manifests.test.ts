import { describe, expect, it } from 'vitest';
import { sortByKind, uninstallOrder } from './kind-order.ts';
import { sortManifests, splitDocuments } from './manifests.ts';

describe('splitDocuments', () => {
  it.each<[string, string[]]>([
    ['a', ['a']],
    ['---\na\n---\nb\n', ['a', 'b']],
    ['a\n---\n---\nb', ['a', '---\nb']],
    ['a\n  ---\nb', ['a\n  ---\nb']],
    ['a\r\n---\r\nb', ['a', 'b']],
    ['\n\n---\n\n# only\n', ['# only']],
    ['a --- b', ['a --- b']],
    ['', []],
    ['---', []],
  ])('%j', (text, documents) => {
    expect(splitDocuments(text)).toEqual(documents);
  });

  it('takes linear time on blanks', () => {
    const text = `a${'\n'.repeat(200_000)}b`;
    expect(splitDocuments(text)).toHaveLength(1);
  });
});

describe('sortManifests', () => {
  const render = (files: Record<string, string>): ReturnType<typeof sortManifests> =>
    sortManifests(new Map(Object.entries(files)), () => {});

  it('sorts by kind, keeps order within, unknown kinds last by name', () => {
    const { manifests } = render({
      'c/templates/b.yaml': 'kind: Zed\n---\nkind: Service\nmetadata: {name: b}',
      'c/templates/a.yaml': 'kind: Service\nmetadata: {name: a}\n---\nkind: Alpha\n---\n# words',
      'c/templates/n.yaml': 'kind: Namespace',
    });
    expect(manifests.map(({ kind, name }) => `${kind}${name}`)).toEqual([
      'Namespace',
      'Servicea',
      'Serviceb',
      '',
      'Alpha',
      'Zed',
    ]);
  });

  it('takes hooks out, with weight and policies', () => {
    const { manifests, hooks } = render({
      'c/templates/h.yaml':
        'kind: Job\nmetadata:\n  name: j\n  annotations:\n    helm.sh/hook: Pre-Install, test-success\n    helm.sh/hook-weight: "-5"\n    helm.sh/hook-delete-policy: hook-succeeded,hook-failed',
      'c/templates/u.yaml': 'kind: Job\nmetadata:\n  annotations: {helm.sh/hook: someday}',
    });
    expect(manifests).toEqual([]);
    expect(hooks).toMatchObject([
      {
        name: 'j',
        events: ['pre-install', 'test'],
        weight: -5,
        deletePolicies: ['hook-succeeded', 'hook-failed'],
      },
    ]);
  });

  it('names the file of a document that does not parse', () => {
    expect(() => render({ 'c/templates/x.yaml': 'a: [' })).toThrow(
      'YAML parse error on c/templates/x.yaml: error converting YAML to JSON',
    );
  });
});

it('uninstalls in the reverse order, Services after the IngressClass', () => {
  expect(uninstallOrder.slice(0, 4)).toEqual(['APIService', 'Ingress', 'IngressClass', 'Service']);
  const kinds = ['Namespace', 'Service', 'Deployment', 'Foo'];
  expect(sortByKind(kinds, (kind) => kind, uninstallOrder)).toEqual([
    'Service',
    'Deployment',
    'Namespace',
    'Foo',
  ]);
});
