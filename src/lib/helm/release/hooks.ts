import { KnownError, isRecord, messageOf } from '../../../base/index.ts';
import type { KubeObject } from '../../../base/index.ts';
import type { HookEvent } from '../render/manifests.ts';
import { cleanUpHook, policiesOf, tellHookLogs } from './hook-policies.ts';
import { buildObjects } from './objects.ts';
import type { ReleaseObject } from './objects.ts';
import type { ActionPorts } from './ports.ts';
import type { Release, StoredHook } from './release.ts';
import { forAll, naming } from './several-errors.ts';
import { goTime } from './times.ts';
import { until } from './wait.ts';

/** Which hooks run, and how. */
export interface HookRun {
  readonly event: HookEvent;
  readonly timeoutMs: number;
  /**
   * Stores the release. Called before a hook is made and after it has ended, so that whoever finds
   * the release later, also after a crash, knows what ran.
   */
  readonly record: () => Promise<void>;
  /** Hooks that ended well since then do not run again, and one that was begun is waited for. */
  readonly since?: string;
}

/**
 * Runs a release's hooks of one event: by weight, then name, one after the other, each waited for.
 * Times and phases are written into the release's own hooks. Throws what the failed hook said.
 */
export async function runHooks(ports: ActionPorts, release: Release, run: HookRun): Promise<void> {
  const { timeoutMs } = run;
  const hooks = (release.hooks ?? [])
    .filter(({ events }) => events.includes(run.event))
    .toSorted((a, b) => (a.weight ?? 0) - (b.weight ?? 0) || byName(a, b));
  const succeeded: StoredHook[] = [];
  for (const hook of hooks) {
    hook.delete_policies = [...policiesOf(hook)];
    if (!hasSucceeded(hook, run)) await runHook(ports, { release, hook, run, succeeded });
    succeeded.push(hook);
  }
  for (const hook of hooks.toReversed()) {
    await tellHookLogs(ports, release, { hook, policy: 'hook-succeeded' });
    await cleanUpHook(ports, release, { hook, policy: 'hook-succeeded', timeoutMs });
  }
}

