import { KnownError, keyText } from '../../../base/index.ts';
import { withCondition } from '../conditions.ts';
import { keyFromText } from '../key-text.ts';
import { createLoop, type Loop } from '../loop.ts';
import { teller, type LoopPorts } from '../loop-ports.ts';
import type { Pod } from '../objects.ts';
import { writeStatus } from '../status-write.ts';
import { timeText } from '../time.ts';
import { decideSchedule, isToPlace } from './decide-schedule.ts';

/** Binds pods to the one node; a pod that does not fit says why, and is looked at again when room appears. */
export function startSchedulerLoop(ports: LoopPorts, nodeName: string): Loop {
  const { pods, nodes } = ports.stores;
  const tell = teller(ports, 'default-scheduler');
  const unplaced = (): void => {
    for (const pod of pods.list()) if (isToPlace(pod)) loop.enqueue(keyText(pod.metadata));
  };
  const loop: Loop = createLoop({
    ...ports,
    name: 'scheduler',
    workers: 8,
    reconcile: async (key) => {
      const pod = pods.get(keyFromText(key));
      if (pod === undefined || !isToPlace(pod)) return undefined;
      const here = pods.list().filter((each) => each.spec.nodeName === nodeName);
      const refusal = decideSchedule(pod, nodes.get({ name: nodeName }), here);
      if (refusal === undefined) {
        await bind(ports, pod, nodeName);
        const { name, namespace = '' } = pod.metadata;
        const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`;
        tell(pod, 'Normal', 'Scheduled', message);
        return undefined;
      }
      const told = pod.status?.conditions?.find((each) => each.type === 'PodScheduled');
      if (told?.message === refusal) return undefined;
      await refuse(ports, pod, refusal);
      tell(pod, 'Warning', 'FailedScheduling', refusal);
      return undefined;
    },
  });
  pods.onChange((pod, _before, gone) => {
    if (isToPlace(pod) && !gone) loop.enqueue(keyText(pod.metadata));
    const leftRoom = gone || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    if (leftRoom && pod.spec.nodeName !== undefined) unplaced();
  });
  nodes.onChange(unplaced);
  return loop;
}

async function bind({ cluster, stores }: LoopPorts, pod: Pod, nodeName: string): Promise<void> {
  const { name, namespace = '', uid } = pod.metadata;
  const answer = await cluster.raw(`/api/v1/namespaces/${namespace}/pods/${name}/binding`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, namespace, uid },
      target: { apiVersion: 'v1', kind: 'Node', name: nodeName },
    }),
  });
  const text = await answer.text();
  if (answer.ok) {
    stores.pods.wrote({ ...pod, spec: { ...pod.spec, nodeName } });
    return;
  }
  // Gone, or bound by another: the watch will tell, and there is nothing left to do here.
  if (answer.status === 404 || answer.status === 409) return;
  throw new KnownError(
    'failed',
    `pod ${namespace}/${name} could not be bound to the node: ${text}`,
  );
}

async function refuse(
  { cluster, stores, clock }: LoopPorts,
  pod: Pod,
  message: string,
): Promise<void> {
  const others = (pod.status?.conditions ?? []).filter((each) => each.type !== 'PodScheduled');
  const fresh = withCondition(
    [],
    { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message },
    timeText(clock.now()),
  ).map(({ lastUpdateTime: _unused, ...condition }) => condition);
  await writeStatus(cluster, stores.pods, pod, {
    ...pod.status,
    conditions: [...others, ...fresh],
  });
}
