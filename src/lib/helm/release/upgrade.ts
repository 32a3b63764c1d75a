import { KnownError, messageOf } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import type { Chart } from '../chart/chart.ts';
import { coalesceTables } from '../values/coalesce.ts';
import { copyValues } from '../values/tables.ts';
import { updateObjects } from './apply.ts';
import type { Applied } from './apply.ts';
import { computedValues } from './computed-values.ts';
import { defaultTimeoutMs } from './deploy-options.ts';
import type { DeployOptions } from './deploy-options.ts';
import { runHooks } from './hooks.ts';
import type { HookRun } from './hooks.ts';
import { failedRevisions, historyOf, storedObjects } from './left-behind.ts';
import { newRelease, render } from './new-release.ts';
import { buildObjects, identityOf } from './objects.ts';
import type { ReleaseObject } from './objects.ts';
import { adoptable, owned } from './ownership.ts';
import type { Owner } from './ownership.ts';
import type { ActionPorts } from './ports.ts';
import { isPending, releaseNameProblem } from './release.ts';
import type { Release } from './release.ts';
import { rollbackRelease } from './rollback.ts';
import { naming, problemsOf } from './several-errors.ts';
import { createReleaseStore } from './store.ts';
import type { ReleaseStore } from './store.ts';
import { refuseUnknownFields } from './unknown-fields.ts';
import { waitReady } from './wait.ts';

export interface UpgradeOptions extends DeployOptions {
  /** `reset`: only the given values; `reuse`: the last release's below them; absent: given, or the last ones when none are given. */
  readonly valuesFrom?: 'reset' | 'reuse' | 'reset-then-reuse';
  /** Delete what a failed upgrade created. */
  readonly cleanupOnFail?: boolean;
}

/** Makes the next revision of a release. Throws Helm's texts; the failed revision stays in the history. */
export async function upgradeRelease(
  ports: ActionPorts,
  options: UpgradeOptions,
): Promise<Release> {
  const { name, namespace } = options;
  const problem = releaseNameProblem(name);
  if (problem !== undefined) throw new KnownError('invalid', `release name is invalid: ${name}`);
  const store = createReleaseStore({ ...ports, namespace });
  const { last, current } = await baseOf(store, name);
  const { values, chart } = valuesFor(options, current);
  const version = last.version + 1;
  const all = { ...options, values, chart };
  const rendered = await render(ports, all, {
    name,
    namespace,
    revision: version,
    isUpgrade: true,
  });
  const release = newRelease(ports, {
    ...all,
    version,
    rendered,
    firstDeployed: current.info.first_deployed,
  });
  const labels = mergedLabels(last.labels, options.labels);
  if (labels !== undefined) release.labels = labels;
  release.info.description = 'Preparing upgrade';
  release.info.status = 'pending-upgrade';
  store.check(release);
  const plan = await planOf({ ports, store, options, release, current });
  if (options.dryRun === true) {
    release.info.description = 'Dry run complete';
    return release;
  }
  await store.create(release, options.maxHistory ?? 10);
  await perform({ ports, store, options, release, current, ...plan });
  return release;
}

type Labels = Release['labels'];

/** New labels win; the value `null` takes one away. */
function mergedLabels(old: Labels, given: Labels): Labels {
  if (old === undefined && given === undefined) return undefined;
  const all = Object.entries({ ...old, ...given });
  return Object.fromEntries(all.filter(([, value]) => value !== 'null'));
}

async function baseOf(
  store: ReleaseStore,
  name: string,
): Promise<{ last: Release; current: Release }> {
  const last = await store.last(name);
  if (last === undefined) throw noDeployed(name);
  if (isPending(last.info.status)) {
    throw new KnownError('conflict', 'another operation (install/upgrade/rollback) is in progress');
  }
  if (last.info.status === 'deployed') return { last, current: last };
  const deployed = await store.deployed(name);
  if (deployed !== undefined) return { last, current: deployed };
  if (last.info.status === 'superseded' || last.info.status === 'failed') {
    return { last, current: last };
  }
  throw noDeployed(name);
}

function noDeployed(name: string): KnownError {
  return new KnownError('not-found', `${JSON.stringify(name)} has no deployed releases`);
}

/** The values (and, with `reuse`, the chart defaults) that an upgrade starts from. */
function valuesFor(
  options: UpgradeOptions,
  current: Release,
): { values: JsonRecord; chart: Chart } {
  const { values = {}, chart, valuesFrom } = options;
  const old = current.config ?? {};
  const how = { warn: () => {}, keepNulls: false };
  if (valuesFrom === 'reset') return { values, chart };
  if (valuesFrom === 'reuse') {
    const defaults = computedValues(current);
    return {
      values: coalesceTables(how, copyValues(values), copyValues(old), ''),
      chart: { ...chart, values: defaults },
    };
  }
  if (valuesFrom === 'reset-then-reuse') {
    return { values: coalesceTables(how, copyValues(values), copyValues(old), ''), chart };
  }
  return { values: Object.keys(values).length === 0 ? old : values, chart };
}

interface Plan {
  /** The deployed manifest last; before it, when they are to be cleared, those of revisions that failed. */
  readonly before: ReadonlyArray<readonly ReleaseObject[]>;
  readonly after: readonly ReleaseObject[];
}