function byName(a: StoredHook, b: StoredHook): number {
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

function hasSucceeded({ last_run: last }: StoredHook, { since }: HookRun): boolean {
  return since !== undefined && last.phase === 'Succeeded' && isSince(last.started_at, since);
}

function isSince(time: string, since: string): boolean {
  return new Date(time).getTime() >= new Date(since).getTime();
}

interface Running {
  readonly release: Release;
  readonly hook: StoredHook;
  readonly run: HookRun;
  /** The hooks before it. */
  readonly succeeded: readonly StoredHook[];
}

async function runHook(ports: ActionPorts, running: Running): Promise<void> {
  const { release, hook, run } = running;
  const { event, timeoutMs } = run;
  const entries = await naming(
    `unable to build kubernetes object for ${event} hook ${hook.path}`,
    () => buildObjects(ports.cluster, hook.manifest, { namespace: release.namespace }),
  );
  if (!(await isUnderWay(ports, running, entries))) await begin(ports, running, entries);
  try {
    await forAll(entries, (entry) => until(ports, timeoutMs, () => isFinished(ports, entry)));
  } catch (thrown) {
    if (ports.signal.aborted || !(thrown instanceof KnownError)) throw thrown;
    await ended(ports, running, 'Failed');
    await afterFailure(ports, running);
    throw thrown;
  }
  await ended(ports, running, 'Succeeded');
}

/** A hook that a process which died has made: making it again would run it twice. */
async function isUnderWay(
  ports: ActionPorts,
  { hook, run }: Running,
  entries: readonly ReleaseObject[],
): Promise<boolean> {
  const { phase, started_at: startedAt } = hook.last_run;
  if (run.since === undefined || phase !== 'Running' || !isSince(startedAt, run.since))
    return false;
  const lives = await Promise.all(
    entries.map(({ object, resource }) => ports.cluster.get(resource, object.metadata)),
  );
  return lives.every((live) => live !== undefined && !isOlder(live, startedAt));
}

/** Times of objects are whole seconds. */
function isOlder({ metadata }: KubeObject, startedAt: string): boolean {
  const made = new Date(metadata.creationTimestamp ?? 0).getTime();
  return made + 1000 <= new Date(startedAt).getTime();
}

async function begin(
  ports: ActionPorts,
  running: Running,
  entries: readonly ReleaseObject[],
): Promise<void> {
  const { release, hook, run } = running;
  const { timeoutMs } = run;
  await cleanUpHook(ports, release, { hook, policy: 'before-hook-creation', timeoutMs });
  hook.last_run = { started_at: goTime(ports.clock.now()), completed_at: '', phase: 'Running' };
  await run.record();
  try {
    await forAll(entries, async ({ object, resource }) => {
      await ports.cluster.create(resource, object, { fieldManager: 'helm' });
    });
  } catch (thrown) {
    if (ports.signal.aborted || !(thrown instanceof KnownError)) throw thrown;
    await ended(ports, running, 'Failed');
    const what = `warning: Hook ${run.event} ${hook.path} failed`;
    throw new KnownError(thrown.code, `${what}: ${messageOf(thrown)}`, { cause: thrown });
  }
}

async function ended(
  ports: ActionPorts,
  { hook, run }: Running,
  phase: 'Succeeded' | 'Failed',
): Promise<void> {
  hook.last_run = { ...hook.last_run, completed_at: goTime(ports.clock.now()), phase };
  await run.record();
}

/** What the failed hook and those before it want done now; that this fails too is only logged. */
async function afterFailure(ports: ActionPorts, running: Running): Promise<void> {
  const { release, hook, run, succeeded } = running;
  const { timeoutMs } = run;
  await tellHookLogs(ports, release, { hook, policy: 'hook-failed' });
  try {
    await cleanUpHook(ports, release, { hook, policy: 'hook-failed', timeoutMs });
  } catch (thrown) {
    if (ports.signal.aborted || !(thrown instanceof KnownError)) throw thrown;
    ports.log.warn('a failed hook could not be deleted', { hook: hook.path, err: thrown.message });
  }
  for (const before of succeeded) {
    await cleanUpHook(ports, release, { hook: before, policy: 'hook-succeeded', timeoutMs });
  }
}

/** Jobs and Pods are waited for; everything else is done when it is made. One that was deleted is done too. */
async function isFinished(
  ports: ActionPorts,
  { object, resource }: ReleaseObject,
): Promise<boolean> {
  const isJob = object.kind === 'Job' && resource.group === 'batch';
  const isPod = object.kind === 'Pod' && resource.group === '';
  if (!isJob && !isPod) return true;
  const live = await ports.cluster.get(resource, object.metadata);
  if (live === undefined) return true;
  return isJob ? isJobFinished(live) : isPodFinished(live);
}

function isJobFinished(job: KubeObject): boolean {
  const status = isRecord(job['status']) ? job['status'] : {};
  const conditions = Array.isArray(status['conditions']) ? status['conditions'] : [];
  for (const condition of conditions.filter(isRecord)) {
    if (condition['status'] !== 'True') continue;
    if (condition['type'] === 'Complete') return true;
    if (condition['type'] === 'Failed') {
      const why = typeof condition['reason'] === 'string' ? condition['reason'] : '';
      throw new KnownError('failed', `job ${job.metadata.name} failed: ${why}`);
    }
  }
  return false;
}

function isPodFinished(pod: KubeObject): boolean {
  const phase = isRecord(pod['status']) ? pod['status']['phase'] : undefined;
  if (phase === 'Failed') throw new KnownError('failed', `pod ${pod.metadata.name} failed`);
  return phase === 'Succeeded';
}
