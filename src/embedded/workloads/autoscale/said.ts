import type { Condition } from '../../../lib/kube/index.ts';
import type { Autoscaler, AutoscalerStatus, Said } from './autoscaler.ts';

/** The status with conditions set in turn; the time of one moves only when its status does. Pure. */
export function withSaid(
  { metadata, status }: Autoscaler,
  all: readonly Said[],
  time: string,
): AutoscalerStatus {
  const before = status?.conditions ?? [];
  let conditions: Condition[] = [...before];
  for (const said of all) {
    const old = before.find(({ type }) => type === said.type);
    const since = old?.status === said.status ? old.lastTransitionTime : undefined;
    const next: Condition = { ...said, lastTransitionTime: since ?? time };
    const isThere = conditions.some(({ type }) => type === said.type);
    conditions = isThere
      ? conditions.map((each) => (each.type === said.type ? next : each))
      : [...conditions, next];
  }
  const { generation } = metadata;
  return {
    desiredReplicas: 0,
    ...status,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    conditions,
  };
}
