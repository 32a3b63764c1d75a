import { KnownError, messageOf } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { kinds } from '../../kube/index.ts';
import type { Chart } from '../chart/chart.ts';
import { clusterCapabilities } from '../render/capabilities.ts';
import { crdsOf, manifestText, renderChart } from '../render/render.ts';
import type { RenderOptions, Rendered } from '../render/render.ts';
import { nodeOf } from '../chart/node.ts';
import { createObjects, updateObjects } from './apply.ts';
import { storedChart } from './codec.ts';
import { runHooks } from './hooks.ts';
import { adoptable, buildObjects, identityOf, owned } from './objects.ts';
import type { ReleaseObject } from './objects.ts';
import type { ActionPorts } from './ports.ts';
import { releaseNameProblem } from './release.ts';
import type { Release, StoredHook } from './release.ts';
import { renderWithCluster } from './render-with-cluster.ts';
import { createSecretStore } from './store.ts';
import type { ReleaseStore } from './store.ts';
import { goTime } from './times.ts';
import { uninstallRelease } from './uninstall.ts';
import { waitReady } from './wait.ts';

/** What install and upgrade have in common. */
export interface DeployOptions {
  readonly name: string;
  /** Where the release and its Secrets are. */
  readonly namespace: string;
  readonly chart: Chart;
  readonly values?: JsonRecord;
  /** Milliseconds for hooks and waiting, each; five minutes when absent. */
  readonly timeoutMs?: number;
  readonly wait?: boolean;
  readonly waitForJobs?: boolean;
  readonly disableHooks?: boolean;
  readonly skipCrds?: boolean;
  readonly skipSchemaValidation?: boolean;
  readonly takeOwnership?: boolean;
  /** On failure: an install is undone, an upgrade rolled back. */
  readonly atomic?: boolean;
  readonly force?: boolean;
  readonly description?: string;
  /** Renders and checks, and changes nothing. */
  readonly dryRun?: boolean;
  /** `lookup` finds nothing, as in a dry run of the client. */
  readonly withoutLookup?: boolean;
  /** Labels for the release's Secret; on an upgrade `null` takes one away. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly subchartNotes?: boolean;
  /** Revisions to keep; 0 or absent is all. */
  readonly maxHistory?: number;
}

export interface InstallOptions extends DeployOptions {
  readonly createNamespace?: boolean;
  /** Use the name of an uninstalled or failed release again. */
  readonly replace?: boolean;
}

/** Five minutes, as Helm's `--timeout`. */
export const defaultTimeoutMs: number = 300_000;

/** Installs a chart as the first revision of a release. Throws Helm's texts; the failed revision stays in the history. */
export async function installRelease(
  ports: ActionPorts,
  options: InstallOptions,
): Promise<Release> {
  const { name, namespace } = options;
  const problem = releaseNameProblem(name);
  if (problem !== undefined) {
    throw new KnownError('invalid', `release name ${JSON.stringify(name)}: ${problem}`);
  }
  const store = createSecretStore({ ...ports, namespace });
  const version = await firstRevision(store, options);
  if (options.dryRun !== true && options.skipCrds !== true) {
    await installCrds(ports, options.chart, () =>
      checkEarly(ports, store, { ...options, version }),
    );
  }
  const rendered = await render(ports, options, { name, namespace, revision: version });
  const release = newRelease(ports, { ...options, version, rendered });
  release.info.description = 'Initial install underway';
  release.info.status = 'pending-install';
  store.check(release);
  const wanted = await buildObjects(ports.cluster, release.manifest, {
    namespace,
    from: 'release manifest',
  });
  const targets = wanted.map((entry) => owned(entry, { name, namespace }));
  const adopted = await checkOwnership(ports, targets, { options, action: 'install' });
  if (options.dryRun === true) {
    release.info.description = 'Dry run complete';
    return release;
  }
  if (options.createNamespace === true) await createNamespace(ports, namespace);
  await store.create(release, options.maxHistory);
  await perform({ ports, store, options, release, targets, adopted });
  return release;
}

/**
 * Definitions go to the cluster before the templates are rendered for good; a release that cannot be
 * stored must fail before that. Templates that need the definitions to render are judged later.
 */
async function checkEarly(
  ports: ActionPorts,
  store: ReleaseStore,
  options: InstallOptions & { readonly version: number },
): Promise<void> {
  const { name, namespace, version } = options;
  const rendered = await render(ports, options, { name, namespace, revision: version }).catch(
    (thrown: unknown) => {
      if (!(thrown instanceof KnownError)) throw thrown;
    },
  );
  if (rendered !== undefined) store.check(newRelease(ports, { ...options, rendered }));
}

