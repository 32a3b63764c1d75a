import { KnownError, messageOf } from '../../base/index.ts';
import type { Bus, Run } from '../../base/index.ts';
import type { Events } from '../../api/events/index.ts';
import {
  releaseNameOf,
  resourceIdOf,
  targetNamespaceOf,
  waitsOf,
} from '../../api/helm-release/index.ts';
import type {
  HelmRelease,
  HelmReleasePhase,
  HelmReleaseStatus,
} from '../../api/helm-release/index.ts';
import {
  createSecretStore,
  installRelease,
  rollbackRelease,
  uninstallRelease,
  upgradeRelease,
} from '../../lib/helm/index.ts';
import type { ActionPorts, Release } from '../../lib/helm/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { recordEvent } from '../../lib/kube/index.ts';
import type { FunctionPorts } from '../../lib/gotemplate/index.ts';
import { annotate } from './antecedent.ts';
import type { Attempts } from './attempts.ts';
import type { ReleaseStep } from './decide.ts';
import { writeStatus } from './write-status.ts';
import type { WantedRelease } from './wanted.ts';

/** What acting may use. */
export interface ActPorts {
  readonly cluster: Cluster;
  readonly bus: Bus<Events>;
  readonly render: FunctionPorts;
  readonly attempts: Attempts;
  /** How long a failed attempt rests, in milliseconds. */
  readonly restMs: number;
}

/** One step for one HelmRelease, with everything it needs. */
export interface Acting extends ActPorts {
  readonly object: HelmRelease;
  readonly run: Run;
  /** Identifies what is attempted, for remembering that it failed. */
  readonly attempt: string;
  readonly helm: ActionPorts;
}

const defaultTimeoutSeconds = 300;
const defaultMaxHistory = 10;

/** Does a step. Foreseen failures end in status, event and log, and rest; they are not thrown. */
export async function act(acting: Acting, step: ReleaseStep): Promise<void> {
  switch (step.do) {
    case 'install':
      return settle(acting, 'install', () => install(acting, step.wanted));
    case 'upgrade':
      return settle(acting, 'upgrade', () => upgrade(acting, step.wanted));
    case 'recover':
      return settle(acting, 'recover', () => recover(acting, step));
    case 'succeed':
      await setPhase(acting, 'Succeeded');
      return observed(acting);
    case 'report':
      await setPhase(acting, step.phase);
      await observed(acting);
      return failed(acting, new KnownError(step.code, step.message));
  }
}

async function settle(acting: Acting, action: string, work: () => Promise<void>): Promise<void> {
  const { run, object } = acting;
  try {
    await work();
  } catch (thrown) {
    if (run.signal.aborted) throw thrown;
    await observed(acting);
    await noteReleaseStatus(acting);
    if (!(thrown instanceof KnownError)) throw thrown;
    run.log.error(thrown.message, { action, phase: object.status?.phase });
    await failed(acting, thrown);
    return;
  }
  if (action === 'recover') return;
  await observed(acting);
  acting.attempts.succeeded(object.metadata);
  await recordEvent(acting.cluster, event(acting, 'ReleaseSynced', 'synchronized'), run);
}

/** What Helm says of the newest revision now, e.g. `failed`. */
async function noteReleaseStatus({ cluster, object, helm }: Acting): Promise<void> {
  const name = releaseNameOf(object);
  const store = createSecretStore({ ...helm, namespace: targetNamespaceOf(object) });
  const status = (await store.heads(name)).at(-1)?.status;
  if (status !== undefined) {
    await writeStatus(cluster, object, { releaseName: name, releaseStatus: status });
  }
}

function event(
  { object }: Acting,
  reason: 'ReleaseSynced' | 'FailedReleaseSync',
  outcome: string,
): Parameters<typeof recordEvent>[1] {
  const isGood = reason === 'ReleaseSynced';
  const what = isGood ? 'managed release' : 'synchronization of release';
  return {
    about: object,
    type: isGood ? 'Normal' : 'Warning',
    reason,
    message: `${what} '${releaseNameOf(object)}' in namespace '${targetNamespaceOf(object)}' ${outcome}`,
    source: 'helm-operator',
  };
}

/** Missing things may come with the next object of the same commit: look again soon. */
const soonMs = 5000;

