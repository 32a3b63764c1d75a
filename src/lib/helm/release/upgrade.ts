import { KnownError, messageOf } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import type { Chart } from '../chart/chart.ts';
import { coalesceTables } from '../values/coalesce.ts';
import { copyValues } from '../values/tables.ts';
import { updateObjects } from './apply.ts';
import type { Applied } from './apply.ts';
import { computedValues } from './computed-values.ts';
import { runHooks } from './hooks.ts';
import { checkOwnership, defaultTimeoutMs, naming, newRelease, render } from './install.ts';
import type { DeployOptions } from './install.ts';
import { buildObjects, identityOf, owned } from './objects.ts';
import type { ReleaseObject } from './objects.ts';
import type { ActionPorts } from './ports.ts';
import { isPending, releaseNameProblem } from './release.ts';
import type { Release } from './release.ts';
import { rollbackRelease } from './rollback.ts';
import { createSecretStore } from './store.ts';
import type { ReleaseStore } from './store.ts';
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
  const store = createSecretStore({ ...ports, namespace });
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
  const labels = mergedLabels(current.labels, options.labels);
  if (labels !== undefined) release.labels = labels;
  release.info.description = 'Preparing upgrade';
  release.info.status = 'pending-upgrade';
  store.check(release);
  const plan = await planOf(ports, options, { current, release });
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
  readonly before: readonly ReleaseObject[];
  readonly after: readonly ReleaseObject[];
}

async function planOf(
  ports: ActionPorts,
  options: UpgradeOptions,
  { current, release }: { current: Release; release: Release },
): Promise<Plan> {
  const { name, namespace } = options;
  const old = await buildObjects(ports.cluster, current.manifest, {
    namespace,
    from: 'current release manifest',
    unknown: 'skip',
  });
  const wanted = await buildObjects(ports.cluster, release.manifest, {
    namespace,
    from: 'new release manifest',
  });
  const owner = { name, namespace };
  const before = old.map((entry) => owned(entry, owner));
  const after = wanted.map((entry) => owned(entry, owner));
  const known = new Set(before.map(identityOf));
  const fresh = after.filter((entry) => !known.has(identityOf(entry)));
  const adopted = await checkOwnership(ports, fresh, { options, action: 'update' });
  return { before: [...before, ...adopted], after };
}

interface Upgrading extends Plan {
  readonly ports: ActionPorts;
  readonly store: ReleaseStore;
  readonly options: UpgradeOptions;
  readonly release: Release;
  readonly current: Release;
}

async function perform(upgrading: Upgrading): Promise<void> {
  const { ports, store, options, release, current } = upgrading;
  const done: { applied?: Applied } = {};
  try {
    await bringUp(upgrading, done);
  } catch (thrown) {
    await fail(upgrading, done.applied, thrown);
  }
  current.info.status = 'superseded';
  await store.update(current);
  release.info.status = 'deployed';
  release.info.description = options.description ?? 'Upgrade complete';
  await store.update(release);
  ports.log.debug('release upgraded', { release: release.name, revision: release.version });
}

async function bringUp(upgrading: Upgrading, done: { applied?: Applied }): Promise<void> {
  const { ports, options, release, before, after } = upgrading;
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const withHooks = options.disableHooks !== true;
  if (withHooks) {
    await naming('pre-upgrade hooks failed', () =>
      runHooks(ports, release, 'pre-upgrade', timeoutMs),
    );
  }
  done.applied = await updateObjects(ports.cluster, {
    before,
    after,
    force: options.force === true,
  });
  if (options.wait === true) {
    await waitReady(ports, after, { timeoutMs, jobs: options.waitForJobs === true });
  }
  if (withHooks) {
    await naming('post-upgrade hooks failed', () =>
      runHooks(ports, release, 'post-upgrade', timeoutMs),
    );
  }
}

async function fail(
  { ports, store, options, release }: Upgrading,
  applied: Applied | undefined,
  thrown: unknown,
): Promise<never> {
  if (ports.signal.aborted) throw thrown;
  const { name, namespace } = release;
  release.info.status = 'failed';
  release.info.description = `Upgrade ${JSON.stringify(name)} failed: ${messageOf(thrown)}`;
  await store.update(release);
  if (options.cleanupOnFail === true) {
    for (const { object, resource } of applied?.created ?? []) {
      await ports.cluster.delete(resource, object.metadata, { propagation: 'Background' });
    }
  }
  if (options.atomic !== true) throw thrown;
  const good = (await store.heads(name)).findLast(
    ({ status, version }) =>
      version < release.version && (status === 'superseded' || status === 'deployed'),
  );
  if (good === undefined) throw thrown;
  await rollbackRelease(ports, {
    name,
    namespace,
    revision: good.version,
    wait: true,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  throw new KnownError(
    thrown instanceof KnownError ? thrown.code : 'failed',
    `release ${name} failed, and has been rolled back due to atomic being set: ${messageOf(thrown)}`,
    { cause: thrown },
  );
}
