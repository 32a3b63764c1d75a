import { describe, expect, it } from 'vitest';
import { annotations } from '../../../api/sealed-secret/index.ts';
import type { SealedSecret, SealedSecretStatus } from '../../../api/sealed-secret/index.ts';
import type { SecretObject } from '../secret/secret-object.ts';
import { decideSecret } from './decide.ts';
import { statusAfter } from './status.ts';

const owner = {
  apiVersion: 'bitnami.com/v1alpha1',
  kind: 'SealedSecret',
  name: 'db',
  uid: 'u1',
  controller: true,
};
const sealed: SealedSecret = {
  apiVersion: 'bitnami.com/v1alpha1',
  kind: 'SealedSecret',
  metadata: { name: 'db', namespace: 'dev', uid: 'u1', generation: 2 },
  spec: { encryptedData: {} },
};
const secret = (metadata: object, data: Record<string, string>, type?: string): SecretObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'db', namespace: 'dev', ...metadata },
  data,
  ...(type === undefined ? {} : { type }),
});
const unsealed = secret({ labels: { a: 'b' }, ownerReferences: [owner] }, { key: 'bmV3' });
const live = (metadata: object, data: Record<string, string> = { old: 'b2xk' }): SecretObject =>
  secret({ uid: 's1', resourceVersion: '7', ...metadata }, data, 'Opaque');
const managed = { [annotations.managed]: 'true' };
const patch = { [annotations.patch]: 'true' };

describe('decideSecret', () => {
  it.each<[string, SecretObject | undefined, string, object?]>([
    ['nothing there', undefined, 'create', { data: { key: 'bmV3' } }],
    ["somebody else's", live({}), 'unmanaged'],
    [
      'owned by another SealedSecret',
      live({ ownerReferences: [{ ...owner, uid: 'u2' }] }),
      'unmanaged',
    ],
    [
      'owned, but not controlled',
      live({ ownerReferences: [{ ...owner, controller: false }] }),
      'unmanaged',
    ],
    [
      'managed must be exactly true',
      live({ annotations: { [annotations.managed]: 'True' } }),
      'unmanaged',
    ],
    [
      'ours and the same',
      live({ labels: { a: 'b' }, ownerReferences: [owner] }, { key: 'bmV3' }),
      'same',
    ],
    [
      'ours with other values: replaced whole',
      live({ labels: { x: 'y' }, ownerReferences: [owner] }),
      'replace',
      { data: { key: 'bmV3' }, metadata: { labels: { a: 'b' } } },
    ],
    [
      'managed: taken over, and the annotation goes',
      live({ annotations: managed }),
      'replace',
      { metadata: { ownerReferences: [owner] }, data: { key: 'bmV3' } },
    ],
    [
      'patch: merged, owner left alone',
      live({ annotations: patch, labels: { x: 'y' } }),
      'replace',
      {
        data: { key: 'bmV3', old: 'b2xk' },
        metadata: { labels: { a: 'b', x: 'y' }, annotations: patch },
      },
    ],
    [
      'patch and managed: merged and owned',
      live({ annotations: { ...patch, ...managed } }),
      'replace',
      { metadata: { ownerReferences: [owner] } },
    ],
  ])('%s', (_what, found, is, wanted = {}) => {
    const decision = decideSecret(sealed, unsealed, found);
    expect(decision.is).toBe(is);
    if ('secret' in decision) expect(decision.secret).toMatchObject(wanted);
  });

  it('does not keep the managed annotation, nor give a patched one an owner', () => {
    const taken = decideSecret(sealed, unsealed, live({ annotations: managed }));
    expect(taken.is === 'replace' && taken.secret.metadata).not.toHaveProperty('annotations');
    const patched = decideSecret(sealed, unsealed, live({ annotations: patch }));
    expect(patched.is === 'replace' && patched.secret.metadata).not.toHaveProperty(
      'ownerReferences',
    );
  });
});

describe('statusAfter', () => {
  const now = new Date('2026-01-02T03:04:05.678Z');
  const time = '2026-01-02T03:04:05Z';
  const before = (status: 'True' | 'False', observedGeneration: number): SealedSecretStatus => ({
    observedGeneration,
    conditions: [
      { type: 'Synced', status, lastUpdateTime: 'old', lastTransitionTime: 'old', message: 'm' },
    ],
  });
  const after = (status: SealedSecretStatus | undefined, failure?: string): unknown => {
    const { observedGeneration, conditions } =
      statusAfter({ ...sealed, ...(status ? { status } : {}) }, failure, now) ?? {};
    const [synced] = conditions ?? [];
    return (
      synced && [
        observedGeneration,
        synced.status,
        synced.message,
        synced.lastUpdateTime,
        synced.lastTransitionTime,
      ]
    );
  };

  it.each<[string, SealedSecretStatus | undefined, string | undefined, unknown]>([
    ['first success: both times equal', undefined, undefined, [2, 'True', '', time, time]],
    ['first failure', undefined, 'why', [2, 'False', 'why', time, time]],
    ['the same, same generation: nothing is written', before('True', 2), undefined, undefined],
    ['the same, new generation', before('True', 1), undefined, [2, 'True', '', time, 'old']],
    ['another failure, same generation', before('False', 2), 'other', undefined],
    ['turned to failure', before('True', 2), 'why', [2, 'False', 'why', time, time]],
    ['turned to success', before('False', 2), undefined, [2, 'True', '', time, time]],
  ])('%s', (_what, status, failure, wanted) => {
    expect(after(status, failure)).toEqual(wanted);
  });
});
