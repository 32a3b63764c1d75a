import { keyText } from '../../../base/index.ts';
import { claim } from '../claim.ts';
import { keyFromText } from '../key-text.ts';
import { createLoop, type Loop } from '../loop.ts';
import { teller, type LoopPorts, type Tell } from '../loop-ports.ts';
import { shapes } from '../objects.ts';
import { createPods, deletePod } from '../pod-maker.ts';
import { writeStatus } from '../status-write.ts';
import { decideJob } from './decide-job.ts';
import { jobPod } from './job-pod.ts';

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
  pods.onChange((pod, before) => {
    const namespace = pod.metadata.namespace ?? '';
    for (const each of [pod, before]) {
      const owner = each?.metadata.ownerReferences?.find((ref) => ref.controller === true);
      if (owner?.kind === 'Job') loop.enqueue(keyText({ namespace, name: owner.name }));
      else if (each !== undefined && owner === undefined)
        for (const job of jobs.list(namespace)) loop.enqueue(keyText(job.metadata));
    }
  });
  return loop;
}

async function reconcile(ports: LoopPorts, key: string, tell: Tell): Promise<number | undefined> {
  const { cluster, stores, clock } = ports;
  const job = stores.jobs.get(keyFromText(key));
  if (job === undefined) return undefined;
  const pods = await claim(cluster, stores.pods, job, job.spec.selector);
  const plan = decideJob(job, pods, clock.now());
  if (plan.expired) {
    const { uid } = job.metadata;
    await cluster.delete(shapes.Job, job.metadata, {
      propagation: 'Background',
      preconditions: uid === undefined ? {} : { uid },
    });
    return undefined;
  }
  const fresh = plan.create.map((wanted) => jobPod(job, wanted));
  await createPods(ports, job, fresh, tell);
  for (const pod of plan.remove) await deletePod(ports, job, pod, tell);
  await writeStatus(cluster, stores.jobs, job, plan.status);
  for (const { type, reason, message } of plan.news) tell(job, type, reason, message);
  return plan.recheckMs;
}
