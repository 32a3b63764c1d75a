import { describe, expect, it } from 'vitest';
import { decideClaim, decideVolume } from './decide-claim.ts';
import { provisioner, type Claim, type StorageClass, type Volume } from './storage-objects.ts';

const claim = (spec: Partial<Claim['spec']> = {}, more: Partial<Claim> = {}): Claim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'demo', uid: 'u1' },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    storageClassName: 'standard',
    ...spec,
  },
  ...more,
});
const volume = (name: string, spec: Partial<Volume['spec']> = {}): Volume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name, labels: { disk: name } },
  spec: {
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: '2Gi' },
    storageClassName: 'standard',
    ...spec,
  },
});
const storageClass = (more: Partial<StorageClass> = {}): StorageClass => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard' },
  provisioner,
  ...more,
});
const ref = (name: string, uid?: string) => ({
  namespace: 'demo',
  name,
  ...(uid === undefined ? {} : { uid }),
});

describe('a claim', () => {
  const rows: Array<[string, Claim, Volume[], StorageClass[], boolean, string]> = [
    ['no volume, our class', claim(), [], [storageClass()], false, 'provision'],
    [
      'the smallest that fits',
      claim(),
      [volume('b', { capacity: { storage: '9Gi' } }), volume('a')],
      [],
      false,
      'bind a',
    ],
    [
      'too small',
      claim({ resources: { requests: { storage: '3Gi' } } }),
      [volume('a')],
      [storageClass()],
      false,
      'provision',
    ],
    [
      'another class',
      claim({ storageClassName: 'fast' }),
      [volume('a')],
      [],
      false,
      'wait ProvisioningFailed',
    ],
    [
      'no class at all',
      claim({ storageClassName: '' }),
      [volume('a')],
      [],
      false,
      'wait FailedBinding',
    ],
    [
      'a mode it lacks',
      claim({ accessModes: ['ReadWriteMany'] }),
      [volume('a')],
      [storageClass()],
      false,
      'provision',
    ],
    [
      'a selector',
      claim({ selector: { matchLabels: { disk: 'b' } } }),
      [volume('a'), volume('b')],
      [],
      false,
      'bind b',
    ],
    [
      'taken by another',
      claim(),
      [volume('a', { claimRef: ref('other', 'u9') })],
      [storageClass()],
      false,
      'provision',
    ],
    [
      'kept for it by name',
      claim(),
      [volume('a', { claimRef: ref('data'), storageClassName: 'x' })],
      [],
      false,
      'bind a',
    ],
    [
      'kept for an older one of its name',
      claim(),
      [volume('a', { claimRef: ref('data', 'u0') })],
      [storageClass()],
      false,
      'provision',
    ],
    [
      'waits for a pod',
      claim(),
      [volume('a')],
      [storageClass({ volumeBindingMode: 'WaitForFirstConsumer' })],
      false,
      'wait WaitForFirstConsumer',
    ],
    [
      'a pod came',
      claim(),
      [],
      [storageClass({ volumeBindingMode: 'WaitForFirstConsumer' })],
      true,
      'provision',
    ],
    [
      'a foreign provisioner',
      claim(),
      [],
      [storageClass({ provisioner: 'x.io/y' })],
      false,
      'wait ExternalProvisioning',
    ],
    ['names its volume', claim({ volumeName: 'a' }), [volume('a')], [], false, 'bind a'],
    [
      'names one of another',
      claim({ volumeName: 'a' }),
      [volume('a', { claimRef: ref('o', 'u9') })],
      [],
      false,
      'wait FailedBinding',
    ],
    [
      'is bound',
      claim({ volumeName: 'a' }, { status: { phase: 'Bound' } }),
      [volume('a', { claimRef: ref('data', 'u1') })],
      [],
      false,
      'nothing',
    ],
    [
      'its volume is gone',
      claim({ volumeName: 'a' }, { status: { phase: 'Bound' } }),
      [],
      [],
      false,
      'lose',
    ],
  ];
  it.each(rows)('%s', (...[, mine, volumes, classes, isUsed, wanted]) => {
    const plan = decideClaim(mine, { volumes, classes, isUsed });
    const what = plan.do === 'bind' ? plan.volume.metadata.name : '';
    const why = plan.do === 'wait' ? plan.reason : '';
    expect([plan.do, what, why].filter(Boolean).join(' ')).toBe(wanted);
  });
});

describe('a volume', () => {
  const bound = (policy: string): Volume =>
    volume('a', { claimRef: ref('data', 'u1'), persistentVolumeReclaimPolicy: policy });
  it.each([
    ['free', volume('a'), undefined, false, 'Available', false],
    [
      'reserved by name',
      volume('a', { claimRef: ref('data') }),
      undefined,
      false,
      'Available',
      false,
    ],
    ['bound', bound('Delete'), 'u1', false, 'Bound', false],
    ['its claim is gone', bound('Delete'), undefined, false, 'Released', true],
    ['its claim was made anew', bound('Delete'), 'u2', false, 'Released', true],
    ['a pod still uses it', bound('Delete'), undefined, true, 'Released', false],
    ['is to be kept', bound('Retain'), undefined, false, 'Released', false],
  ])('%s', (...[, mine, uid, isUsed, phase, remove]) => {
    expect(decideVolume(mine, uid, isUsed)).toEqual({ phase, remove });
  });
});
