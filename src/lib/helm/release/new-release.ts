import { clusterCapabilities } from '../render/capabilities.ts';
import { manifestText, renderChart } from '../render/render.ts';
import type { RenderOptions, Rendered } from '../render/render.ts';
import { storedChart } from './codec.ts';
import type { DeployOptions } from './deploy-options.ts';
import type { ActionPorts } from './ports.ts';
import type { Release, StoredHook } from './release.ts';
import { renderWithCluster } from './render-with-cluster.ts';
import { goTime } from './times.ts';

/** Renders with what the cluster is and has. */
export async function render(
  ports: ActionPorts,
  options: DeployOptions,
  release: { name: string; namespace: string; revision: number; isUpgrade?: boolean },
): Promise<Rendered> {
  const capabilities = await clusterCapabilities(ports.cluster);
  const wanted: RenderOptions = {
    chart: options.chart,
    values: options.values ?? {},
    release,
    capabilities,
    ports: ports.render,
    ...(options.skipSchemaValidation === true ? { skipSchemaValidation: true } : {}),
    ...(options.subchartNotes === true ? { subchartNotes: true } : {}),
  };
  return options.withoutLookup === true
    ? renderChart(wanted)
    : renderWithCluster(ports.cluster, wanted);
}

/** The release as it is before anything was done. */
export function newRelease(
  ports: ActionPorts,
  options: DeployOptions & { version: number; rendered: Rendered; firstDeployed?: string },
): Release {
  const now = goTime(ports.clock.now());
  const { rendered, name, namespace, version, values = {} } = options;
  return {
    name,
    info: {
      first_deployed: options.firstDeployed ?? now,
      last_deployed: now,
      deleted: '',
      status: 'unknown',
      ...(rendered.notes === '' ? {} : { notes: rendered.notes }),
    },
    chart: storedChart(rendered.chart),
    config: values,
    manifest: manifestText(rendered),
    hooks: rendered.hooks.map(storedHook),
    version,
    namespace,
    ...(options.labels === undefined ? {} : { labels: options.labels }),
  };
}

function storedHook(hook: Rendered['hooks'][number]): StoredHook {
  return {
    name: hook.name,
    kind: hook.kind,
    path: hook.path,
    manifest: hook.manifest,
    events: [...hook.events],
    last_run: { started_at: '', completed_at: '', phase: '' },
    ...(hook.weight === 0 ? {} : { weight: hook.weight }),
    ...(hook.deletePolicies.length === 0 ? {} : { delete_policies: [...hook.deletePolicies] }),
    ...(hook.outputLogPolicies.length === 0
      ? {}
      : { output_log_policies: [...hook.outputLogPolicies] }),
  };
}
