import { keyOf, KnownError, messageOf } from '../../base/index.ts';
import type { KubeObject, Run } from '../../base/index.ts';
import { recordEvent } from '../../lib/kube/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import {
  applyObject,
  applyPatch,
  gcMarkLabel,
  gcMarkOf,
  ignoreOf,
  marked,
  textMap,
} from '../../lib/manifest/index.ts';
import type { Applied } from '../../lib/manifest/index.ts';
import type { DesiredObject, Problem } from './desired.ts';
import { driftOf, driftText, wasApplied } from './drift/drift-of.ts';
import { inRanks } from './plan.ts';

/** Name under which our writes appear in `managedFields`. */
export const fieldManager = 'trice-sync';

/** What became of one object. */
export type Outcome =
  | { readonly id: string; readonly is: Applied['action'] | 'ignored' }
  | { readonly id: string; readonly is: 'failed'; readonly problem: Problem };

export interface ApplyAll {
  readonly setName: string;
  /** Sets of the other repositories of this process: their objects are not taken over. */
  readonly otherSets: readonly string[];
  readonly isServerSideApply: boolean;
  /** Checksums of what this process has applied, by id. */
  readonly before: ReadonlyMap<string, string>;
  /** Live objects known already, by id. */
  readonly live: ReadonlyMap<string, KubeObject>;
}

const atOnce = 8;
const servedWaits = [50, 100, 200, 400, 800, 1600];

/**
 * Applies objects rank by rank, those of one rank side by side. One that fails does not hold up the
 * others. Stops between objects when the signal aborts.
 */
export async function applyAll(
  cluster: Cluster,
  objects: readonly DesiredObject[],
  how: ApplyAll,
  run: Run,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const rank of inRanks(objects)) {
    const waiting = rank.values();
    const worker = async (): Promise<void> => {
      for (const desired of waiting) {
        run.signal.throwIfAborted();
        outcomes.push(await applyOne(cluster, desired, how, run));
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, rank.length) }, worker));
  }
  return outcomes;
}

async function applyOne(
  cluster: Cluster,
  desired: DesiredObject,
  how: ApplyAll,
  run: Run,
): Promise<Outcome> {
  const { id, manifest } = desired;
  try {
    return { id, is: await write(cluster, desired, how, run) };
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) {
      run.log.error(messageOf(thrown), { resource: id, stack: (thrown as Error).stack });
    }
    const message = manifest.isDecrypted === true ? withoutValues(thrown) : messageOf(thrown);
    const problem = { id, path: manifest.file, line: manifest.line, message };
    if (!run.signal.aborted) await tellObject(cluster, desired, problem.message, run);
    return { id, is: 'failed', problem };
  }
}

/** An API server quotes the values that it refuses: of what was encrypted only the kind of failure is told. */
function withoutValues(thrown: unknown): string {
  const what = thrown instanceof KnownError ? thrown.code : 'failed';
  return `it cannot be applied (${what}); why is not shown, since it comes from an encrypted file`;
}

/** `kubectl describe` of an object that is there shows why git's version of it is not. */
async function tellObject(
  cluster: Cluster,
  { kind, object, manifest }: DesiredObject,
  message: string,
  run: Run,
): Promise<void> {
  const about = await cluster.get(kind, keyOf(object)).catch(() => undefined);
  if (about === undefined) return;
  const text = `${manifest.file}:${manifest.line}: ${message}`;
  const event = { type: 'Warning', reason: 'SyncFailed', message: text } as const;
  await recordEvent(cluster, { ...event, about, source: fieldManager }, run);
}

