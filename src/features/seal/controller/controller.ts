import { isDeepStrictEqual } from 'node:util';
import { keyText, KnownError, messageOf } from '../../../base/index.ts';
import type { Key, Kind, Run } from '../../../base/index.ts';
import { parseSealedSecret, sealedSecretKind } from '../../../api/sealed-secret/index.ts';
import type { SealedSecret } from '../../../api/sealed-secret/index.ts';
import { createQueue } from '../../../lib/controller/index.ts';
import type { Queue } from '../../../lib/controller/index.ts';
import { kinds, recordEvent, watchCache } from '../../../lib/kube/index.ts';
import type { Cache, Cluster } from '../../../lib/kube/index.ts';
import type { KeyStore } from '../keys/key-store.ts';
import type { SecretObject } from '../secret/secret-object.ts';
import { unsealSecret } from '../secret/unseal-secret.ts';
import type { RenderTemplate } from '../secret/unseal-secret.ts';
import { component } from '../settings.ts';
import type { SealSettings } from '../settings.ts';
import { decideSecret, isControlledBy, isManaged } from './decide.ts';
import type { FailureReason, SealMetrics } from './metrics.ts';
import { statusAfter } from './status.ts';

export interface SealControllerPorts {
  readonly cluster: Cluster;
  readonly keys: KeyStore;
  readonly metrics: SealMetrics;
  readonly settings: SealSettings;
  readonly render: RenderTemplate;
  readonly run: Run;
}

const secretKind = kinds.Secret as Kind<SecretObject>;
const retryMinMs = 5;
const retryMaxMs = 1_000_000;

/** A failure as event, metric and status tell it. */
class AttemptError extends Error {
  readonly reason: FailureReason;
  readonly event: { reason: string; message: string };
  /** Trying again cannot help. */
  readonly isFinal: boolean;
  constructor(
    message: string,
    how: { reason: FailureReason; event: string; told?: string; isFinal?: boolean },
  ) {
    super(message);
    this.reason = how.reason;
    this.event = { reason: how.event, message: how.told ?? message };
    this.isFinal = how.isFinal ?? false;
  }
}

/**
 * Keeps Secrets as their SealedSecrets say. Not built on `runController`: the original acts on a
 * change of the spec alone, gives up after a few tries, and its users rely on both.
 */
export function runSealController(ports: SealControllerPorts): Promise<void> {
  const { cluster, settings, run, keys, metrics } = ports;
  const queue = createQueue({
    clock: run.clock,
    signal: run.signal,
    workers: 2,
    minBackoffMs: retryMinMs,
    maxBackoffMs: retryMaxMs,
  });
  const selector = settings.labelSelector === '' ? {} : { labelSelector: settings.labelSelector };
  const namespaces = settings.namespaces ?? [undefined];
  void tellMissing(ports);
  const caches = namespaces.map((namespace) => {
    const query = { ...selector, ...(namespace === undefined ? {} : { namespace }) };
    const sealed = watchCache(cluster, sealedSecretKind, run, query);
    sealed.onChange(({ type, object }, before) => {
      if (type === 'deleted') metrics.forget(object);
      const isEcho = before !== undefined && isDeepStrictEqual(before.spec, object.spec);
      if (type !== 'deleted' && isEcho && before.metadata.uid === object.metadata.uid) return;
      queue.forget(keyText(object.metadata));
      queue.add(keyText(object.metadata));
    });
    if (!settings.skipsRecreate) {
      watchCache(cluster, kinds.Secret, run, query).onChange(({ type, object }) => {
        if (type !== 'deleted') return;
        const owner = sealed.get(object.metadata);
        if (owner && (isControlledBy(object, owner) || isManaged(object))) {
          queue.add(keyText(object.metadata));
        }
      });
    }
    return sealed;
  });
  keys.onKey(() => {
    for (const each of caches.flatMap((cache) => cache.list())) {
      if (each.status?.conditions?.some(({ status }) => status === 'False')) {
        queue.add(keyText(each.metadata));
      }
    }
  });
  const attempts = new Map<string, number>();
  return keys
    .current()
    .then(() => queue.run((text) => work({ ...ports, queue, caches, attempts }, text)))
    .catch((thrown: unknown) => {
      if (!run.signal.aborted) throw thrown;
    });
}

/** A namespace that is not there is told and no failure: what comes into it later is seen. */
async function tellMissing({ cluster, settings, run }: SealControllerPorts): Promise<void> {
  for (const name of settings.namespaces ?? []) {
    try {
      if (await cluster.get(kinds.Namespace, { name })) continue;
      run.log.error("namespace doesn't exist", { namespace: name });
    } catch (thrown) {
      run.log.warn('cannot tell whether a namespace is there', {
        namespace: name,
        err: messageOf(thrown),
      });
    }
  }
}

interface Working extends SealControllerPorts {
  readonly queue: Queue;
  readonly caches: ReadonlyArray<Cache<SealedSecret>>;
  readonly attempts: Map<string, number>;
}

