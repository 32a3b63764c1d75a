import { isDeepStrictEqual } from 'node:util';
import {
  isRecord,
  keyText,
  KnownError,
  messageOf,
  type Key,
  type KubeObject,
  type Run,
} from '../../base/index.ts';
import { recordEvent, watchCache, type Cache } from '../kube/index.ts';
import { createQueue, type Queue } from './queue.ts';
import type { ControllerPorts, Decision, Reconciler } from './reconciler.ts';

export interface Controller {
  /** Looks at a key again, now. */
  enqueue(key: Key): void;
  /** Keys that wait for a worker. */
  queued(): number;
  /** The objects as the controller sees them. */
  readonly cache: Cache<KubeObject>;
  /** Resolves when the signal has stopped it and running work has ended. */
  readonly done: Promise<void>;
}

/** More rounds than this for one key without a pause means that two steps undo each other. */
const maxRounds = 50;
/** The same step this often in a row changes nothing: a stall. */
const maxRepeats = 3;

interface Running<O extends KubeObject, View, Step> {
  readonly reconciler: Reconciler<O, View, Step>;
  readonly ports: ControllerPorts;
  readonly queue: Queue;
  readonly cache: Cache<O>;
  readonly run: Run;
  /** Keys whose object in the cache may be older than what was written. */
  readonly overtaken: Set<string>;
}

/**
 * Runs a reconciler until the signal aborts: watches its kind, takes keys from the queue, and goes
 * observe → decide → act → look again until the decision is to wait or that all is done.
 */
export function runController<O extends KubeObject, View, Step>(
  reconciler: Reconciler<O, View, Step>,
  ports: ControllerPorts,
  signal: AbortSignal,
): Controller {
  const run: Run = { signal, clock: ports.clock, log: ports.log };
  const cache = watchCache<O>(ports.cluster, reconciler.kind, run, namespaced(ports.namespace));
  const queue = createQueue({ clock: ports.clock, signal, workers: ports.workers ?? 4 });
  const enqueue = (key: Key): void => queue.add(keyText(key));
  cache.onChange(({ type, object }, before) => {
    if (type !== 'deleted' && isOwnStatusWrite(object, before)) return;
    if (type === 'deleted') queue.forget(keyText(object.metadata));
    enqueue(object.metadata);
  });
  ports.wake?.(enqueue, signal);
  const running = { reconciler, ports, queue, cache, run, overtaken: new Set<string>() };
  const done = queue.run((key) => reconcileKey(running, key));
  return {
    enqueue,
    queued: () => queue.length,
    cache: cache as unknown as Cache<KubeObject>,
    done,
  };
}

function namespaced(namespace: string | undefined): { namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}

/** A change of the status alone is our own echo: the generation, labels, annotations and finalizers stand as they were. */
function isOwnStatusWrite(object: KubeObject, before: KubeObject | undefined): boolean {
  if (before === undefined) return false;
  const { generation, uid, deletionTimestamp, labels, annotations, finalizers } = object.metadata;
  const old = before.metadata;
  return (
    generation !== undefined &&
    generation === old.generation &&
    uid === old.uid &&
    deletionTimestamp === old.deletionTimestamp &&
    isDeepStrictEqual(
      [labels, annotations, finalizers],
      [old.labels, old.annotations, old.finalizers],
    )
  );
}

