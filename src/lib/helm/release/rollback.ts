import { KnownError, messageOf } from '../../../base/index.ts';
import { updateObjects } from './apply.ts';
import type { Applied } from './apply.ts';
import { defaultTimeoutMs } from './deploy-options.ts';
import { runHooks } from './hooks.ts';
import type { HookRun } from './hooks.ts';
import { failedRevisions, historyOf, storedObjects } from './left-behind.ts';
import { buildObjects, identityOf } from './objects.ts';
import type { ReleaseObject } from './objects.ts';
import { owned } from './ownership.ts';
import type { ActionPorts } from './ports.ts';
import { recreatePods } from './recreate-pods.ts';
import type { Release } from './release.ts';
import { naming } from './several-errors.ts';
import { createReleaseStore } from './store.ts';
import type { ReleaseStore } from './store.ts';
import { goTime } from './times.ts';
import { waitReady } from './wait.ts';

export interface RollbackOptions {
  readonly name: string;
  readonly namespace: string;
  /** Absent or 0: the one before the newest. */
  readonly revision?: number;
  readonly timeoutMs?: number;
  readonly wait?: boolean;
  readonly waitForJobs?: boolean;
  readonly disableHooks?: boolean;
  readonly force?: boolean;
  /** Deletes the pods of what was changed, so that they start again. */
  readonly recreatePods?: boolean;
  readonly dryRun?: boolean;
  readonly maxHistory?: number;
  /** As in `DeployOptions`. */
  readonly marks?: Readonly<Record<string, string>>;
  /** As in `DeployOptions`. */
  readonly clearsFailed?: boolean;
}

/** Makes a new revision that is a copy of an older one. Throws Helm's texts. */
export async function rollbackRelease(
  ports: ActionPorts,
  options: RollbackOptions,
): Promise<Release> {
  const { name, namespace } = options;
  const store = createReleaseStore({ ...ports, namespace });
  const current = await store.last(name);
  if (current === undefined) throw new KnownError('not-found', 'release: not found');
  const wanted = options.revision ?? 0;
  const target = wanted === 0 ? current.version - 1 : wanted;
  const previous = await store.get(name, target);
  if (previous === undefined) {
    throw new KnownError('not-found', `release has no ${target} version`);
  }
  const release = copyOf(ports, previous, current);
  if (options.dryRun === true) return release;
  store.check(release);
  const left =
    options.clearsFailed === true
      ? await failedRevisions(store, await historyOf(store, current), current)
      : [];
  await store.create(release, options.maxHistory ?? 0);
  await perform({ ports, store, options, current, release, left });
  return release;
}

function copyOf(ports: ActionPorts, previous: Release, current: Release): Release {
  const hooks = (previous.hooks ?? []).map((hook) => ({
    ...hook,
    last_run: { started_at: '', completed_at: '', phase: '' },
  }));
  return {
    ...previous,
    namespace: current.namespace,
    info: {
      first_deployed: current.info.first_deployed,
      last_deployed: goTime(ports.clock.now()),
      deleted: '',
      status: 'pending-rollback',
      description: `Rollback to ${previous.version}`,
      ...(previous.info.notes === undefined ? {} : { notes: previous.info.notes }),
    },
    hooks,
    version: current.version + 1,
  };
}

interface Rolling {
  readonly ports: ActionPorts;
  readonly store: ReleaseStore;
  readonly options: RollbackOptions;
  readonly current: Release;
  readonly release: Release;
  /** Revisions before the current one that failed too, the latest first. */
  readonly left: readonly Release[];
}

async function perform(rolling: Rolling): Promise<void> {
  const { ports, store, release } = rolling;
  try {
    await bringBack(rolling);
  } catch (thrown) {
    if (!ports.signal.aborted) await fail(rolling, thrown);
    throw thrown;
  }
  await supersede(store, release);
  release.info.status = 'deployed';
  await store.update(release);
}

async function bringBack(rolling: Rolling): Promise<void> {
  const { ports, store, options, release } = rolling;
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const { before, after } = await planOf(rolling);
  const hooks = async (event: HookRun['event']): Promise<void> => {
    if (options.disableHooks === true) return;
    await runHooks(ports, release, { event, timeoutMs, record: () => store.update(release) });
  };
  await hooks('pre-rollback');
  const applied: Applied = { created: [], updated: [], deleted: [] };
  const { name, namespace } = release;
  const owner = { name, namespace, marks: options.marks ?? {} };
  const change = { before, after, force: options.force === true, owner };
  await updateObjects(ports.cluster, change, applied);
  if (options.recreatePods === true) await recreatePods(ports, applied.updated);
  if (options.wait === true) {
    await naming(`release ${name} failed`, () =>
      waitReady(ports, after, { timeoutMs, jobs: options.waitForJobs === true }),
    );
  }
  await hooks('post-rollback');
}

async function planOf({
  ports,
  options,
  current,
  release,
  left,
}: Rolling): Promise<{ before: ReleaseObject[][]; after: ReleaseObject[] }> {
  const { cluster } = ports;
  const { name, namespace } = release;
  const owner = { name, namespace, marks: options.marks ?? {} };
  const wanted = await buildObjects(cluster, release.manifest, {
    namespace,
    from: 'new release manifest',
  });
  const after = wanted.map((entry) => owned(entry, owner));
  const now = await storedObjects(cluster, current, owner);
  const failed = await Promise.all(left.map((each) => storedObjects(cluster, each, owner)));
  // What only the older manifest has may be there still: it is this release's own.
  const known = new Set(now.map(identityOf));
  const others = after.filter((entry) => !known.has(identityOf(entry)));
  return { before: [...failed, [...now, ...others]], after };
}

async function fail({ store, current, release }: Rolling, thrown: unknown): Promise<void> {
  current.info.status = 'superseded';
  await store.update(current);
  release.info.status = 'failed';
  release.info.description = `Rollback ${JSON.stringify(release.name)} failed: ${messageOf(thrown)}`;
  await store.update(release);
}

async function supersede(store: ReleaseStore, release: Release): Promise<void> {
  for (const head of await store.heads(release.name)) {
    if (head.status !== 'deployed' || head.version === release.version) continue;
    const old = await store.get(release.name, head.version);
    if (old === undefined) continue;
    old.info.status = 'superseded';
    await store.update(old);
  }
}
