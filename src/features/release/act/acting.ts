import { KnownError } from '../../../base/index.ts';
import type { Bus, Run } from '../../../base/index.ts';
import type { Events } from '../../../api/events/index.ts';
import {
  antecedentAnnotationOf,
  originOf,
  releaseNameOf,
  resourceIdOf,
  targetNamespaceOf,
  waitsOf,
} from '../../../api/helm-release/index.ts';
import type {
  HelmRelease,
  HelmReleasePhase,
  HelmReleaseStatus,
} from '../../../api/helm-release/index.ts';
import { createReleaseStore } from '../../../lib/helm/index.ts';
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
  return createReleaseStore({ ...helm, namespace: targetNamespaceOf(object) });
}

/** Enters a phase, or several that follow at once; `because` ends the message of the last one's conditions. */
export function setPhase(
  { statuses, object, run }: Acting,
  phase: HelmReleasePhase | readonly HelmReleasePhase[],
  more: Partial<HelmReleaseStatus> = {},
  because?: string,
): Promise<void> {
  const now = run.clock.now();
  return statuses.write(object, more, {
    phases: typeof phase === 'string' ? [phase] : phase,
    now,
    ...(because === undefined ? {} : { because }),
  });
}

/** The generation that was worked on counts as seen, however it went. */
export function observed({ statuses, object }: Acting): Promise<void> {
  return statuses.write(object, observedFields(object));
}

/** That the generation was worked on, as a part of a status. */
export function observedFields({ metadata, status }: HelmRelease): HelmReleaseStatus {
  const { generation = 0 } = metadata;
  return { observedGeneration: Math.max(status?.observedGeneration ?? 0, generation) };
}

/** Phases of an attempt that begins: a chart of another revision than the last one's was fetched for it. */
export function beginning(
  { object }: Acting,
  phase: 'Installing' | 'Upgrading',
  { revision }: WantedRelease,
): readonly HelmReleasePhase[] {
  const isChanged = object.status?.lastAttemptedRevision !== revision;
  return isChanged ? ['ChartFetched', phase] : [phase];
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

/** What every object of the release bears, besides Helm's own annotations: whose it is. */
export function marksOf(object: HelmRelease): Readonly<Record<string, string>> {
  return { [antecedentAnnotationOf(object)]: resourceIdOf(object) };
}

/** What install and upgrade are told alike. */
export function deployOptions(acting: Acting, wanted: WantedRelease): InstallOptions {
  const { name, namespace, chart, values } = wanted;
  const { spec } = acting.object;
  const skipsValidation = spec.disableOpenAPIValidation === true;
  return {
    name,
    namespace,
    chart,
    values,
    marks: marksOf(acting.object),
    wait: waitsOf(spec),
    clearsFailed: true,
    disableOpenApiValidation: skipsValidation,
    refuseUnknownFields: !skipsValidation,
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
