import { describe, expect, it } from 'vitest';
import { gcMarkOf, parseManifests } from '../../lib/manifest/index.ts';
import { desiredOf } from './desired.ts';
import { inRanks, objectsToApply, pruningOf } from './plan.ts';
import type { Reading } from '../../lib/revision/index.ts';
import type { ScopeOf } from './scopes.ts';
import { isSameRepository } from './same-repository.ts';
import { syncEventText } from './events/event-text.ts';

const scopes: Readonly<Record<string, boolean>> = {
  ConfigMap: true,
  Namespace: false,
  Secret: true,
};
const scopeOf: ScopeOf = (apiVersion, kind) =>
  kind in scopes
    ? { isServed: true, kind: { apiVersion, kind, plural: 'x', namespaced: scopes[kind] === true } }
    : undefined;

function reading(files: Record<string, string>, lastGood: Record<string, string> = {}): Reading {
  const parse = (all: Record<string, string>) =>
    parseManifests(Object.entries(all).map(([path, text]) => ({ path, text })));
  const { manifests, failures } = parse(files);
  return {
    revision: 'r',
    manifests,
    failures,
    lastGood: parse(lastGood).manifests,
    makers: new Map(),
  };
}

const object = (kind: string, name: string, more = ''): string =>
  `apiVersion: v1\nkind: ${kind}\nmetadata: {name: ${name}${more}}\n`;
const rules = { defaultNamespace: 'default', allowNamespaces: [] };

describe('desiredOf', () => {
  it('gives every object the namespace it will have', () => {
    const { objects } = desiredOf(
      reading({
        'a.yaml': object('ConfigMap', 'a'),
        'b.yaml': object('ConfigMap', 'a', ', namespace: own'),
        'c.yaml': object('Namespace', 'space', ', namespace: wrong'),
      }),
      scopeOf,
      rules,
    );
    expect([...objects.keys()].toSorted()).toEqual([
      '<cluster>:namespace/space',
      'default:configmap/a',
      'own:configmap/a',
    ]);
    expect(objects.get('<cluster>:namespace/space')?.object.metadata).toEqual({ name: 'space' });
  });

  it('finds duplicates that only the namespace makes, and protects both', () => {
    const desired = desiredOf(
      reading({
        'a.yaml': object('ConfigMap', 'a'),
        'b.yaml': `${object('ConfigMap', 'a', ', namespace: default')}data: {x: "1"}\n`,
      }),
      scopeOf,
      rules,
    );
    expect(desired.objects.size).toBe(0);
    expect(desired.problems.map(({ message }) => message)).toEqual([
      "duplicate definition of 'default:configmap/a' (in a.yaml and b.yaml)",
    ]);
    expect(desired.protectedIds.has('default:configmap/a')).toBe(true);
  });

  it('applies an object that is written twice alike, and says so', () => {
    const same = object('ConfigMap', 'a');
    const desired = desiredOf(reading({ 'a.yaml': same, 'b.yaml': same }), scopeOf, rules);
    expect([...desired.objects.keys()]).toEqual(['default:configmap/a']);
    expect(desired.problems).toHaveLength(1);
  });

  it('sets aside what nobody defines, and protects it under every name it may have', () => {
    const desired = desiredOf(reading({ 'a.yaml': object('Thing', 'a') }), scopeOf, rules);
    expect(desired.unknown).toHaveLength(1);
    expect([...desired.protectedIds]).toEqual(['<cluster>:thing/a', 'default:thing/a']);
  });

  it('protects what a broken file last declared', () => {
    const desired = desiredOf(
      reading({ 'a.yaml': 'a: [' }, { 'a.yaml': object('ConfigMap', 'a') }),
      scopeOf,
      rules,
    );
    expect(desired.protectedIds.has('default:configmap/a')).toBe(true);
    expect(desired.mayPrune).toBe(true);
    const unknown = desiredOf(
      { ...reading({ 'a.yaml': 'a: [' }), lastGood: undefined },
      scopeOf,
      rules,
    );
    expect(unknown.mayPrune).toBe(false);
  });

  it('keeps to the allowed namespaces', () => {
    const desired = desiredOf(
      reading({
        'a.yaml': object('ConfigMap', 'a', ', namespace: here'),
        'b.yaml': object('ConfigMap', 'b', ', namespace: there'),
        'c.yaml': object('Namespace', 'here'),
        'd.yaml': object('Namespace', 'there'),
      }),
      scopeOf,
      { ...rules, allowNamespaces: ['here'] },
    );
    expect([...desired.objects.keys()]).toEqual(['here:configmap/a', '<cluster>:namespace/here']);
    expect(desired.excluded).toEqual(['there:configmap/b', '<cluster>:namespace/there']);
  });
});