/** One attempt, its report, and what comes of a failure: another try, or none. */
async function work(working: Working, text: string): Promise<void> {
  const { run, queue, attempts, settings } = working;
  const [namespace = '', name = ''] = text.split('/');
  const key: Key = { namespace, name };
  try {
    await attempt(working, key);
    attempts.delete(text);
    queue.forget(text);
  } catch (thrown) {
    if (run.signal.aborted) return;
    const tries = (attempts.get(text) ?? 0) + 1;
    attempts.set(text, tries);
    const isFinal = thrown instanceof AttemptError && thrown.isFinal;
    if (!isFinal && tries <= settings.maxRetries) {
      run.log.error('Error updating, will retry', { key: text, err: messageOf(thrown) });
      queue.retry(text);
      return;
    }
    run.log.error('Error updating, giving up', { key: text, err: messageOf(thrown) });
    attempts.delete(text);
    queue.forget(text);
  }
}

async function attempt(working: Working, key: Key): Promise<void> {
  const { cluster, metrics, settings, run, caches } = working;
  metrics.requested();
  const raw = caches.map((cache) => cache.get(key)).find((each) => each !== undefined);
  if (raw === undefined) {
    if (settings.deletesSecrets) await cluster.delete(kinds.Secret, key);
    return;
  }
  run.log.info('Updating', { key: keyText(key) });
  let failure: AttemptError | undefined;
  try {
    await unsealInto(working, key, parseSealedSecret(raw));
  } catch (thrown) {
    failure = asAttemptError(thrown);
  }
  const event =
    failure === undefined
      ? ({
          type: 'Normal',
          reason: 'Unsealed',
          message: 'SealedSecret unsealed successfully',
        } as const)
      : ({ type: 'Warning', ...failure.event } as const);
  if (failure !== undefined) metrics.failed(failure.reason, key.namespace ?? '');
  await recordEvent(cluster, { about: raw, source: component, ...event }, run);
  await writeStatus(working, key, failure?.message);
  if (failure !== undefined) throw failure;
}

function asAttemptError(thrown: unknown): AttemptError {
  if (thrown instanceof AttemptError) return thrown;
  return new AttemptError(messageOf(thrown), { reason: 'update', event: 'ErrUpdateFailed' });
}

async function unsealInto(
  { cluster, keys, render, settings }: Working,
  key: Key,
  sealed: SealedSecret,
): Promise<void> {
  let unsealed: SecretObject;
  try {
    const { ring } = keys;
    unsealed = await unsealSecret(sealed, { ring, render, acceptV1Data: settings.acceptV1Data });
  } catch (thrown) {
    const message = messageOf(thrown);
    const told = `Failed to unseal: ${message}`;
    throw new AttemptError(message, { reason: 'unseal', event: 'ErrUnsealFailed', told });
  }
  const how = { fieldManager: 'sealed-secrets-controller' };
  let live = await cluster.get(secretKind, key);
  live ??= await cluster.create(secretKind, unsealed, how);
  const decision = decideSecret(sealed, unsealed, live);
  if (decision.is === 'unmanaged') {
    throw new AttemptError(`failed update: ${decision.message}`, {
      reason: 'unmanaged',
      event: 'ErrUpdateFailed',
      told: decision.message,
    });
  }
  if (decision.is === 'same') return;
  try {
    await cluster.replace(secretKind, decision.secret, how);
  } catch (thrown) {
    throw immutableError(thrown, key) ?? thrown;
  }
}

const immutableEnding = 'field is immutable when `immutable` is set';

function immutableError(thrown: unknown, key: Key): AttemptError | undefined {
  if (!(thrown instanceof KnownError) || !thrown.message.endsWith(immutableEnding))
    return undefined;
  const told = `Error updating ${keyText(key)}: the target Secret is immutable. Once a Secret is marked as immutable, it is not possible to revert this change nor to mutate the contents of the data field. You can only delete and recreate the Secret.`;
  return new AttemptError(thrown.message, {
    reason: 'update',
    event: 'ErrUpdateFailed',
    told,
    isFinal: true,
  });
}

/** Writes how it went; that this fails is logged and counted, never more. */
async function writeStatus(
  { cluster, settings, run, metrics }: Working,
  key: Key,
  failure: string | undefined,
): Promise<void> {
  if (!settings.updatesStatus) return;
  try {
    const live = await cluster.get(sealedSecretKind, key);
    if (live === undefined) return;
    const status = statusAfter(live, failure, run.clock.now());
    if (status !== undefined) {
      const how = { type: 'merge', subresource: 'status' } as const;
      await cluster.patch(sealedSecretKind, key, { status }, how);
    }
    metrics.condition({ ...live, ...(status === undefined ? {} : { status }) });
  } catch (thrown) {
    metrics.failed('status', key.namespace ?? '');
    run.log.error('Error updating SealedSecret status', { err: messageOf(thrown) });
  }
}
