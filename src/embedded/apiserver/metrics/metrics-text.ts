import { kubernetesVersion } from '../discovery/version.ts';
import type { ServerState } from '../server-state.ts';
import { head, labelText, line } from './series.ts';

/** Everything at `/metrics`, in Prometheus' text form. */
export function metricsText(state: ServerState): string {
  return state.metrics.text() + storageText(state) + processText(state);
}

function storageText({ resources, store }: ServerState): string {
  const name = 'apiserver_storage_objects';
  const served = resources
    .groups()
    .flatMap(({ versions }) => versions.flatMap((version) => version.resources))
    .filter(({ virtual }) => !virtual);
  const counts = new Map(
    served.map(({ plural, group, keyPrefix }) => [
      group === '' ? plural : `${plural}.${group}`,
      store.count(keyPrefix),
    ]),
  );
  const lines = [...counts].map(([resource, count]) => line(name, labelText({ resource }), count));
  return (
    head(name, 'gauge', 'Number of stored objects at the time of last check split by kind.') +
    lines.join('')
  );
}

function processText({ profile, clock }: ServerState): string {
  const { user, system } = process.cpuUsage();
  const started = clock.now().getTime() / 1000 - process.uptime();
  const gauge = (name: string, help: string, value: number): string =>
    head(name, 'gauge', help) + line(name, '', value);
  const gitVersion = `${kubernetesVersion(profile)}+trice`;
  return (
    head(
      'process_cpu_seconds_total',
      'counter',
      'Total user and system CPU time spent in seconds.',
    ) +
    line('process_cpu_seconds_total', '', (user + system) / 1e6) +
    gauge(
      'process_resident_memory_bytes',
      'Resident memory size in bytes.',
      process.memoryUsage.rss(),
    ) +
    gauge(
      'process_start_time_seconds',
      'Start time of the process since unix epoch in seconds.',
      started,
    ) +
    head(
      'kubernetes_build_info',
      'gauge',
      'A metric with a constant value of 1, labeled by version.',
    ) +
    line('kubernetes_build_info', labelText({ git_version: gitVersion }), 1)
  );
}
