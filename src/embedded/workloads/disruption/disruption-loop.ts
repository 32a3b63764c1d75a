import { keyText, type Kind } from '../../../base/index.ts';
import { matchesSelector } from '../../../lib/kube/index.ts';
import { keyFromText } from '../key-text.ts';
import { createLoop, type Loop } from '../loop.ts';
import type { LoopPorts } from '../loop-ports.ts';
import type { Pod, ReplicaSet, StatefulSet } from '../objects.ts';
import { writeStatus } from '../status-write.ts';
import { controllerUid, createStore } from '../store.ts';
import { decideDisruption, type DisruptionBudget } from './decide-disruption.ts';

const budgetKind = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  namespaced: true,
} as const;

/** Disruption budgets: keeps their status, by which evictions are allowed or refused. */
export function startDisruptionLoop(ports: LoopPorts): Loop {
  const { cluster, stores, clock } = ports;
  const budgets = createStore(cluster, ports.served(budgetKind as Kind<DisruptionBudget>), ports);
  const loop = createLoop({
    ...ports,
    name: 'disruption',
    reconcile: async (key) => {
      const budget = budgets.get(keyFromText(key));
      if (budget === undefined) return undefined;
      await Promise.all([stores.pods.ready, stores.replicaSets.ready, stores.statefulSets.ready]);
      const pods = stores.pods
        .list(budget.metadata.namespace)
        .filter((pod) => matchesSelector(budget.spec.selector, pod.metadata.labels));
      const scale = scaleOf(ports, pods, budget.metadata.namespace);
      const status = decideDisruption(budget, pods, scale, clock.now());
      const { disruptedPods } = budget.status ?? {};
      await writeStatus(cluster, budgets, budget, {
        ...status,
        ...(disruptedPods === undefined ? {} : { disruptedPods }),
      });
      return undefined;
    },
  });
  const all = (namespace: string | undefined): void => {
    for (const budget of budgets.list(namespace)) loop.enqueue(keyText(budget.metadata));
  };
  budgets.onChange((budget) => loop.enqueue(keyText(budget.metadata)));
  stores.pods.onChange((pod) => all(pod.metadata.namespace));
  stores.replicaSets.onChange((set) => all(set.metadata.namespace));
  stores.controllers.onChange((set) => all(set.metadata.namespace));
  stores.statefulSets.onChange((set) => all(set.metadata.namespace));
  return loop;
}

/** What the owners of the pods want together; a pod without a known owner counts for itself. */
function scaleOf(
  { stores }: LoopPorts,
  pods: readonly Pod[],
  namespace: string | undefined,
): number {
  const wanted = new Map<string, number>();
  const { replicaSets, controllers, statefulSets } = stores;
  for (const set of [replicaSets, controllers, statefulSets].flatMap<ReplicaSet | StatefulSet>(
    (each) => each.list(namespace),
  ))
    wanted.set(set.metadata.uid ?? '', set.spec.replicas ?? 1);
  const owners = new Set(pods.map((pod) => controllerUid(pod) ?? ''));
  const alone = pods.filter((pod) => !wanted.has(controllerUid(pod) ?? '')).length;
  return [...owners].reduce((sum, uid) => sum + (wanted.get(uid) ?? 0), alone);
}
