import { KnownError, isRecord } from '../../../base/index.ts';
import type { KubeObject } from '../../../base/index.ts';
import { releaseObjects } from '../../../lib/helm/index.ts';
import type { Release, ReleaseObject, StoredHook } from '../../../lib/helm/index.ts';
import type { WantedRelease } from '../wanted.ts';
import { defaultTimeoutSeconds, publish, setPhase, storeOf, timed } from './acting.ts';
import type { Acting } from './acting.ts';

/**
 * Runs the chart's tests when that is asked for. The failure that counts, or undefined: tests
 * succeeded, are not asked for, or may fail.
 */
export async function testFailed(
  acting: Acting,
  { release, wanted }: { release: Release; wanted: WantedRelease },
): Promise<KnownError | undefined> {
  const { object, run } = acting;
  const { test } = object.spec;
  if (test?.enable !== true) return undefined;
  await setPhase(acting, 'Deployed');
  await setPhase(acting, 'Testing');
  run.log.info('running test', { action: 'test' });
  try {
    await timed(acting, 'test', () => runTests(acting, release));
  } catch (thrown) {
    if (run.signal.aborted || !(thrown instanceof KnownError)) throw thrown;
    const error = new KnownError(thrown.code, wanted.mask(`test failed: ${thrown.message}`));
    await setPhase(acting, 'TestFailed', {}, wanted.mask(thrown.message));
    publish(acting, { action: 'test', revision: release.version, error: error.message });
    run.log.error(error.message, { action: 'test' });
    return test.ignoreFailures === true ? undefined : error;
  }
  run.log.info('test succeeded', { action: 'test' });
  await setPhase(acting, 'Tested');
  publish(acting, { action: 'test', revision: release.version });
  return undefined;
}

/** Test hooks by weight and name, one after the other; how they went is kept with the revision. */
async function runTests(acting: Acting, release: Release): Promise<void> {
  const { test } = acting.object.spec;
  const timeoutMs = (test?.timeout ?? defaultTimeoutSeconds) * 1000;
  const hooks = (release.hooks ?? [])
    .filter(({ events }) => events.includes('test') || events.includes('test-success'))
    .toSorted((a, b) => (a.weight ?? 0) - (b.weight ?? 0) || (a.name < b.name ? -1 : 1));
  const made: ReleaseObject[] = [];
  try {
    for (const hook of hooks) {
      const manifest = { manifest: hook.manifest, namespace: release.namespace };
      const entries = await releaseObjects(acting.cluster, manifest);
      made.push(...entries);
      await runTest(acting, { hook, entries, timeoutMs });
    }
  } finally {
    if (hooks.length > 0) await storeOf(acting).update(release);
    if (test?.cleanup !== false) await remove(acting, made);
  }
}

async function runTest(
  acting: Acting,
  of: { hook: StoredHook; entries: readonly ReleaseObject[]; timeoutMs: number },
): Promise<void> {
  const { cluster, run } = acting;
  const { hook, entries, timeoutMs } = of;
  await remove(acting, entries);
  const now = (): string => run.clock.now().toISOString();
  hook.last_run = { started_at: now(), completed_at: '', phase: 'Running' };
  try {
    const end = run.clock.now().getTime() + timeoutMs;
    for (const { object, resource } of entries) {
      await createOnceGone(acting, { object, resource }, end);
    }
    for (const { object, resource } of entries) {
      await finished(acting, { name: hook.name, end }, () =>
        cluster.get(resource, object.metadata),
      );
    }
    hook.last_run.phase = 'Succeeded';
  } catch (thrown) {
    hook.last_run.phase = 'Failed';
    throw thrown;
  } finally {
    hook.last_run.completed_at = now();
  }
}

const pollMs = [20, 50, 100, 200, 500, 1000];

/** The pod of the run before may take a moment to go. */
async function createOnceGone(
  { cluster, run }: Acting,
  { object, resource }: ReleaseObject,
  end: number,
): Promise<void> {
  for (let round = 0; ; round += 1) {
    try {
      await cluster.create(resource, object, { fieldManager: 'helm' });
      return;
    } catch (thrown) {
      const isThere = thrown instanceof KnownError && thrown.code === 'exists';
      if (!isThere || run.clock.now().getTime() >= end) throw thrown;
    }
    await run.clock.sleep(pollMs[round] ?? 1000, run.signal);
  }
}

async function finished(
  { run }: Acting,
  { name, end }: { name: string; end: number },
  look: () => Promise<KubeObject | undefined>,
): Promise<void> {
  for (let round = 0; !isDone(await look(), name); round += 1) {
    const leftMs = end - run.clock.now().getTime();
    if (leftMs <= 0) throw new KnownError('timeout', `${name}: context deadline exceeded`);
    await run.clock.sleep(Math.min(pollMs[round] ?? 1000, leftMs), run.signal);
  }
}

/** Jobs and Pods are waited for; everything else is done when it is created. */
function isDone(live: KubeObject | undefined, name: string): boolean {
  if (live === undefined) throw new KnownError('failed', `${name} was deleted while it ran`);
  const status = isRecord(live['status']) ? live['status'] : {};
  if (live.kind === 'Pod') {
    if (status['phase'] === 'Failed') throw new KnownError('failed', `pod ${name} failed`);
    return status['phase'] === 'Succeeded';
  }
  if (live.kind !== 'Job') return true;
  const conditions = Array.isArray(status['conditions']) ? status['conditions'] : [];
  const isSet = (type: string): boolean =>
    conditions.some((each) => isRecord(each) && each['type'] === type && each['status'] === 'True');
  if (isSet('Failed')) throw new KnownError('failed', `job ${name} failed`);
  return isSet('Complete');
}

async function remove({ cluster, run }: Acting, entries: readonly ReleaseObject[]): Promise<void> {
  for (const { object, resource } of entries) {
    try {
      const how = { propagation: 'Background' } as const;
      await cluster.delete(resource, object.metadata, how);
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
      run.log.warn('a test object could not be removed', { err: thrown.message });
    }
  }
}
