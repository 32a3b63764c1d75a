import { KnownError, isRecord, messageOf } from '../../../base/index.ts';
import type { KubeObject } from '../../../base/index.ts';
import type { HookEvent } from '../render/manifests.ts';
import { buildObjects } from './objects.ts';
import type { ReleaseObject } from './objects.ts';
import type { ActionPorts } from './ports.ts';
import type { Release, StoredHook } from './release.ts';
import { goTime } from './times.ts';
import { until, waitGone } from './wait.ts';

/**
 * Runs a release's hooks of one event: by weight, then name, one after the other, each waited for.
 * Times and phases are written into the release's own hooks. Throws what the failed hook said.
 */
export async function runHooks(
  ports: ActionPorts,
  release: Release,
  event: HookEvent,
  timeoutMs: number,
): Promise<void> {
  const hooks = (release.hooks ?? [])
    .filter(({ events }) => events.includes(event))
    .toSorted((a, b) => (a.weight ?? 0) - (b.weight ?? 0) || byName(a, b));
  const succeeded: StoredHook[] = [];
  for (const hook of hooks) {
    const entries = await built(ports, release, hook);
    if (policiesOf(hook).includes('before-hook-creation')) {
      await deleteHook(ports, hook, entries, timeoutMs);
    }
    try {
      await runHook(ports, { hook, entries, timeoutMs });
    } catch (thrown) {
      await cleanUp(ports, release, { hooks: [hook], policy: 'hook-failed', timeoutMs });
      await cleanUp(ports, release, { hooks: succeeded, policy: 'hook-succeeded', timeoutMs });
      throw failure(event, hook, thrown);
    }
    succeeded.push(hook);
  }
  await cleanUp(ports, release, {
    hooks: hooks.toReversed(),
    policy: 'hook-succeeded',
    timeoutMs,
  });
}

function byName(a: StoredHook, b: StoredHook): number {
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

function policiesOf(hook: StoredHook): readonly string[] {
  const said = hook.delete_policies ?? [];
  return said.length === 0 ? ['before-hook-creation'] : said;
}

function built(ports: ActionPorts, release: Release, hook: StoredHook): Promise<ReleaseObject[]> {
  return buildObjects(ports.cluster, hook.manifest, {
    namespace: release.namespace,
    from: `hook ${hook.path}`,
  });
}

async function runHook(
  ports: ActionPorts,
  run: { hook: StoredHook; entries: readonly ReleaseObject[]; timeoutMs: number },
): Promise<void> {
  const { hook, entries, timeoutMs } = run;
  hook.last_run = { started_at: goTime(ports.clock.now()), completed_at: '', phase: 'Running' };
  try {
    for (const { object, resource } of entries) {
      await ports.cluster.create(resource, object, { fieldManager: 'helm' });
    }
    for (const entry of entries) await until(ports, timeoutMs, () => isFinished(ports, entry));
    hook.last_run.phase = 'Succeeded';
  } catch (thrown) {
    hook.last_run.phase = 'Failed';
    throw thrown;
  } finally {
    hook.last_run.completed_at = goTime(ports.clock.now());
  }
}

/** Jobs and Pods are waited for; everything else is done when it is created. */
async function isFinished(
  ports: ActionPorts,
  { object, resource }: ReleaseObject,
): Promise<boolean> {
  if (object.kind !== 'Job' && object.kind !== 'Pod') return true;
  const live = await ports.cluster.get(resource, object.metadata);
  if (live === undefined) throw new KnownError('failed', `${object.kind} was deleted`);
  return object.kind === 'Job' ? isJobFinished(live) : isPodFinished(live);
}

function isJobFinished(job: KubeObject): boolean {
  const status = isRecord(job['status']) ? job['status'] : {};
  const conditions = Array.isArray(status['conditions']) ? status['conditions'] : [];
  for (const condition of conditions.filter(isRecord)) {
    if (condition['status'] !== 'True') continue;
    if (condition['type'] === 'Complete') return true;
    if (condition['type'] === 'Failed') {
      throw new KnownError(
        'failed',
        `job ${job.metadata.name} failed: ${String(condition['reason'] ?? '')}`,
      );
    }
  }
  return false;
}

function isPodFinished(pod: KubeObject): boolean {
  const phase = isRecord(pod['status']) ? pod['status']['phase'] : undefined;
  if (phase === 'Failed') throw new KnownError('failed', `pod ${pod.metadata.name} failed`);
  return phase === 'Succeeded';
}

async function cleanUp(
  ports: ActionPorts,
  release: Release,
  what: { hooks: readonly StoredHook[]; policy: string; timeoutMs: number },
): Promise<void> {
  for (const hook of what.hooks.filter((each) => policiesOf(each).includes(what.policy))) {
    await deleteHook(ports, hook, await built(ports, release, hook), what.timeoutMs);
  }
}

async function deleteHook(
  ports: ActionPorts,
  hook: StoredHook,
  entries: readonly ReleaseObject[],
  timeoutMs: number,
): Promise<void> {
  // Deleting a definition would delete all its objects, whoever made them.
  if (hook.kind === 'CustomResourceDefinition') return;
  for (const { object, resource } of entries) {
    await ports.cluster.delete(resource, object.metadata, { propagation: 'Background' });
  }
  await waitGone(ports, entries, timeoutMs);
}

function failure(event: HookEvent, hook: StoredHook, thrown: unknown): unknown {
  if (!(thrown instanceof KnownError)) return thrown;
  const text = event.startsWith('post-')
    ? `warning: Hook ${event} ${hook.path} failed: ${messageOf(thrown)}`
    : messageOf(thrown);
  return new KnownError(thrown.code, text, { cause: thrown });
}
