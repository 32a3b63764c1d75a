import { KnownError, messageOf } from '../../../base/index.ts';
import { kinds } from '../../kube/index.ts';
import { createObjects, updateObjects } from './apply.ts';
import type { Applied } from './apply.ts';
import { defaultTimeoutMs } from './deploy-options.ts';
import type { InstallOptions } from './deploy-options.ts';
import { runHooks } from './hooks.ts';
import type { HookRun } from './hooks.ts';
import { installCrds } from './install-crds.ts';
import { failedRevisions, storedObjects } from './left-behind.ts';
import { newRelease, render } from './new-release.ts';
import { buildObjects } from './objects.ts';
import type { ReleaseObject } from './objects.ts';
import { adoptable, owned } from './ownership.ts';
import type { ActionPorts } from './ports.ts';
import { releaseNameProblem } from './release.ts';
import type { Release } from './release.ts';
import { naming } from './several-errors.ts';
import { createReleaseStore } from './store.ts';
import type { ReleaseHead, ReleaseStore } from './store.ts';
import { uninstallRelease } from './uninstall.ts';
import { refuseUnknownFields } from './unknown-fields.ts';
import { waitReady } from './wait.ts';

/** Installs a chart as the first revision of a release. Throws Helm's texts; the failed revision stays in the history. */
export async function installRelease(
  ports: ActionPorts,
  options: InstallOptions,
): Promise<Release> {
  const { name, namespace, marks = {} } = options;
  const problem = releaseNameProblem(name);
  if (problem !== undefined) {
    throw new KnownError('invalid', `release name ${JSON.stringify(name)}: ${problem}`);
  }
  const store = createReleaseStore({ ...ports, namespace });
  const history = await store.heads(name);
  const version = firstRevision(history, options);
  if (options.dryRun !== true && options.skipCrds !== true) {
    await installCrds(ports, options.chart, () =>
      checkEarly(ports, store, { ...options, version }),
    );
  }
  const release = await prepared(ports, { ...options, version });
  store.check(release);
  const targets = await targetsOf(ports, options, release);
  const owner = { name, namespace, marks };
  const takes = options.takeOwnership === true;
  const adopted = await adoptable(ports.cluster, targets, { owner, takes, action: 'install' });
  if (options.dryRun === true) {
    release.info.description = 'Dry run complete';
    return release;
  }
  if (options.createNamespace === true) await createNamespace(ports, namespace);
  const left = options.clearsFailed === true ? await failedRevisions(store, { name, history }) : [];
  await supersedeUninstalled(store, history.at(-1));
  await store.create(release, options.maxHistory);
  await perform({ ports, store, options, release, targets, adopted, left });
  return release;
}

type Versioned = InstallOptions & { readonly version: number };

async function prepared(ports: ActionPorts, options: Versioned): Promise<Release> {
  const { name, namespace, version } = options;
  const rendered = await render(ports, options, { name, namespace, revision: version });
  const release = newRelease(ports, { ...options, rendered });
  release.info.description = 'Initial install underway';
  release.info.status = 'pending-install';
  return release;
}

async function targetsOf(
  { cluster }: ActionPorts,
  options: InstallOptions,
  { manifest }: Release,
): Promise<ReleaseObject[]> {
  const { name, namespace, marks = {} } = options;
  const from = 'release manifest';
  const validates = options.disableOpenApiValidation !== true;
  const wanted = await buildObjects(cluster, manifest, { namespace, from, validates });
  if (options.refuseUnknownFields === true) await refuseUnknownFields(cluster, wanted, from);
  return wanted.map((entry) => owned(entry, { name, namespace, marks }));
}

/**
 * Definitions go to the cluster before the templates are rendered for good; a release that cannot be
 * stored must fail before that. Templates that need the definitions to render are judged later.
 */
async function checkEarly(
  ports: ActionPorts,
  store: ReleaseStore,
  options: Versioned,
): Promise<void> {
  const release = await prepared(ports, options).catch((thrown: unknown) => {
    if (!(thrown instanceof KnownError)) throw thrown;
  });
  if (release !== undefined) store.check(release);
}

function firstRevision(history: readonly ReleaseHead[], options: InstallOptions): number {
  const last = history.at(-1);
  if (last === undefined || options.dryRun === true) return (last?.version ?? 0) + 1;
  const isReusable = last.status === 'uninstalled' || last.status === 'failed';
  if (options.replace === true && isReusable) return last.version + 1;
  throw new KnownError('exists', 'cannot re-use a name that is still in use', {
    retry: 'when-changed',
  });
}

/** A revision that was uninstalled, and kept, is history now. */
async function supersedeUninstalled(store: ReleaseStore, head?: ReleaseHead): Promise<void> {
  if (head?.status !== 'uninstalled') return;
  const last = await store.get(head.name, head.version);
  if (last === undefined) return;
  last.info.status = 'superseded';
  last.info.description = 'superseded by new release';
  await store.update(last);
}

interface Installing {
  readonly ports: ActionPorts;
  readonly store: ReleaseStore;
  readonly options: InstallOptions;
  readonly release: Release;
  readonly targets: readonly ReleaseObject[];
  /** Targets that are there already and may be taken. */
  readonly adopted: readonly ReleaseObject[];
  /** Revisions that failed before, the latest first. */
  readonly left: readonly Release[];
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
  const { ports, store, options, release, targets } = installing;
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const hooks = (event: HookRun['event']): Promise<void> => {
    if (options.disableHooks === true) return Promise.resolve();
    const run = { event, timeoutMs, record: () => store.update(release) };
    return naming(`failed ${event}`, () => runHooks(ports, release, run));
  };
  await hooks('pre-install');
  await putObjects(installing);
  if (options.wait === true || options.atomic === true) {
    await waitReady(ports, targets, { timeoutMs, jobs: options.waitForJobs === true });
  }
  await hooks('post-install');
}

async function putObjects(installing: Installing): Promise<void> {
  const { ports, options, release, targets, adopted, left } = installing;
  const { cluster } = ports;
  const applied: Applied = { created: [], updated: [], deleted: [] };
  if (adopted.length === 0 && left.length === 0) return createObjects(cluster, targets, applied);
  const { name, namespace } = release;
  const owner = { name, namespace, marks: options.marks ?? {} };
  const failed = await Promise.all(left.map((each) => storedObjects(cluster, each, owner)));
  await updateObjects(
    cluster,
    {
      before: [...failed, adopted],
      after: targets,
      force: options.force === true,
      mergesCustom: options.takeOwnership === true,
      owner,
    },
    applied,
  );
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
  await uninstallRelease(ports, {
    name,
    namespace,
    keepHistory: false,
    disableHooks: options.disableHooks === true,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  throw new KnownError(
    thrown instanceof KnownError ? thrown.code : 'failed',
    `release ${name} failed, and has been uninstalled due to atomic being set: ${messageOf(thrown)}`,
    { cause: thrown },
  );
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
