import { KnownError } from '../../../base/index.ts';
import { runHooks } from './hooks.ts';
import { defaultTimeoutMs } from './deploy-options.ts';
import type { ActionPorts } from './ports.ts';
import type { Release } from './release.ts';
import { createReleaseStore } from './store.ts';

export interface TestOptions {
  readonly name: string;
  readonly namespace: string;
  readonly timeoutMs?: number;
  /** Names of the tests to run; all when absent or empty. */
  readonly only?: readonly string[];
  readonly without?: readonly string[];
}

/**
 * Runs the test hooks of the newest revision and keeps their times and phases in it. A failed test
 * is told by `failure`, so that the release can be shown; that there is no release is thrown.
 */
export async function testRelease(
  ports: ActionPorts,
  options: TestOptions,
): Promise<{ readonly release: Release; readonly failure?: KnownError }> {
  const { name, namespace, only = [], without = [] } = options;
  const store = createReleaseStore({ ...ports, namespace });
  const release = await store.last(name);
  if (release === undefined) throw new KnownError('not-found', 'release: not found');
  const hooks = (release.hooks ?? []).filter(
    (hook) => !without.includes(hook.name) && (only.length === 0 || only.includes(hook.name)),
  );
  const { timeoutMs = defaultTimeoutMs } = options;
  try {
    // The hooks are the release's own: what they are told here is stored with it.
    const chosen = { ...release, hooks };
    const record = (): Promise<void> => store.update(release);
    await runHooks(ports, chosen, { event: 'test', timeoutMs, record });
    return { release };
  } catch (thrown) {
    if (ports.signal.aborted || !(thrown instanceof KnownError)) throw thrown;
    return { release, failure: thrown };
  }
}
