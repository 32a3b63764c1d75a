import { keyText, KnownError, type Kind } from '../../../base/index.ts';
import { kinds } from '../../../lib/kube/index.ts';
import { controlledBy } from '../claim.ts';
import { keyFromText } from '../key-text.ts';
import { createLoop, type Loop } from '../loop.ts';
import { teller, type LoopPorts, type Tell } from '../loop-ports.ts';
import type { Job } from '../job/job-object.ts';
import { shapes } from '../objects.ts';
import { writeStatus } from '../status-write.ts';
import { createStore, type Store } from '../store.ts';
import { decideCronJob, type CronJob } from './decide-cron-job.ts';

/** Long timers are cut into pieces: clocks are set, and machines sleep. */
const maxWaitMs = 600_000;

/** CronJobs: a Job for each time of the schedule. */
export function startCronJobLoop(ports: LoopPorts): Loop {
  const crons = createStore(ports.cluster, ports.served(kinds.CronJob as Kind<CronJob>), ports);
  const tell = teller(ports, 'cronjob-controller');
  const loop = createLoop({
    ...ports,
    name: 'cronjob',
    reconcile: (key) => reconcile(ports, crons, key, tell),
  });
  crons.onChange((cron) => loop.enqueue(keyText(cron.metadata)));
  ports.stores.jobs.onChange((job) => {
    const owner = job.metadata.ownerReferences?.find((each) => each.controller === true);
    if (owner?.kind === 'CronJob')
      loop.enqueue(keyText({ namespace: job.metadata.namespace ?? '', name: owner.name }));
  });
  return loop;
}

async function reconcile(
  ports: LoopPorts,
  crons: Store<CronJob>,
  key: string,
  tell: Tell,
): Promise<number | undefined> {
  const { cluster, stores, clock } = ports;
  const cron = crons.get(keyFromText(key));
  if (cron === undefined) return undefined;
  await stores.jobs.ready;
  const { uid = '', namespace } = cron.metadata;
  const plan = decideCronJob(cron, stores.jobs.ownedBy(uid, namespace), clock.now());
  for (const { type, reason, message } of plan.news) tell(cron, type, reason, message);
  for (const job of [...plan.replace, ...plan.drop]) await remove(ports, cron, job, tell);
  if (plan.start !== undefined) await start(ports, cron, plan.start, tell);
  await writeStatus(cluster, crons, cron, plan.status);
  return plan.recheckMs === undefined ? undefined : Math.min(plan.recheckMs, maxWaitMs);
}

/** The job's name tells its minute, so that one time never makes two jobs. */
async function start(ports: LoopPorts, cron: CronJob, at: Date, tell: Tell): Promise<void> {
  const { cluster, stores } = ports;
  const { metadata = {}, spec } = cron.spec.jobTemplate;
  const name = `${cron.metadata.name}-${Math.floor(at.getTime() / 60_000)}`;
  const annotations = {
    ...metadata.annotations,
    'batch.kubernetes.io/cronjob-scheduled-timestamp': at.toISOString().replace('.000Z', 'Z'),
  };
  const job: Job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace: cron.metadata.namespace ?? '',
      annotations,
      ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
      ownerReferences: [controlledBy(cron)],
    },
    spec,
  };
  try {
    stores.jobs.wrote(await cluster.create(shapes.Job, job));
    tell(cron, 'Normal', 'SuccessfulCreate', `Created job ${name}`);
  } catch (thrown) {
    if (thrown instanceof KnownError && thrown.code === 'exists') return;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    tell(cron, 'Warning', 'FailedCreate', `Error creating job: ${message}`);
    throw thrown;
  }
}

async function remove(ports: LoopPorts, cron: CronJob, job: Job, tell: Tell): Promise<void> {
  const { uid } = job.metadata;
  const preconditions = uid === undefined ? {} : { uid };
  try {
    await ports.cluster.delete(shapes.Job, job.metadata, {
      propagation: 'Background',
      preconditions,
    });
  } catch (thrown) {
    if (thrown instanceof KnownError && thrown.code === 'not-found') return;
    throw thrown;
  }
  ports.stores.jobs.deleted(job, false);
  tell(cron, 'Normal', 'SuccessfulDelete', `Deleted job ${job.metadata.name}`);
}
