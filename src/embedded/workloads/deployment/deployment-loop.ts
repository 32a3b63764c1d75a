import { keyText, KnownError, messageOf } from '../../../base/index.ts';
import { claim, controlledBy } from '../claim.ts';
import { conditionOf } from '../conditions.ts';
import { keyFromText } from '../key-text.ts';
import { createLoop, type Loop } from '../loop.ts';
import { teller, type LoopPorts, type Tell } from '../loop-ports.ts';
import { shapes, type Deployment, type ReplicaSet } from '../objects.ts';
import { isActive } from '../pod-state.ts';
import { writeStatus } from '../status-write.ts';
import { controllerUid } from '../store.ts';
import { sameTemplate, templateHash, templateHashLabel } from '../template-hash.ts';
import { decideDeployment, type DeploymentStep } from './decide-deployment.ts';
import { annotation, annotationsFor, splitReplicaSets } from './revision.ts';
import { roomOf } from './rollout.ts';
import { deadlineInMs, type Progress } from './progress.ts';
import { deploymentStatus } from './status.ts';

/** Steps of one round; a rollout goes on by watch events after that. */
const maxSteps = 20;

/** Deployments: replica sets by revision, rolling or recreated, with status and history. */
export function startDeploymentLoop(ports: LoopPorts): Loop {
  const { deployments, replicaSets, pods } = ports.stores;
  const tell = teller(ports, 'deployment-controller');
  const loop = createLoop({
    ...ports,
    name: 'deployment',
    reconcile: (key) => reconcile(ports, key, tell),
  });
  deployments.onChange((object) => loop.enqueue(keyText(object.metadata)));
  const wakeOwner = (namespace: string | undefined, uid: string | undefined): void => {
    const owner = deployments.list(namespace).find((each) => each.metadata.uid === uid);
    if (owner !== undefined) loop.enqueue(keyText(owner.metadata));
  };
  replicaSets.onChange((set) => {
    const uid = controllerUid(set);
    if (uid !== undefined) wakeOwner(set.metadata.namespace, uid);
    else
      for (const each of deployments.list(set.metadata.namespace))
        loop.enqueue(keyText(each.metadata));
  });
  // Recreate waits until the last old pod is gone; everything else shows in a replica set's status.
  pods.onChange((pod, _before, gone) => {
    if (!gone) return;
    const owner = pod.metadata.ownerReferences?.find((each) => each.kind === 'ReplicaSet');
    const set =
      owner && replicaSets.get({ namespace: pod.metadata.namespace ?? '', name: owner.name });
    if (set) wakeOwner(set.metadata.namespace, controllerUid(set));
  });
  return loop;
}

async function reconcile(ports: LoopPorts, key: string, tell: Tell): Promise<number | undefined> {
  const { cluster, stores, clock } = ports;
  const { progress, failure } = await takeSteps(ports, key, tell);
  const deployment = stores.deployments.get(keyFromText(key));
  if (deployment === undefined) return undefined;
  const { sets } = await look(ports, deployment);
  const split = splitReplicaSets(deployment, sets);
  const found = progress.is === 'none' && split.fresh !== undefined;
  const how: Progress = found ? { is: 'found' } : progress;
  const status = deploymentStatus(deployment, split, how, clock.now());
  await writeStatus(cluster, stores.deployments, deployment, status);
  if (failure !== undefined) throw failure;
  const left = deadlineInMs(deployment, conditionOf(status.conditions, 'Progressing'), clock.now());
  return left === undefined ? undefined : Math.max(left, 0) + 1000;
}

/** Looks, decides and acts until there is nothing to do for now. A conflict is thrown: everything is looked at anew. */
async function takeSteps(
  ports: LoopPorts,
  key: string,
  tell: Tell,
): Promise<{ readonly progress: Progress; readonly failure?: unknown }> {
  let progress: Progress = { is: 'none' };
  try {
    for (let count = 0; count < maxSteps; count += 1) {
      const deployment = ports.stores.deployments.get(keyFromText(key));
      if (deployment === undefined) break;
      const steps = decideDeployment(await look(ports, deployment));
      if (steps.length === 0) break;
      for (const step of steps) await act(ports, deployment, step, tell);
      if (steps.some((step) => step.do === 'create')) progress = { is: 'created' };
    }
    return { progress };
  } catch (failure) {
    if (failure instanceof KnownError && failure.code === 'conflict') throw failure;
    return { progress: { is: 'failed', message: messageOf(failure) }, failure };
  }
}