interface Preparing {
  readonly ports: ActionPorts;
  readonly store: ReleaseStore;
  readonly options: UpgradeOptions;
  readonly release: Release;
  readonly current: Release;
}

async function planOf(preparing: Preparing): Promise<Plan> {
  const { ports, store, options, current, release } = preparing;
  const { cluster } = ports;
  const owner = ownerOf(options);
  const deployed = await storedObjects(cluster, current, owner);
  const after = await targetsOf(cluster, options, release);
  const known = new Set(deployed.map(identityOf));
  const fresh = after.filter((entry) => !known.has(identityOf(entry)));
  const takes = options.takeOwnership === true;
  const adopted = await adoptable(cluster, fresh, { owner, takes, action: 'update' });
  const left =
    options.clearsFailed === true
      ? await failedRevisions(store, await historyOf(store, release), current)
      : [];
  const failed = await Promise.all(left.map((each) => storedObjects(cluster, each, owner)));
  return { before: [...failed, [...deployed, ...adopted]], after };
}

function ownerOf({ name, namespace, marks = {} }: UpgradeOptions): Owner {
  return { name, namespace, marks };
}

async function targetsOf(
  cluster: ActionPorts['cluster'],
  options: UpgradeOptions,
  { manifest }: Release,
): Promise<ReleaseObject[]> {
  const { namespace } = options;
  const from = 'new release manifest';
  const validates = options.disableOpenApiValidation !== true;
  const wanted = await buildObjects(cluster, manifest, { namespace, from, validates });
  if (options.refuseUnknownFields === true) await refuseUnknownFields(cluster, wanted, from);
  return wanted.map((entry) => owned(entry, ownerOf(options)));
}

type Upgrading = Preparing & Plan;

async function perform(upgrading: Upgrading): Promise<void> {
  const { ports, store, options, release, current } = upgrading;
  const applied: Applied = { created: [], updated: [], deleted: [] };
  try {
    await bringUp(upgrading, applied);
  } catch (thrown) {
    await fail(upgrading, applied, thrown);
  }
  current.info.status = 'superseded';
  await store.update(current);
  release.info.status = 'deployed';
  release.info.description = options.description ?? 'Upgrade complete';
  await store.update(release);
  ports.log.debug('release upgraded', { release: release.name, revision: release.version });
}

async function bringUp(upgrading: Upgrading, applied: Applied): Promise<void> {
  const { ports, store, options, release, before, after } = upgrading;
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const hooks = (event: HookRun['event']): Promise<void> => {
    if (options.disableHooks === true) return Promise.resolve();
    const run = { event, timeoutMs, record: () => store.update(release) };
    return naming(`${event} hooks failed`, () => runHooks(ports, release, run));
  };
  await hooks('pre-upgrade');
  const change = { before, after, force: options.force === true, owner: ownerOf(options) };
  await updateObjects(ports.cluster, change, applied);
  if (options.wait === true || options.atomic === true) {
    await waitReady(ports, after, { timeoutMs, jobs: options.waitForJobs === true });
  }
  await hooks('post-upgrade');
}

async function fail(upgrading: Upgrading, applied: Applied, thrown: unknown): Promise<never> {
  const { ports, store, options, release } = upgrading;
  if (ports.signal.aborted) throw thrown;
  release.info.status = 'failed';
  release.info.description = `Upgrade ${JSON.stringify(release.name)} failed: ${messageOf(thrown)}`;
  await store.update(release);
  if (options.cleanupOnFail === true) await removeCreated(ports, applied, thrown);
  if (options.atomic !== true) throw thrown;
  return undo(upgrading, thrown);
}

async function removeCreated(
  { cluster }: ActionPorts,
  { created }: Applied,
  thrown: unknown,
): Promise<void> {
  const problems = await problemsOf(created, ({ object, resource }) =>
    cluster.delete(resource, object.metadata, { propagation: 'Background' }),
  );
  if (problems.length === 0) return;
  const list = problems.map(messageOf).join(', ');
  throw new KnownError(
    'failed',
    `an error occurred while cleaning up resources. original upgrade error: ${messageOf(thrown)}: unable to cleanup resources: ${list}`,
    { cause: thrown },
  );
}

/** Back to the newest revision that worked. */
async function undo(
  { ports, store, options, release }: Upgrading,
  thrown: unknown,
): Promise<never> {
  const { name, namespace } = release;
  const good = (await store.heads(name)).findLast(
    ({ status, version }) =>
      version < release.version && (status === 'superseded' || status === 'deployed'),
  );
  if (good === undefined) {
    const why = 'unable to find a previously successful release when attempting to rollback';
    throw new KnownError('failed', `${why}. original upgrade error: ${messageOf(thrown)}`);
  }
  await rollbackRelease(ports, {
    name,
    namespace,
    revision: good.version,
    wait: true,
    waitForJobs: options.waitForJobs === true,
    disableHooks: options.disableHooks === true,
    force: options.force === true,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  throw new KnownError(
    thrown instanceof KnownError ? thrown.code : 'failed',
    `release ${name} failed, and has been rolled back due to atomic being set: ${messageOf(thrown)}`,
    { cause: thrown },
  );
}