async function failed(acting: Acting, error: KnownError): Promise<void> {
  const { attempts, object, attempt, restMs, run } = acting;
  const mayComeSoon =
    ['not-found', 'unreachable', 'conflict'].includes(error.code) ||
    error.message.includes('ensure CRDs are installed first');
  const retryMs = mayComeSoon ? Math.min(soonMs, restMs) : restMs;
  attempts.failed(object.metadata, { of: attempt, message: error.message, retryMs, maxMs: restMs });
  const outcome = `failed: ${error.message}`;
  await recordEvent(acting.cluster, event(acting, 'FailedReleaseSync', outcome), run);
}

async function install(acting: Acting, wanted: WantedRelease): Promise<void> {
  const { object, helm, run } = acting;
  const { spec } = object;
  await setPhase(acting, 'Installing', { lastAttemptedRevision: wanted.revision });
  run.log.info('running installation', { action: 'install', phase: 'install' });
  let release: Release;
  try {
    release = await installRelease(helm, {
      ...common(acting, wanted),
      skipCrds: spec.skipCRDs === true,
      replace: true,
    });
  } catch (thrown) {
    if (run.signal.aborted) throw thrown;
    await setPhase(acting, 'DeployFailed');
    publish(acting, { action: 'install', revision: 1, error: messageOf(thrown) });
    await purge(acting, wanted);
    throw prefixed('installation failed', thrown);
  }
  run.log.info('installation succeeded', { revision: wanted.revision, action: 'install' });
  await succeed(acting, { wanted, release, action: 'install' });
}

/** A first install that failed leaves nothing; what cannot be removed is logged. */
async function purge(acting: Acting, { name, namespace }: WantedRelease): Promise<void> {
  const store = createSecretStore({ ...acting.helm, namespace });
  if ((await store.heads(name)).length === 0) return;
  try {
    await uninstallRelease(acting.helm, { name, namespace, ...timeoutOf(acting) });
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    acting.run.log.warn(`uninstall failed: ${thrown.message}`, { action: 'uninstall' });
  }
}

async function upgrade(acting: Acting, wanted: WantedRelease): Promise<void> {
  const { object, helm, run } = acting;
  const { spec } = object;
  const { name, namespace } = wanted;
  const store = createSecretStore({ ...helm, namespace });
  const before = (await store.heads(name)).at(-1)?.version ?? 0;
  await setPhase(acting, 'Upgrading', { lastAttemptedRevision: wanted.revision });
  run.log.info('running upgrade', { action: 'upgrade' });
  let release: Release;
  try {
    release = await upgradeRelease(helm, {
      ...common(acting, wanted),
      force: spec.forceUpgrade === true,
      valuesFrom: spec.resetValues === false ? 'reuse' : 'reset',
      maxHistory: spec.maxHistory ?? defaultMaxHistory,
    });
  } catch (thrown) {
    if (run.signal.aborted) throw thrown;
    const error = prefixed('upgrade failed', thrown);
    await setPhase(acting, 'DeployFailed');
    publish(acting, { action: 'upgrade', revision: before + 1, error: messageOf(thrown) });
    await rollBack(acting, wanted, before);
    throw error;
  }
  run.log.info('upgrade succeeded', { revision: wanted.revision, action: 'upgrade' });
  await succeed(acting, { wanted, release, action: 'upgrade' });
}

/** Rolls back when that is asked for and the upgrade really wrote a revision. */
async function rollBack(acting: Acting, wanted: WantedRelease, before: number): Promise<void> {
  const { object, helm, run } = acting;
  const { rollback } = object.spec;
  const { name, namespace } = wanted;
  const store = createSecretStore({ ...helm, namespace });
  const last = (await store.heads(name)).at(-1)?.version ?? 0;
  if (rollback?.enable !== true || last <= before) return;
  await setPhase(acting, 'RollingBack');
  run.log.info('running rollback', { action: 'rollback' });
  try {
    const release = await rollbackRelease(helm, {
      name,
      namespace,
      timeoutMs: (rollback.timeout ?? defaultTimeoutSeconds) * 1000,
      wait: rollback.wait === true,
      disableHooks: rollback.disableHooks === true,
      force: rollback.force === true,
      maxHistory: object.spec.maxHistory ?? defaultMaxHistory,
    });
    await setPhase(acting, 'RolledBack', { releaseStatus: release.info.status });
    run.log.info('rollback succeeded', { action: 'rollback' });
    await annotate(acting.cluster, release, { id: resourceIdOf(object), run });
    publish(acting, { action: 'rollback', revision: release.version });
  } catch (thrown) {
    if (run.signal.aborted || !(thrown instanceof KnownError)) throw thrown;
    await setPhase(acting, 'RollbackFailed');
    run.log.error(`rollback failed: ${thrown.message}`, { action: 'rollback' });
    publish(acting, { action: 'rollback', revision: last + 1, error: thrown.message });
  }
}

