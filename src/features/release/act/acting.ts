import { KnownError } from '../../../base/index.ts';
import type { Bus, Run } from '../../../base/index.ts';
import type { Events } from '../../../api/events/index.ts';
import {
  originOf,
  releaseNameOf,
  targetNamespaceOf,
  waitsOf,
} from '../../../api/helm-release/index.ts';
import type {
  HelmRelease,
  HelmReleasePhase,
  HelmReleaseStatus,
} from '../../../api/helm-release/index.ts';
import { createSecretStore } from '../../../lib/helm/index.ts';
import type { ActionPorts, InstallOptions, ReleaseStore } from '../../../lib/helm/index.ts';
import { recordEvent } from '../../../lib/kube/index.ts';
import type { Cluster, EventToRecord } from '../../../lib/kube/index.ts';
import type { FunctionPorts } from '../../../lib/gotemplate/index.ts';
import type { Attempts } from '../attempts.ts';
import type { Repairs } from '../drift/repairs.ts';
import type { ReleaseAction, ReleaseMetrics } from '../operator/metrics.ts';
import type { Statuses } from '../statuses.ts';
import type { WantedRelease } from '../wanted.ts';

/** What acting may use. */
export interface ActPorts {
  readonly cluster: Cluster;
  readonly bus: Bus<Events>;
  readonly render: FunctionPorts;
  readonly attempts: Attempts;
  readonly statuses: Statuses;
  readonly metrics: ReleaseMetrics;
  readonly repairs: Repairs;
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

export const defaultTimeoutSeconds: number = 300;
export const defaultMaxHistory: number = 10;
/** Upgrades that are tried again after a rollback, when retrying is asked for without a number. */
export const defaultMaxRetries: number = 5;

/** Where the release's revisions are. */
export function storeOf({ object, helm }: Acting): ReleaseStore {
  return createSecretStore({ ...helm, namespace: targetNamespaceOf(object) });
}

/** Enters a phase; `because` ends the message of its conditions. */
export function setPhase(
  { statuses, object, run }: Acting,
  phase: HelmReleasePhase,
  more: Partial<HelmReleaseStatus> = {},
  because?: string,
): Promise<void> {
  const now = run.clock.now();
  return statuses.write(object, more, {
    phase,
    now,
    ...(because === undefined ? {} : { because }),
  });
}

/** The generation that was worked on counts as seen, however it went. */
export function observed({ statuses, object }: Acting): Promise<void> {
  const { generation = 0 } = object.metadata;
  return statuses.write(object, (status) => ({
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

/** The object as events are to name it: under the kind that is in the cluster. */
export function aboutOf(object: HelmRelease): HelmRelease {
  const { apiVersion, kind } = originOf(object);
  return { ...object, apiVersion, kind };
}

/** Records an event about the HelmRelease. */
export function tell(
  { cluster, object, run }: Acting,
  event: Pick<EventToRecord, 'type' | 'reason' | 'message'>,
): Promise<void> {
  return recordEvent(cluster, { ...event, about: aboutOf(object), source: 'helm-operator' }, run);
}

/** Measures an action of one release. */
export function timed<T>(
  { metrics, object, run }: Acting,
  action: ReleaseAction,
  work: () => Promise<T>,
): Promise<T> {
  return metrics.time(run.clock, { action, object }, work);
}

/** `spec.timeout` in milliseconds. */
export function timeoutOf({ object }: Acting): { timeoutMs: number } {
  return { timeoutMs: (object.spec.timeout ?? defaultTimeoutSeconds) * 1000 };
}

/** What install and upgrade are told alike. */
export function deployOptions(acting: Acting, wanted: WantedRelease): InstallOptions {
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

/** A foreseen failure with words before it and without secrets; anything else as it is. */
export function told(
  what: string,
  thrown: unknown,
  { mask }: Pick<WantedRelease, 'mask'>,
): unknown {
  if (!(thrown instanceof KnownError)) return thrown;
  return new KnownError(thrown.code, mask(`${what}: ${thrown.message}`), { retry: thrown.retry });
}
