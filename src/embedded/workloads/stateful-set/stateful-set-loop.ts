import { keyText } from '../../../base/index.ts';
import { claim } from '../claim.ts';
import { keyFromText } from '../key-text.ts';
import { createLoop, type Loop } from '../loop.ts';
import { teller, type LoopPorts, type Tell } from '../loop-ports.ts';
import type { Pod, PodTemplate, StatefulSet } from '../objects.ts';
import { createPods, deletePod, podFromTemplate } from '../pod-maker.ts';
import {
  dropOldRevisions,
  presentRevision,
  revisionLabel,
  revisionsOf,
  templateOf,
  usedBy,
} from '../revision/controller-revision.ts';
import { nextAvailableMs } from '../pod-state.ts';
import { writeStatus } from '../status-write.ts';
import { createClaims, ownClaims } from './claims.ts';
import { decideStatefulSet, statefulSetStatus, type Revisions } from './decide-stateful-set.ts';

/** Stateful sets: pods with lasting names and claims, one after the other, updated from the last to the first. */
export function startStatefulSetLoop(ports: LoopPorts): Loop {
  const { statefulSets, pods } = ports.stores;
  const tell = teller(ports, 'statefulset-controller');
  const loop = createLoop({
    ...ports,
    name: 'statefulset',
    reconcile: (key) => reconcile(ports, key, tell),
  });
  statefulSets.onChange((set) => loop.enqueue(keyText(set.metadata)));
  pods.onChange((pod) => {
    const owner = pod.metadata.ownerReferences?.find((each) => each.controller === true);
    if (owner?.kind === 'StatefulSet')
      loop.enqueue(keyText({ namespace: pod.metadata.namespace ?? '', name: owner.name }));
  });
  return loop;
}

async function reconcile(ports: LoopPorts, key: string, tell: Tell): Promise<number | undefined> {
  const { cluster, stores, clock } = ports;
  const set = stores.statefulSets.get(keyFromText(key));
  if (set === undefined || set.metadata.deletionTimestamp !== undefined) return undefined;
  await stores.claims.ready;
  const present = await presentRevision(ports, set);
  const update = present.metadata.name;
  const known = new Map(revisionsOf(ports, set).map((each) => [each.metadata.name, each]));
  const before = set.status?.currentRevision ?? update;
  const revisions: Revisions = { current: known.has(before) ? before : update, update };
  const templateNamed = (name: string): PodTemplate => {
    const revision = known.get(name);
    return (revision && templateOf(revision)) ?? set.spec.template;
  };
  const pods = await claim(cluster, stores.pods, set, set.spec.selector);
  const plan = decideStatefulSet(set, pods, revisions, clock.now());
  await ownClaims(ports, set, pods);
  for (const { ordinal, isOld } of plan.create) {
    const name = isOld ? revisions.current : update;
    await createClaims(ports, set, ordinal);
    await createPods(ports, set, [statefulPod(set, templateNamed(name), ordinal, name)], tell);
  }
  for (const pod of plan.remove) await deletePod(ports, set, pod, tell);
  const after = await claim(cluster, stores.pods, set, set.spec.selector);
  const status = statefulSetStatus(set, after, revisions, clock.now());
  await writeStatus(cluster, stores.statefulSets, set, status);
  await dropOldRevisions(ports, set, new Set([...usedBy(after), revisions.current, update]));
  return nextAvailableMs(after, set.spec.minReadySeconds ?? 0, clock.now());
}

/** The pod of one ordinal, with its lasting name, host name and claims. */
export function statefulPod(
  set: StatefulSet,
  template: PodTemplate,
  ordinal: number,
  revision: string,
): Pod {
  const pod = podFromTemplate(set, template);
  const name = `${set.metadata.name}-${ordinal}`;
  const { generateName: _prefix, ...metadata } = pod.metadata;
  const claims = (set.spec.volumeClaimTemplates ?? []).map(({ metadata: { name: claimed } }) => ({
    name: claimed,
    persistentVolumeClaim: { claimName: `${claimed}-${name}` },
  }));
  const names = new Set(claims.map((each) => each.name));
  const volumes = (pod.spec.volumes ?? []).filter((each) => !names.has(each.name));
  return {
    ...pod,
    metadata: {
      ...metadata,
      name,
      labels: {
        ...metadata.labels,
        [revisionLabel]: revision,
        'statefulset.kubernetes.io/pod-name': name,
        'apps.kubernetes.io/pod-index': String(ordinal),
      },
    },
    spec: {
      ...pod.spec,
      hostname: name,
      ...(set.spec.serviceName ? { subdomain: set.spec.serviceName } : {}),
      ...(claims.length + volumes.length > 0 ? { volumes: [...volumes, ...claims] } : {}),
    },
  };
}
