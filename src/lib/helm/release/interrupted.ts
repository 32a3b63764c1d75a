import { policiesOf, cleanUpHook } from './hook-policies.ts';
import type { ActionPorts } from './ports.ts';
import type { Release, StoredHook } from './release.ts';
import { createReleaseStore } from './store.ts';

/** Ends the description of a revision whose operation nobody finished. */
const words = '(interrupted)';

/** Whether a revision failed because the process that made it died. */
export function wasInterrupted({ info }: Pick<Release, 'info'>): boolean {
  return info.status === 'failed' && (info.description ?? '').endsWith(words);
}

/**
 * Makes a revision that was left pending by a process that died a failed one, so that the next
 * operation can begin. Its hooks that would have been deleted by now are: which of them did their
 * work is not known, and they run for no second time in this revision.
 */
export async function failInterrupted(
  ports: ActionPorts,
  of: { readonly name: string; readonly namespace: string; readonly version: number },
  timeoutMs: number,
): Promise<void> {
  const store = createReleaseStore({ ...ports, namespace: of.namespace });
  const release = await store.get(of.name, of.version);
  if (release === undefined) return;
  for (const hook of (release.hooks ?? []).filter(isLeft)) {
    for (const policy of ['hook-succeeded', 'hook-failed'] as const) {
      await cleanUpHook(ports, release, { hook, policy, timeoutMs });
    }
  }
  release.info.status = 'failed';
  release.info.description = `${release.info.description ?? ''} ${words}`.trim();
  await store.update(release);
}

/** It was made, and something but its next creation deletes it. */
function isLeft(hook: StoredHook): boolean {
  const policies = policiesOf(hook);
  const goes = policies.includes('hook-succeeded') || policies.includes('hook-failed');
  return goes && hook.last_run.started_at !== '';
}
