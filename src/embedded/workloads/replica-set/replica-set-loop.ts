import { keyText, messageOf } from '../../../base/index.ts';
import { claim } from '../claim.ts';
import { keyFromText } from '../key-text.ts';
import { createLoop, type Loop } from '../loop.ts';
import { teller, type LoopPorts, type Tell } from '../loop-ports.ts';
import { createPods, deletePod, podFromTemplate } from '../pod-maker.ts';
import { writeStatus } from '../status-write.ts';
import type { ReplicaSet } from '../objects.ts';
import { controllerUid, type Store } from '../store.ts';
import { decideReplicaSet, replicaSetStatus } from './decide-replica-set.ts';

/** Replica sets: as many pods of a template as asked for. */
export function startReplicaSetLoop(ports: LoopPorts): Loop {
  return startLoop(ports, ports.stores.replicaSets, 'replicaset-controller');
}

/** Replication controllers, which differ from replica sets in name and selector only. */
export function startReplicationControllerLoop(ports: LoopPorts): Loop {
  return startLoop(ports, ports.stores.controllers, 'replication-controller');
}

function startLoop(ports: LoopPorts, sets: Store<ReplicaSet>, name: string): Loop {
  const { pods } = ports.stores;
  const { kind } = sets.kind;
  const tell = teller(ports, name);
  const loop = createLoop({
    ...ports,
    name: kind.toLowerCase(),
    workers: 8,
    reconcile: (key) => reconcile(ports, sets, key, tell),
  });
  sets.onChange((set) => loop.enqueue(keyText(set.metadata)));
  pods.onChange((pod, before) => {
    const namespace = pod.metadata.namespace ?? '';
    for (const each of [pod, before]) {
      const owner = each?.metadata.ownerReferences?.find((ref) => ref.controller === true);
      if (owner?.kind === kind) loop.enqueue(keyText({ namespace, name: owner.name }));
      else if (each !== undefined && owner === undefined)
        for (const set of sets.list(namespace)) loop.enqueue(keyText(set.metadata));
    }
  });
  return loop;
}

async function reconcile(
  ports: LoopPorts,
  sets: Store<ReplicaSet>,
  key: string,
  tell: Tell,
): Promise<number | undefined> {
  const { cluster, stores, clock } = ports;
  const set = sets.get(keyFromText(key));
  if (set === undefined) return undefined;
  const pods = await claim(cluster, stores.pods, set, set.spec.selector);
  const plan = decideReplicaSet(set, pods);
  let failure: unknown;
  try {
    const fresh = Array.from({ length: plan.create }, () =>
      podFromTemplate(set, set.spec.template),
    );
    await createPods(ports, set, fresh, tell);
    for (const pod of plan.remove) await deletePod(ports, set, pod, tell);
  } catch (thrown) {
    failure = thrown;
  }
  const uid = set.metadata.uid ?? '';
  const after = stores.pods
    .list(set.metadata.namespace)
    .filter((each) => controllerUid(each) === uid);
  const message = failure === undefined ? undefined : messageOf(failure);
  const live = sets.get(keyFromText(key)) ?? set;
  const { status, recheckMs } = replicaSetStatus(
    // The generation we acted on is the one observed, even when a newer spec has arrived meanwhile.
    { ...live, metadata: { ...live.metadata, generation: set.metadata.generation ?? 0 } },
    after,
    message,
    clock.now(),
  );
  await writeStatus(cluster, sets, live, status);
  if (failure !== undefined) throw failure;
  return recheckMs;
}