async function write(
  cluster: Cluster,
  desired: DesiredObject,
  how: ApplyAll,
  run: Run,
): Promise<Applied['action'] | 'ignored'> {
  const { id, object, kind, manifest } = desired;
  const live =
    ignoreOf(object) === 'true'
      ? undefined
      : (liveIn(how.live, desired) ?? (await cluster.get(kind, keyOf(object))));
  const place = ignoredIn(object, live);
  if (place !== undefined) {
    const about = { resource: id, source: manifest.file };
    run.log.info(`not applying resource; ignore annotation in ${place}`, about);
    return 'ignored';
  }
  const owner = live && otherOwner(live, id, how.otherSets);
  if (owner) throw new KnownError('conflict', `${id} is kept by another repository of this sync`);
  tellDeleted(desired, live, how, run);
  const wanted = markedOnce(desired, how.setName);
  const applying = {
    fieldManager,
    live: live ?? null,
    ...(how.isServerSideApply ? { serverSide: true } : {}),
  };
  const applied = await onceServed(desired, run, () =>
    applyObject(cluster, kind, wanted, applying),
  );
  const isSame = applied.object.metadata.resourceVersion === live?.metadata.resourceVersion;
  if (live !== undefined && !isSame) await tellDrift(cluster, { id, wanted, live }, run);
  return applied.action;
}

function ignoredIn(object: KubeObject, live: KubeObject | undefined): string | undefined {
  if (ignoreOf(object) === 'true') return 'file';
  return live !== undefined && ignoreOf(live) === 'true' ? 'cluster resource' : undefined;
}

// Objects of files that did not change are the same values from one pass to the next, and so are these.
const remembered = new WeakMap<DesiredObject, readonly [setName: string, wanted: KubeObject]>();

function markedOnce(desired: DesiredObject, setName: string): KubeObject {
  const known = remembered.get(desired);
  if (known?.[0] === setName) return known[1];
  const wanted = marked(desired.object, setName, desired.id);
  remembered.set(desired, [setName, wanted]);
  return wanted;
}

function tellDeleted(
  { id, checksum }: DesiredObject,
  live: KubeObject | undefined,
  how: ApplyAll,
  run: Run,
): void {
  if (live !== undefined || how.before.get(id) !== checksum) return;
  run.log.warn('it was deleted by hand; it is made again', { resource: id });
}

interface Compared {
  readonly id: string;
  readonly wanted: KubeObject;
  readonly live: KubeObject;
}

/** Says what somebody had changed of what was applied before, on the object and in the log. */
async function tellDrift(
  cluster: Cluster,
  { id, wanted, live }: Compared,
  run: Run,
): Promise<void> {
  if (!wasApplied(live, wanted)) return;
  const { patch } = applyPatch(wanted, live);
  const drifts = driftOf(live, patch, fieldManager);
  if (drifts.length === 0) return;
  const text = driftText(drifts);
  run.log.warn('it was changed by hand; it is set back', { resource: id, drift: text });
  const message = `${text}; set back to what git says`;
  const event = {
    type: 'Warning',
    reason: 'DriftCorrected',
    message,
    source: fieldManager,
  } as const;
  await recordEvent(cluster, { ...event, about: live }, run);
}

/** The listed object, when it was listed in the version that git names. */
function liveIn(
  live: ReadonlyMap<string, KubeObject>,
  desired: DesiredObject,
): KubeObject | undefined {
  const found = live.get(desired.id);
  return found?.apiVersion === desired.object.apiVersion ? found : undefined;
}

function otherOwner(live: KubeObject, id: string, others: readonly string[]): boolean {
  const mark = textMap(live, 'labels')[gcMarkLabel];
  return mark !== undefined && others.some((set) => gcMarkOf(set, id) === mark);
}

/** A kind whose definition was applied just before is not served at once: its objects wait a little. */
async function onceServed<T>(
  desired: DesiredObject,
  run: Run,
  attempt: () => Promise<T>,
): Promise<T> {
  if (desired.isServed) return attempt();
  for (const waitMs of servedWaits) {
    try {
      return await attempt();
    } catch (thrown) {
      if (!(thrown instanceof KnownError) || thrown.code !== 'not-found') throw thrown;
    }
    await run.clock.sleep(waitMs, run.signal);
  }
  return attempt();
}