describe('the plan of a pass', () => {
  const files = { 'a.yaml': object('Secret', 's'), 'b.yaml': object('Namespace', 'space') };
  const desired = desiredOf(reading(files), scopeOf, rules);

  it('writes what is not surely applied, or all of it, in order', () => {
    const ids = (how: Parameters<typeof objectsToApply>[1]): string[] =>
      objectsToApply(desired, how).map(({ id }) => id);
    const all = ['<cluster>:namespace/space', 'default:secret/s'];
    const before = new Map([...desired.objects].map(([id, { checksum }]) => [id, checksum]));
    expect(ids({ isFull: false, before: new Map() })).toEqual(all);
    expect(ids({ isFull: false, before })).toEqual([]);
    expect(ids({ isFull: true, before })).toEqual(all);
    expect(
      inRanks(objectsToApply(desired, { isFull: true, before })).map((rank) => rank.length),
    ).toEqual([1, 1]);
  });

  const live = (kind: string, name: string, more: object = {}) => {
    const id = `default:${kind.toLowerCase()}/${name}`;
    const metadata = {
      name,
      namespace: 'default',
      labels: { 'fluxcd.io/sync-gc-mark': gcMarkOf('set', id) },
    };
    return { apiVersion: 'v1', kind, metadata: { ...metadata, ...more } };
  };
  const guard = { share: 0.5, above: 10 };
  const prune = (objects: ReturnType<typeof live>[], total = 3, isConfirmed = false) =>
    pruningOf({ live: objects, setName: 'set', desired, total, guard, isConfirmed });

  it('deletes only what carries its mark for its own name, others first', () => {
    const { deletions } = prune([
      live('ConfigMap', 'gone'),
      live('Service', 'gone'),
      live('Secret', 's'),
      live('ConfigMap', 'copied', { labels: { 'fluxcd.io/sync-gc-mark': gcMarkOf('set', 'x') } }),
      live('ConfigMap', 'theirs', { labels: { 'fluxcd.io/sync-gc-mark': gcMarkOf('other', 'x') } }),
      live('ConfigMap', 'kept', { annotations: { 'fluxcd.io/ignore': 'sync_only' } }),
      live('ConfigMap', 'going', { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    ]);
    expect(deletions.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
      'ConfigMap/gone',
      'Service/gone',
    ]);
  });

  it('holds back more than half of more than ten', () => {
    const many = Array.from({ length: 7 }, (_, at) => live('ConfigMap', `c${at}`));
    expect(prune(many, 10).isHeld).toBe(false);
    expect(prune(many, 12).isHeld).toBe(true);
    expect(prune(many, 14).isHeld).toBe(false);
    expect(prune(many, 12, true).isHeld).toBe(false);
  });
});

describe('small rules', () => {
  it.each([
    ['git@github.com:me/repo', 'ssh://git@github.com/me/repo.git', true],
    ['https://user:pw@GitHub.com/me/repo/', 'git@github.com:me/repo', true],
    ['http://localhost:3000/trice/cluster.git', 'http://127.0.0.1:3000/trice/cluster', true],
    ['http://localhost:3000/a', 'http://localhost:3001/a', false],
    ['https://github.com/me/repo', 'https://github.com/me/other', false],
    ['file:///a/b.git', '/a/b', true],
  ])('%s and %s are the same repository: %s', (a, b, is) => {
    expect(isSameRepository(a, b)).toBe(is);
  });

  it.each([
    [[], [], 'Sync: <no revision>, no workloads changed'],
    [['aaaaaaaaa'], ['b', 'a'], 'Sync: aaaaaaa, a, b'],
    [['ccccccccc', 'bbbbbbbbb'], ['a'], 'Sync: ccccccc, a'],
    [['ccccccccc', 'bbbbbbbbb', 'aaaaaaaaa'], ['a'], 'Sync: aaaaaaa..ccccccc, a'],
  ])('says what a sync brought: %j %j', (revisions, ids, text) => {
    expect(syncEventText(revisions, ids)).toBe(text);
  });
});
