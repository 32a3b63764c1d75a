import { keyText } from '../../../base/index.ts';
import { matchesSelector } from '../../../lib/kube/index.ts';
import { keyFromText } from '../key-text.ts';
import { createLoop, type Loop } from '../loop.ts';
import { teller, type LoopPorts, type Tell } from '../loop-ports.ts';
import { shapes, type Job, type Pod } from '../objects.ts';
import { createPods, deletePod, podFromTemplate } from '../pod-maker.ts';
import { writeStatus } from '../status-write.ts';
import { controllerUid } from '../store.ts';
import { decideJob } from './decide-job.ts';

/** Jobs: pods until enough have succeeded, too many have failed, or the time is over. */
export function startJobLoop(ports: LoopPorts): Loop {
  const { jobs, pods } = ports.stores;
  const tell = teller(ports, 'job-controller');
  const loop = createLoop({
    ...ports,
    name: 'job',
    reconcile: (key) => reconcile(ports, key, tell),
  });
  jobs.onChange((job) => loop.enqueue(keyText(job.metadata)));
  pods.onChange((pod) => {
    const owner = pod.metadata.ownerReferences?.find((each) => each.controller === true);
    if (owner?.kind === 'Job')
      loop.enqueue(keyText({ namespace: pod.metadata.namespace ?? '', name: owner.name }));
  });
  return loop;
}

async function reconcile(ports: LoopPorts, key: string, tell: Tell): Promise<number | undefined> {
  const { cluster, stores, clock } = ports;
  const job = stores.jobs.get(keyFromText(key));
  if (job === undefined) return undefined;
  const plan = decideJob(job, podsOf(ports, job), clock.now());
  if (plan.expired) {
    const { uid } = job.metadata;
    await cluster.delete(shapes.Job, job.metadata, {
      propagation: 'Background',
      preconditions: uid === undefined ? {} : { uid },
    });
    return undefined;
  }
  const fresh = Array.from({ length: plan.create }, () => jobPod(job));
  await createPods(ports, job, fresh, tell);
  for (const pod of plan.remove) await deletePod(ports, job, pod, tell);
  await writeStatus(cluster, stores.jobs, job, plan.status);
  for (const { type, reason, message } of plan.news) tell(job, type, reason, message);
  return plan.recheckMs;
}

function podsOf({ stores }: LoopPorts, job: Job): Pod[] {
  const { uid = '' } = job.metadata;
  return stores.pods
    .list(job.metadata.namespace)
    .filter((pod) => controllerUid(pod) === uid)
    .filter(
      (pod) =>
        job.spec.selector === undefined || matchesSelector(job.spec.selector, pod.metadata.labels),
    );
}

function jobPod(job: Job): Pod {
  return podFromTemplate(job, job.spec.template);
}
