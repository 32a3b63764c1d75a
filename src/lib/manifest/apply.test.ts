import { describe, expect, it } from 'vitest';
import { KnownError } from '../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../base/index.ts';
import { applyObject, applyPatch, lastAppliedAnnotation, withLastApplied } from './apply.ts';
import type { ApplyCluster } from './apply.ts';

const kind = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };
const desired = (data: JsonRecord): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'n' },
  data,
});

/** A cluster of one object that answers as written down, and remembers what was asked of it. */
function clusterOf(live: KubeObject | undefined, errors: Error[] = []) {
  const calls: string[] = [];
  const patches: JsonRecord[] = [];
  const fail = (): void => {
    const error = errors.shift();
    if (error) throw error;
  };
  const cluster: ApplyCluster = {
    get: async () => (calls.push('get'), live),
    create: async (_kind, object) => (calls.push('create'), fail(), object),
    patch: async (_kind, _key, patch) => (
      calls.push('patch'),
      patches.push(patch),
      fail(),
      { ...desired({}), ...patch }
    ),
    apply: async (_kind, object) => (calls.push('apply'), object),
  };
  return { cluster, calls, patches };
}

describe('applyObject', () => {
  it('creates what is absent, with the annotation kubectl writes', async () => {
    const { cluster, calls } = clusterOf(undefined);
    const { action, object } = await applyObject(cluster, kind, desired({ x: '1' }), {
      fieldManager: 'm',
    });
    expect([action, calls]).toEqual(['created', ['get', 'create']]);
    expect(object.metadata.annotations?.[lastAppliedAnnotation]).toBe(
      '{"apiVersion":"v1","data":{"x":"1"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"a","namespace":"n"}}\n',
    );
  });

  it('writes nothing when nothing differs, whatever others added', async () => {
    const live = withLastApplied(desired({ x: '1' }));
    const grown = {
      ...live,
      data: { x: '1', theirs: '2' },
      metadata: { ...live.metadata, uid: 'u' },
    };
    const { cluster, calls } = clusterOf(grown);
    const { action } = await applyObject(cluster, kind, desired({ x: '1' }), { fieldManager: 'm' });
    expect([action, calls]).toEqual(['unchanged', ['get']]);
  });

  it('removes what was applied before and is not wanted now, and keeps what others own', () => {
    const live = withLastApplied(desired({ x: '1', old: '1' }));
    const { patch } = applyPatch(desired({ x: '2' }), {
      ...live,
      data: { x: '1', old: '1', theirs: '3' },
    });
    expect(patch['data']).toEqual({ x: '2', old: null });
  });

  it('looks again when someone else wrote in between', async () => {
    const live = withLastApplied(desired({ x: '1' }));
    const { cluster, calls } = clusterOf(live, [new KnownError('conflict', 'moved on')]);
    await applyObject(cluster, kind, desired({ x: '2' }), { fieldManager: 'm', live });
    expect(calls).toEqual(['patch', 'get', 'patch']);
  });

  it('gives up on an error that another look does not mend', async () => {
    const { cluster } = clusterOf(undefined, [new KnownError('invalid', 'no such field')]);
    const applying = applyObject(cluster, kind, desired({}), { fieldManager: 'm' });
    await expect(applying).rejects.toThrow('no such field');
  });
});