async function look({ cluster, stores }: LoopPorts, deployment: Deployment) {
  const sets = await claim(cluster, stores.replicaSets, deployment, deployment.spec.selector);
  const uids = new Set(sets.map((each) => each.metadata.uid ?? ''));
  const pods = stores.pods
    .list(deployment.metadata.namespace)
    .filter((pod) => uids.has(controllerUid(pod) ?? ''))
    .filter((pod) => isActive(pod) || pod.metadata.deletionTimestamp !== undefined);
  return { deployment, sets, pods };
}

async function act(
  ports: LoopPorts,
  deployment: Deployment,
  step: DeploymentStep,
  tell: Tell,
): Promise<void> {
  const { cluster, stores } = ports;
  switch (step.do) {
    case 'create': {
      const made = await createSet(ports, deployment, step);
      tell(deployment, 'Normal', 'ScalingReplicaSet', scaled(made.metadata.name, 0, step.replicas));
      return;
    }
    case 'change': {
      const { set, replicas, annotations } = step;
      const patch = {
        metadata: { uid: set.metadata.uid, ...(annotations === undefined ? {} : { annotations }) },
        ...(replicas === undefined ? {} : { spec: { replicas } }),
      };
      const how = { type: 'merge' } as const;
      stores.replicaSets.wrote(await cluster.patch(shapes.ReplicaSet, set.metadata, patch, how));
      if (replicas === undefined) return;
      const message = scaled(set.metadata.name, set.spec.replicas ?? 0, replicas);
      tell(deployment, 'Normal', 'ScalingReplicaSet', message);
      return;
    }
    case 'mark': {
      const annotations = { [annotation.revision]: String(step.revision) };
      const patch = { metadata: { uid: deployment.metadata.uid, annotations } };
      stores.deployments.wrote(
        await cluster.patch(shapes.Deployment, deployment.metadata, patch, { type: 'merge' }),
      );
      return;
    }
    case 'remove': {
      const { uid } = step.set.metadata;
      const preconditions = uid === undefined ? {} : { uid };
      await cluster.delete(shapes.ReplicaSet, step.set.metadata, { preconditions });
      stores.replicaSets.deleted(step.set, false);
    }
  }
}

function scaled(name: string, from: number, to: number): string {
  return `Scaled ${to > from ? 'up' : 'down'} replica set ${name} from ${from} to ${to}`;
}

async function createSet(
  { cluster, stores }: LoopPorts,
  deployment: Deployment,
  { replicas, revision }: { readonly replicas: number; readonly revision: number },
): Promise<ReplicaSet> {
  const set = newReplicaSet(deployment, replicas, revision);
  try {
    const made = await cluster.create(shapes.ReplicaSet, set);
    stores.replicaSets.wrote(made);
    return made;
  } catch (thrown) {
    if (!(thrown instanceof KnownError && thrown.code === 'exists')) throw thrown;
    const live = await cluster.get(shapes.ReplicaSet, set.metadata);
    const isOurs = live !== undefined && controllerUid(live) === deployment.metadata.uid;
    if (isOurs && sameTemplate(live.spec.template, deployment.spec.template)) {
      stores.replicaSets.wrote(live);
      return live;
    }
    const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
    const status = { ...deployment.status, collisionCount };
    await writeStatus(cluster, stores.deployments, deployment, status);
    throw new KnownError(
      'conflict',
      `replica set ${set.metadata.name} is not ours: taking another name`,
    );
  }
}

/** The replica set for the deployment's present template. */
export function newReplicaSet(
  deployment: Deployment,
  replicas: number,
  revision: number,
): ReplicaSet {
  const { name, namespace = '' } = deployment.metadata;
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = templateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [templateHashLabel]: hash };
  const desired = deployment.spec.replicas ?? 1;
  const max = desired + roomOf(deployment).surge;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      annotations: annotationsFor(deployment, {}, { revision, desired, max }),
      ownerReferences: [controlledBy(deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: {
        ...selector,
        matchLabels: { ...selector.matchLabels, [templateHashLabel]: hash },
      },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
