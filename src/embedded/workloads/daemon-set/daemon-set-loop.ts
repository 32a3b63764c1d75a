import { keyText } from '../../../base/index.ts';
import { claim } from '../claim.ts';
import { keyFromText } from '../key-text.ts';
import { createLoop, type Loop } from '../loop.ts';
import { teller, type LoopPorts, type Tell } from '../loop-ports.ts';
import type { DaemonSet, Pod } from '../objects.ts';
import { createPods, deletePod, podFromTemplate } from '../pod-maker.ts';
import {
  dropOldRevisions,
  presentRevision,
  revisionLabel,
  usedBy,
} from '../revision/controller-revision.ts';
import { nextAvailableMs } from '../pod-state.ts';
import { writeStatus } from '../status-write.ts';
import {
  daemonSetStatus,
  daemonTolerations,
  decideDaemonSet,
  wantsNode,
} from './decide-daemon-set.ts';

/** Daemon sets: one pod on the node, when the node is wanted. */
export function startDaemonSetLoop(ports: LoopPorts, nodeName: string): Loop {
  const { daemonSets, pods, nodes } = ports.stores;
  const tell = teller(ports, 'daemonset-controller');
  const loop = createLoop({
    ...ports,
    name: 'daemonset',
    reconcile: (key) => reconcile(ports, key, nodeName, tell),
  });
  daemonSets.onChange((set) => loop.enqueue(keyText(set.metadata)));
  nodes.onChange(() => {
    for (const set of daemonSets.list()) loop.enqueue(keyText(set.metadata));
  });
  pods.onChange((pod) => {
    const owner = pod.metadata.ownerReferences?.find((each) => each.controller === true);
    if (owner?.kind === 'DaemonSet')
      loop.enqueue(keyText({ namespace: pod.metadata.namespace ?? '', name: owner.name }));
  });
  return loop;
}

async function reconcile(
  ports: LoopPorts,
  key: string,
  nodeName: string,
  tell: Tell,
): Promise<number | undefined> {
  const { cluster, stores, clock } = ports;
  const set = stores.daemonSets.get(keyFromText(key));
  if (set === undefined || set.metadata.deletionTimestamp !== undefined) return undefined;
  const { name } = (await presentRevision(ports, set)).metadata;
  const hash = name.slice(set.metadata.name.length + 1);
  const fresh = daemonPod(set, hash);
  const wanted = wantsNode(set, fresh, stores.nodes.get({ name: nodeName }));
  const how = { wanted, revision: hash, now: clock.now() };
  const pods = await claim(cluster, stores.pods, set, set.spec.selector);
  const plan = decideDaemonSet(set, pods, how);
  if (plan.create > 0) await createPods(ports, set, [fresh], tell);
  for (const pod of plan.remove) {
    tellOfEnd(set, pod, nodeName, tell);
    await deletePod(ports, set, pod, tell);
  }
  const after = await claim(cluster, stores.pods, set, set.spec.selector);
  await writeStatus(cluster, stores.daemonSets, set, daemonSetStatus(set, after, how));
  const names = [hash, ...usedBy(after)].map((each) => `${set.metadata.name}-${each}`);
  await dropOldRevisions(ports, set, new Set(names));
  return nextAvailableMs(after, set.spec.minReadySeconds ?? 0, clock.now());
}

/** A daemon is not meant to end: that it did is worth an event. */
function tellOfEnd(set: DaemonSet, { metadata, status }: Pod, nodeName: string, tell: Tell): void {
  const where = `${metadata.namespace}/${metadata.name} on node ${nodeName}`;
  if (status?.phase === 'Failed')
    tell(
      set,
      'Warning',
      'FailedDaemonPod',
      `Found failed daemon pod ${where}, will try to kill it`,
    );
  if (status?.phase === 'Succeeded')
    tell(
      set,
      'Normal',
      'SucceededDaemonPod',
      `Found succeeded daemon pod ${where}, will try to delete it`,
    );
}

/** A pod of the set, which bears what ordinary pods do not. */
export function daemonPod(set: DaemonSet, hash: string): Pod {
  const pod = podFromTemplate(set, set.spec.template);
  const labels = {
    ...pod.metadata.labels,
    [revisionLabel]: hash,
    'pod-template-generation': String(set.metadata.generation ?? 1),
  };
  const tolerations = [...(pod.spec.tolerations ?? []), ...daemonTolerations];
  return {
    ...pod,
    metadata: { ...pod.metadata, labels },
    spec: { ...pod.spec, tolerations },
  };
}
