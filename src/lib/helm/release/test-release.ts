import { KnownError } from '../../../base/index.ts';
import { runHooks } from './hooks.ts';
import { defaultTimeoutMs } from './install.ts';
import type { ActionPorts } from './ports.ts';
import type { Release } from './release.ts';
import { createSecretStore } from './store.ts';

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
  const store = createSecretStore({ ...ports, namespace });
  const release = await store.last(name);
  if (release === undefined) throw new KnownError('not-found', 'release: not found');
  const hooks = (release.hooks ?? []).filter(
    (hook) => !without.includes(hook.name) && (only.length === 0 || only.includes(hook.name)),
  );
  try {
    // The hooks are the release's own: what they are told here is stored with it.
    await runHooks(ports, { ...release, hooks }, 'test', options.timeoutMs ?? defaultTimeoutMs);
    return { release };
  } catch (thrown) {
    if (ports.signal.aborted || !(thrown instanceof KnownError)) throw thrown;
    return { release, failure: thrown };
  } finally {
    if (!ports.signal.aborted) await store.update(release);
  }
}
