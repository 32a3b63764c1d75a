import type { JsonRecord } from '../../../base/index.ts';
import type { Deployment, ReplicaSet } from '../objects.ts';
import { sameTemplate } from '../template-hash.ts';

/** Annotations of the deployment loop; `kubectl rollout` and Helm read them. */
export const annotation = {
  revision: 'deployment.kubernetes.io/revision',
  history: 'deployment.kubernetes.io/revision-history',
  desired: 'deployment.kubernetes.io/desired-replicas',
  max: 'deployment.kubernetes.io/max-replicas',
} as const;

const notCopied = new Set<string>([
  'kubectl.kubernetes.io/last-applied-configuration',
  ...Object.values(annotation),
  'deprecated.deployment.rollback.to',
]);

/** The revision a replica set stands for; 0 when it has none. */
export function revisionOf(object: { metadata: { annotations?: Record<string, string> } }): number {
  return Number(object.metadata.annotations?.[annotation.revision] ?? 0) || 0;
}

/** Oldest first, as Kubernetes orders them by creation. */
export function byAge(left: ReplicaSet, right: ReplicaSet): number {
  const [a, b] = [left, right].map((each) => each.metadata.creationTimestamp ?? '');
  if (a !== b) return (a ?? '') < (b ?? '') ? -1 : 1;
  return left.metadata.name < right.metadata.name ? -1 : 1;
}

/** The replica set that makes the pods the deployment asks for now, and the others. */
export function splitReplicaSets(
  deployment: Deployment,
  all: readonly ReplicaSet[],
): { fresh: ReplicaSet | undefined; old: ReplicaSet[] } {
  const sorted = all.toSorted(byAge);
  const fresh = sorted.find((each) => sameTemplate(each.spec.template, deployment.spec.template));
  return { fresh, old: sorted.filter((each) => each !== fresh) };
}

/** The annotations a replica set takes over from its deployment, with its own revision. */
export function annotationsFor(
  deployment: Deployment,
  before: Readonly<Record<string, string>>,
  numbers: { readonly revision: number; readonly desired: number; readonly max: number },
): Record<string, string> {
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(
    ([key]) => !notCopied.has(key),
  );
  const old = before[annotation.revision];
  const revision = String(numbers.revision);
  const history =
    old !== undefined && old !== revision
      ? [...(before[annotation.history]?.split(',') ?? []), old].join(',')
      : before[annotation.history];
  return {
    ...before,
    ...Object.fromEntries(copied),
    [annotation.revision]: revision,
    [annotation.desired]: String(numbers.desired),
    [annotation.max]: String(numbers.max),
    ...(history === undefined ? {} : { [annotation.history]: history }),
  };
}

/** The merge patch that brings one map to another; undefined when nothing differs. */
export function annotationPatch(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): JsonRecord | undefined {
  const changed = Object.entries(after).filter(([key, value]) => before[key] !== value);
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}