async function succeed(
  acting: Acting,
  done: { wanted: WantedRelease; release: Release; action: 'install' | 'upgrade' },
): Promise<void> {
  const { wanted, release, action } = done;
  const { object, run } = acting;
  await setPhase(acting, 'Deployed');
  await annotate(acting.cluster, release, { id: resourceIdOf(object), run });
  await setPhase(acting, 'Succeeded', {
    revision: wanted.revision,
    releaseName: release.name,
    releaseStatus: release.info.status,
  });
  publish(acting, { action, revision: release.version });
}

/**
 * Brings a release that was left in the middle to where an upgrade or an install can begin: a
 * pending revision counts as failed, an uninstall is finished.
 */
async function recover(
  acting: Acting,
  step: Extract<ReleaseStep, { do: 'recover' }>,
): Promise<void> {
  const { object, helm, run } = acting;
  const name = releaseNameOf(object);
  const namespace = targetNamespaceOf(object);
  run.log.info('recovering a release that was left in the middle', {
    status: step.status,
    version: step.version,
  });
  const store = createSecretStore({ ...helm, namespace });
  const release = await store.get(name, step.version);
  if (release === undefined) return;
  // A first install has nothing to go back to: it is removed and begun again.
  const isFirst = (await store.heads(name)).length === 1;
  if (step.status === 'uninstalling' || (step.status === 'pending-install' && isFirst)) {
    await uninstallRelease(helm, { name, namespace, ...timeoutOf(acting) });
    return;
  }
  release.info.status = 'failed';
  release.info.description = `${release.info.description ?? ''} (interrupted)`.trim();
  await store.update(release);
  // What the interrupted operation did to the cluster is not known: the next step must not compare.
  await writeStatus(acting.cluster, acting.object, (status) => ({
    ...status,
    observedGeneration: 0,
  }));
}

function common(acting: Acting, wanted: WantedRelease): Parameters<typeof installRelease>[1] {
  const { name, namespace, chart, values } = wanted;
  return {
    name,
    namespace,
    chart,
    values,
    wait: waitsOf(acting.object.spec),
    ...timeoutOf(acting),
  };
}

/** `spec.timeout` in milliseconds. */
export function timeoutOf({ object }: Acting): { timeoutMs: number } {
  return { timeoutMs: (object.spec.timeout ?? defaultTimeoutSeconds) * 1000 };
}

function setPhase(
  acting: Acting,
  phase: HelmReleasePhase,
  more: Partial<HelmReleaseStatus> = {},
): Promise<void> {
  return writeStatus(acting.cluster, acting.object, more, { phase, now: acting.run.clock.now() });
}

/** The generation that was worked on counts as seen, however it went. */
function observed({ cluster, object }: Acting): Promise<void> {
  const { generation = 0 } = object.metadata;
  return writeStatus(cluster, object, (status) => ({
    observedGeneration: Math.max(status.observedGeneration ?? 0, generation),
  }));
}

/** Tells the other features what became of the release. */
export function publish(
  { bus, object }: Acting,
  news: Pick<Events['release.done'], 'action' | 'revision'> & { error?: string },
): void {
  bus.publish('release.done', {
    namespace: targetNamespaceOf(object),
    name: releaseNameOf(object),
    ...news,
  });
}

function prefixed(what: string, thrown: unknown): unknown {
  if (!(thrown instanceof KnownError)) return thrown;
  return new KnownError(thrown.code, `${what}: ${thrown.message}`, {
    cause: thrown,
    retry: thrown.retry,
  });
}