async function firstRevision(store: ReleaseStore, options: InstallOptions): Promise<number> {
  const last = (await store.heads(options.name)).at(-1);
  if (last === undefined || options.dryRun === true) return (last?.version ?? 0) + 1;
  const isReusable = last.status === 'uninstalled' || last.status === 'failed';
  if (options.replace === true && isReusable) return last.version + 1;
  throw new KnownError('exists', 'cannot re-use a name that is still in use', {
    retry: 'when-changed',
  });
}

interface Installing {
  readonly ports: ActionPorts;
  readonly store: ReleaseStore;
  readonly options: InstallOptions;
  readonly release: Release;
  readonly targets: readonly ReleaseObject[];
  readonly adopted: readonly ReleaseObject[];
}

async function perform(installing: Installing): Promise<void> {
  const { ports, store, options, release } = installing;
  try {
    await bringUp(installing);
  } catch (thrown) {
    await fail(installing, thrown);
  }
  release.info.status = 'deployed';
  release.info.description = options.description ?? 'Install complete';
  await store.update(release);
  ports.log.debug('release installed', { release: release.name });
}

async function bringUp(installing: Installing): Promise<void> {
  const { ports, options, release, targets, adopted } = installing;
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const withHooks = options.disableHooks !== true;
  if (withHooks) {
    await naming('failed pre-install', () => runHooks(ports, release, 'pre-install', timeoutMs));
  }
  if (adopted.length === 0) await createObjects(ports.cluster, targets);
  else {
    await updateObjects(ports.cluster, {
      before: adopted,
      after: targets,
      force: options.force === true,
    });
  }
  if (options.wait === true) {
    await waitReady(ports, targets, { timeoutMs, jobs: options.waitForJobs === true });
  }
  if (withHooks) {
    await naming('failed post-install', () => runHooks(ports, release, 'post-install', timeoutMs));
  }
}

async function fail(
  { ports, store, options, release }: Installing,
  thrown: unknown,
): Promise<never> {
  if (ports.signal.aborted) throw thrown;
  release.info.status = 'failed';
  release.info.description = `Release ${JSON.stringify(release.name)} failed: ${messageOf(thrown)}`;
  await store.update(release);
  if (options.atomic !== true) throw thrown;
  const { name, namespace } = release;
  await uninstallRelease(ports, { name, namespace, keepHistory: false });
  throw new KnownError(
    thrown instanceof KnownError ? thrown.code : 'failed',
    `release ${name} failed, and has been uninstalled due to atomic being set: ${messageOf(thrown)}`,
    { cause: thrown },
  );
}

/** Runs `work`; a foreseen failure is prefixed. */
export async function naming<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new KnownError(thrown.code, `${what}: ${thrown.message}`, {
      cause: thrown,
      retry: thrown.retry,
    });
  }
}

/** Renders with what the cluster is and has; a dry run looks nothing up. */
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

/** Which targets are there already and are ours to take; throws when one is not. */
export async function checkOwnership(
  ports: ActionPorts,
  targets: readonly ReleaseObject[],
  { options, action }: { options: DeployOptions; action: 'install' | 'update' },
): Promise<ReleaseObject[]> {
  const { name, namespace, takeOwnership = false } = options;
  return naming(`Unable to continue with ${action}`, async () => {
    const found = await adoptable(ports.cluster, targets, { name, namespace, takeOwnership });
    const ids = new Set(found.map(identityOf));
    return targets.filter((entry) => ids.has(identityOf(entry)));
  });
}

async function createNamespace(ports: ActionPorts, name: string): Promise<void> {
  try {
    await ports.cluster.create(kinds.Namespace, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { name } },
    });
  } catch (thrown) {
    if (!(thrown instanceof KnownError) || thrown.code !== 'exists') throw thrown;
  }
}

const crdTimeoutMs = 60_000;

/** Applies the `crds/` folder as it stands; what is there already stays untouched. */
async function installCrds(
  ports: ActionPorts,
  chart: Chart,
  before: () => Promise<void>,
): Promise<void> {
  const created: ReleaseObject[] = [];
  const crds = crdsOf(nodeOf(chart));
  if (crds.length > 0) await before();
  for (const crd of crds) {
    const entries = await naming(`failed to install CRD ${crd.name}`, () =>
      buildObjects(ports.cluster, Buffer.from(crd.data).toString('utf8'), {
        namespace: 'default',
        from: crd.filename,
      }),
    );
    for (const entry of entries) {
      if (await createMissing(ports, entry)) created.push(entry);
    }
  }
  if (created.length === 0) return;
  await waitReady(ports, created, { timeoutMs: crdTimeoutMs });
  await ports.cluster.resources(true);
}

/** False when it was there already. */
async function createMissing(
  ports: ActionPorts,
  { object, resource }: ReleaseObject,
): Promise<boolean> {
  try {
    await ports.cluster.create(resource, object, { fieldManager: 'helm' });
    return true;
  } catch (thrown) {
    if (thrown instanceof KnownError && thrown.code === 'exists') return false;
    throw thrown;
  }
}
