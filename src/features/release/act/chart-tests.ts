import { KnownError } from '../../../base/index.ts';
import { releaseObjects, testRelease } from '../../../lib/helm/index.ts';
import type { Release } from '../../../lib/helm/index.ts';
import type { WantedRelease } from '../wanted.ts';
import { defaultTimeoutSeconds, observedFields, publish, setPhase, timed } from './acting.ts';
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
  await setPhase(acting, ['Deployed', 'Testing']);
  run.log.info('running test', { action: 'test' });
  try {
    await timed(acting, 'test', () => runTests(acting, release));
  } catch (thrown) {
    if (run.signal.aborted || !(thrown instanceof KnownError)) throw thrown;
    const error = new KnownError(thrown.code, wanted.mask(`test failed: ${thrown.message}`));
    await setPhase(acting, 'TestFailed', observedFields(object), wanted.mask(thrown.message));
    publish(acting, { action: 'test', revision: release.version, error: error.message });
    run.log.error(error.message, { action: 'test' });
    return test.ignoreFailures === true ? undefined : error;
  }
  run.log.info('test succeeded', { action: 'test' });
  publish(acting, { action: 'test', revision: release.version });
  return undefined;
}

/** How they went is kept with the revision; their pods go unless they are to stay. */
async function runTests(acting: Acting, { name, namespace }: Release): Promise<void> {
  const { test } = acting.object.spec;
  const timeoutMs = (test?.timeout ?? defaultTimeoutSeconds) * 1000;
  const { release, failure } = await testRelease(acting.helm, { name, namespace, timeoutMs });
  if (test?.cleanup !== false) await removeTests(acting, release);
  if (failure !== undefined) throw failure;
}

async function removeTests({ cluster, run }: Acting, release: Release): Promise<void> {
  const tests = (release.hooks ?? []).filter(({ events }) => events.includes('test'));
  const manifests = tests.map(({ manifest }) => releaseObjects(cluster, { ...release, manifest }));
  for (const { object, resource } of (await Promise.all(manifests)).flat()) {
    try {
      await cluster.delete(resource, object.metadata, { propagation: 'Background' });
    } catch (thrown) {
      if (run.signal.aborted || !(thrown instanceof KnownError)) throw thrown;
      run.log.warn('a test object could not be removed', { err: thrown.message });
    }
  }
}