function keyFromText(text: string): Key {
  const slash = text.indexOf('/');
  return slash < 0
    ? { name: text }
    : { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

async function reconcileKey<O extends KubeObject, View, Step>(
  running: Running<O, View, Step>,
  text: string,
): Promise<void> {
  const { reconciler, queue, run, ports } = running;
  const log = ports.log.with({ resource: `${reconciler.kind.kind.toLowerCase()}/${text}` });
  const mine: Run = { ...run, log };
  try {
    const recheckMs = await rounds({ ...running, run: mine }, keyFromText(text));
    queue.forget(text);
    if (recheckMs !== undefined) queue.addAfter(text, recheckMs);
  } catch (thrown) {
    if (run.signal.aborted) return;
    retryLater(running, text, thrown);
    logFailure(mine, thrown);
  }
}

function logFailure(run: Run, thrown: unknown): void {
  if (thrown instanceof KnownError) run.log.error(thrown.message, { reason: thrown.code });
  else
    run.log.error(messageOf(thrown), { stack: thrown instanceof Error ? thrown.stack : undefined });
}

function retryLater(
  running: Pick<Running<KubeObject, unknown, unknown>, 'queue'>,
  text: string,
  thrown: unknown,
): void {
  const retry = thrown instanceof KnownError ? thrown.retry : 'backoff';
  if (retry === 'backoff') running.queue.retry(text);
  else if (retry !== 'when-changed') running.queue.addAfter(text, retry.afterMs);
}

/** Works on one object until there is nothing more to do now; when to look again, in milliseconds. */
async function rounds<O extends KubeObject, View, Step>(
  running: Running<O, View, Step>,
  key: Key,
): Promise<number | undefined> {
  const { reconciler, run } = running;
  const steps: string[] = [];
  for (let round = 0; round < maxRounds && !run.signal.aborted; round += 1) {
    const object = await lookAt(running, key, round);
    if (object === undefined || reconciler.isSuspended?.(object)) return undefined;
    if (object.metadata.deletionTimestamp !== undefined) return finalize(running, object);
    if (await addFinalizer(running, object)) {
      running.overtaken.add(keyText(key));
      continue;
    }
    const outcome = await oneRound(running, object, steps);
    if (outcome !== 'again') return outcome.recheckMs;
  }
  throw new KnownError('failed', `no end after ${maxRounds} steps: ${steps.slice(-4).join(', ')}`);
}

/** The object: from the watch where that is allowed and surely not behind, else from the cluster. */
async function lookAt<O extends KubeObject, View, Step>(
  { reconciler, ports, cache, overtaken }: Running<O, View, Step>,
  key: Key,
  round: number,
): Promise<O | undefined> {
  const held = cache.get(key);
  const isFirst = round === 0 && held !== undefined && !overtaken.has(keyText(key));
  // What `act` changes in the object in hand must not reach the cache.
  if (ports.trustsWatch === true && isFirst) return structuredClone(held);
  const object = await ports.cluster.get(reconciler.kind, key);
  const version = object?.metadata.resourceVersion;
  if (version === cache.get(key)?.metadata.resourceVersion) overtaken.delete(keyText(key));
  return object;
}

async function oneRound<O extends KubeObject, View, Step>(
  running: Running<O, View, Step>,
  object: O,
  steps: string[],
): Promise<'again' | { recheckMs: number | undefined }> {
  const { reconciler, run } = running;
  let view: View | undefined;
  try {
    view = await reconciler.observe(object, run);
    const decision = reconciler.decide(object, view);
    if (decision.is !== 'act') {
      await writeStatus(running, object, { view, decision });
      return { recheckMs: decision.recheckMs };
    }
    refuseRepeat(
      steps,
      reconciler.nameOf?.(decision.step) ?? JSON.stringify(decision.step),
      decision.because,
    );
    run.log.debug('acting', { step: steps.at(-1), because: decision.because });
    running.overtaken.add(keyText(object.metadata));
    await writeStatus(running, object, { view, decision });
    await reconciler.act(object, decision.step, run);
    return 'again';
  } catch (thrown) {
    if (run.signal.aborted) throw thrown;
    await reportFailure(running, object, thrown, view);
    throw thrown;
  }
}

function refuseRepeat(steps: string[], step: string, because: string): void {
  steps.push(step);
  const last = steps.slice(-maxRepeats);
  if (last.length < maxRepeats || last.some((each) => each !== step)) return;
  throw new KnownError(
    'failed',
    `step ${step} was done ${maxRepeats - 1} times without effect (${because})`,
  );
}

async function reportFailure<O extends KubeObject, View, Step>(
  running: Running<O, View, Step>,
  object: O,
  thrown: unknown,
  view: View | undefined,
): Promise<void> {
  const { ports, run } = running;
  const error =
    thrown instanceof KnownError
      ? thrown
      : new KnownError('failed', messageOf(thrown), { cause: thrown });
  const { reconciler } = running;
  const event = reconciler.failureEvent
    ? reconciler.failureEvent(object, error)
    : { reason: reasonOf(error), message: error.message };
  if (event !== undefined) {
    const told = { about: object, type: 'Warning' as const, source: ports.name, ...event };
    await recordEvent(ports.cluster, told, run);
  }
  const how = view === undefined ? { error } : { error, view };
  await writeStatus(running, object, how).catch((failed: unknown) => {
    run.log.warn('the status could not be written', { err: messageOf(failed) });
  });
}

/** `not-found` becomes `NotFound`, as reasons are written. */
function reasonOf({ code }: KnownError): string {
  return code.replaceAll(/(^|-)([a-z])/g, (_all, _dash, letter: string) => letter.toUpperCase());
}

async function addFinalizer<O extends KubeObject, View, Step>(
  { reconciler, ports }: Running<O, View, Step>,
  object: O,
): Promise<boolean> {
  const { finalizer } = reconciler;
  const { finalizers = [], resourceVersion } = object.metadata;
  if (finalizer === undefined || finalizers.includes(finalizer)) return false;
  const metadata = { finalizers: [...finalizers, finalizer], resourceVersion };
  await ports.cluster.patch(reconciler.kind, object.metadata, { metadata }, { type: 'merge' });
  return true;
}

async function finalize<O extends KubeObject, View, Step>(
  running: Running<O, View, Step>,
  object: O,
): Promise<undefined> {
  const { reconciler, ports, run } = running;
  const { finalizer } = reconciler;
  const { finalizers = [], resourceVersion } = object.metadata;
  if (finalizer === undefined || !finalizers.includes(finalizer)) return;
  try {
    await reconciler.finalize?.(object, run);
  } catch (thrown) {
    await reportFailure(running, object, thrown, undefined);
    throw thrown;
  }
  const metadata = { finalizers: finalizers.filter((each) => each !== finalizer), resourceVersion };
  try {
    await ports.cluster.patch(reconciler.kind, object.metadata, { metadata }, { type: 'merge' });
  } catch (thrown) {
    if (!(thrown instanceof KnownError && thrown.code === 'not-found')) throw thrown;
  }
}

async function writeStatus<O extends KubeObject, View, Step>(
  { reconciler, ports, overtaken }: Running<O, View, Step>,
  object: O,
  how: { view?: View; decision?: Decision<unknown>; error?: KnownError },
): Promise<void> {
  const next = reconciler.status?.(object, { ...how, now: ports.clock.now() });
  if (next === undefined) return;
  const live = isRecord(object['status']) ? object['status'] : {};
  const changed = Object.entries(next).filter(
    ([name, value]) => !isDeepStrictEqual(live[name], value),
  );
  if (changed.length === 0) return;
  const status = Object.fromEntries(changed);
  overtaken.add(keyText(object.metadata));
  await ports.cluster.patch(
    reconciler.kind,
    object.metadata,
    { status },
    { type: 'merge', subresource: 'status' },
  );
  // The rest of this round sees what was written, so that it is not written twice.
  Object.assign(object, { status: { ...live, ...status } });
}
