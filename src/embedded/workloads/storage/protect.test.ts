import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../base/index.ts';
import { kinds } from '../../../lib/kube/index.ts';
import { openBench, type Bench } from '../testing/bench.contract.ts';
import { decideProtection, protection } from './protect.ts';
import { storageShapes } from './storage-objects.ts';

describe('the finalizers of storage', () => {
  const time = '2026-01-02T03:04:05Z';
  const finalizer = protection.claim;
  const object = (finalizers: string[], deletionTimestamp?: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'c', finalizers, ...(deletionTimestamp ? { deletionTimestamp } : {}) },
  });
  it.each([
    ['is added', object(['x']), false, ['x', finalizer]],
    ['once', object([finalizer]), true, undefined],
    ['stays while used', object([finalizer], time), true, undefined],
    ['is taken off when not', object(['x', finalizer], time), false, ['x']],
    ['is not added to what goes', object(['x'], time), false, undefined],
  ])('%s', (_name, given, inUse, wanted) => {
    expect(decideProtection(given, { finalizer, inUse })).toEqual(wanted);
  });
});

describe('a claim that a pod uses', () => {
  let dir: string;
  let bench: Bench;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'trice-protect-'));
    bench = await openBench({ volumesDir: dir });
  });
  afterAll(async () => {
    await bench.close();
    await rm(dir, { recursive: true, maxRetries: 5, force: true });
  });

  it('goes when the pod has gone, and its volume after it', async () => {
    const claim = kinds.PersistentVolumeClaim;
    await bench.until(storageShapes.Class, 'standard', (found) => found !== undefined);
    await bench.create(
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'user' },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'c', image: 'app:1' }],
          volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
        },
      },
    );
    await bench.until(
      kinds.Pod,
      'user',
      (found) =>
        found?.['status'] !== undefined && JSON.stringify(found['status']).includes('Running'),
    );
    const [volume] = await bench.untilList(storageShapes.Volume, (all) =>
      all.some(({ metadata }) => metadata.finalizers?.includes(protection.volume)),
    );
    const at = { namespace: bench.namespace, name: 'data' };
    await bench.cluster.delete(claim, at);
    const going = await bench.get(claim, 'data');
    expect(going?.metadata).toMatchObject({ finalizers: [protection.claim] });
    expect(going?.metadata.deletionTimestamp).toBeDefined();
    await bench.cluster.delete(kinds.Pod, { ...at, name: 'user' });
    await bench.until(claim, 'data', (found) => found === undefined);
    await bench.until(
      storageShapes.Volume,
      volume?.metadata.name ?? '',
      (found) => found === undefined,
    );
  });
});
