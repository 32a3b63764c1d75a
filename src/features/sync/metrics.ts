import { Gauge, Histogram, Registry } from 'prom-client';

/** What is measured of the sync, under fluxd's names. */
export interface SyncMetrics {
  /** A pass ended. As in fluxd it is a success even when single objects failed. */
  synced(pass: { readonly success: boolean; readonly seconds: number }): void;
  /** How many objects the last pass of a repository wrote well, and how many not. */
  manifests(repository: string, counts: { readonly good: number; readonly bad: number }): void;
  gitReady(repository: string, isReady: boolean): void;
  jobEnded(job: { readonly success: boolean; readonly seconds: number }): void;
  /** Prometheus' text form. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Metrics of one process; several repositories are added up, and ready is when all of them are. */
export function createSyncMetrics(
  repositories: readonly string[],
  registry: Registry = new Registry(),
): SyncMetrics {
  const registers = [registry];
  const passes = new Histogram({
    name: 'flux_daemon_sync_duration_seconds',
    help: 'Duration of git-to-cluster synchronisation, in seconds.',
    labelNames: ['success'],
    buckets: [0.5, 5, 10, 20, 30, 40, 50, 60, 75, 90, 120, 240],
    registers,
  });
  const manifests = new Gauge({
    name: 'flux_daemon_sync_manifests',
    help: 'Number of synchronized manifests',
    labelNames: ['success'],
    registers,
  });
  const jobs = new Histogram({
    name: 'flux_daemon_job_duration_seconds',
    help: 'Duration of job execution, in seconds.',
    labelNames: ['success'],
    buckets: [0.1, 0.5, 1, 2, 5, 10, 15, 20, 30, 45, 60, 120],
    registers,
  });
  const ready = new Gauge({
    name: 'flux_git_ready',
    help: 'Status of the git repository.',
    registers,
  });
  const counts = new Map<string, { readonly good: number; readonly bad: number }>();
  const isReady = new Map(repositories.map((name) => [name, false]));
  const sum = (field: 'good' | 'bad'): number =>
    [...counts.values()].reduce((total, each) => total + each[field], 0);
  return {
    synced: ({ success, seconds }) => passes.observe({ success: String(success) }, seconds),
    manifests(repository, count) {
      counts.set(repository, count);
      manifests.set({ success: 'true' }, sum('good'));
      manifests.set({ success: 'false' }, sum('bad'));
    },
    gitReady(repository, value) {
      isReady.set(repository, value);
      ready.set([...isReady.values()].every(Boolean) ? 1 : 0);
    },
    jobEnded: ({ success, seconds }) => jobs.observe({ success: String(success) }, seconds),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
