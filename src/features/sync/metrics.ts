import { Gauge, Histogram, Registry } from 'prom-client';
import type { Problem } from './desired.ts';

/** What is measured of the sync, under fluxd's names. */
export interface SyncMetrics {
  /**
   * A pass ended; without a result it failed as a whole. As in fluxd it is a success even when single
   * objects failed.
   */
  passEnded(repository: string, seconds: number, result: PassCounts | undefined): void;
  gitReady(repository: string, isReady: boolean): void;
  /** A job waits, then begins after so long. */
  jobQueued(): void;
  jobStarted(waitedSeconds: number): void;
  jobEnded(job: { readonly success: boolean; readonly seconds: number }): void;
  /** Prometheus' text form. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** How many objects a pass was about, and what went wrong with them. */
export interface PassCounts {
  readonly objects: number;
  readonly problems: readonly Problem[];
}

/** Metrics of one process; several repositories are added up, and ready is when all of them are. */
export function createSyncMetrics(
  repositories: readonly string[],
  registry: Registry = new Registry(),
): SyncMetrics {
  const measured = measuresIn(registry);
  const counts = new Map<string, { readonly good: number; readonly bad: number }>();
  const isReady = new Map(repositories.map((name) => [name, false]));
  const sum = (field: 'good' | 'bad'): number =>
    [...counts.values()].reduce((total, each) => total + each[field], 0);
  return {
    passEnded(repository, seconds, result) {
      measured.passes.observe({ success: String(result !== undefined) }, seconds);
      if (result === undefined) return;
      const bad = result.problems.filter(({ id }) => id !== undefined).length;
      counts.set(repository, { good: Math.max(0, result.objects - bad), bad });
      measured.manifests.set({ success: 'true' }, sum('good'));
      measured.manifests.set({ success: 'false' }, sum('bad'));
    },
    gitReady(repository, value) {
      isReady.set(repository, value);
      measured.ready.set([...isReady.values()].every(Boolean) ? 1 : 0);
    },
    jobQueued: () => measured.queueLength.inc(),
    jobStarted(seconds) {
      measured.queueLength.dec();
      measured.queued.observe(seconds);
    },
    jobEnded: ({ success, seconds }) =>
      measured.jobs.observe({ success: String(success) }, seconds),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

const syncBuckets = [0.5, 5, 10, 20, 30, 40, 50, 60, 75, 90, 120, 240];
const jobBuckets = [0.1, 0.5, 1, 2, 5, 10, 15, 20, 30, 45, 60, 120];

function measuresIn(registry: Registry) {
  const registers = [registry];
  const labelNames = ['success'] as const;
  const passes = new Histogram({
    name: 'flux_daemon_sync_duration_seconds',
    help: 'Duration of git-to-cluster synchronisation, in seconds.',
    labelNames,
    buckets: syncBuckets,
    registers,
  });
  const manifests = new Gauge({
    name: 'flux_daemon_sync_manifests',
    help: 'Number of synchronized manifests',
    labelNames,
    registers,
  });
  const jobs = new Histogram({
    name: 'flux_daemon_job_duration_seconds',
    help: 'Duration of job execution, in seconds.',
    labelNames,
    buckets: jobBuckets,
    registers,
  });
  const queued = new Histogram({
    name: 'flux_daemon_queue_duration_seconds',
    help: 'Duration of time spent in the job queue before execution.',
    buckets: jobBuckets,
    registers,
  });
  const queueLength = new Gauge({
    name: 'flux_daemon_queue_length_count',
    help: 'Count of jobs waiting in the queue to be run.',
    registers,
  });
  const ready = new Gauge({
    name: 'flux_git_ready',
    help: 'Status of the git repository.',
    registers,
  });
  return { passes, manifests, jobs, queued, queueLength, ready };
}
