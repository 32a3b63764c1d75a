import { KnownError, messageOf } from '../../../base/index.ts';
import { updateObjects } from './apply.ts';
import { runHooks } from './hooks.ts';
import { defaultTimeoutMs } from './install.ts';
import { buildObjects, identityOf, owned } from './objects.ts';
import type { ReleaseObject } from './objects.ts';
import type { ActionPorts } from './ports.ts';
import type { Release } from './release.ts';
import { createSecretStore } from './store.ts';
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
  readonly dryRun?: boolean;
  readonly maxHistory?: number;
}

/** Makes a new revision that is a copy of an older one. Throws Helm's texts. */
export async function rollbackRelease(
  ports: ActionPorts,
  options: RollbackOptions,
): Promise<Release> {
  const { name, namespace } = options;
  const store = createSecretStore({ ...ports, namespace });
  const current = await store.last(name);
  if (current === undefined) throw new KnownError('not-found', 'release: not found');
  const wanted = options.revision ?? 0;
  const target = wanted === 0 ? current.version - 1 : wanted;
  const previous = await store.get(name, target);
  if (previous === undefined) {
    throw new KnownError('not-found', `release has no ${target} version`);
  }
  const release = copyOf(ports, previous, current.version + 1);
  if (options.dryRun === true) return release;
  store.check(release);
  await store.create(release, options.maxHistory ?? 0);
  await perform({ ports, store, options }, current, release);
  return release;
}

function copyOf(ports: ActionPorts, previous: Release, version: number): Release {
  const hooks = (previous.hooks ?? []).map((hook) => ({
    ...hook,
    last_run: { started_at: '', completed_at: '', phase: '' },
  }));
  return {
    ...previous,
    info: {
      ...previous.info,
      last_deployed: goTime(ports.clock.now()),
      status: 'pending-rollback',
      description: `Rollback to ${previous.version}`,
    },
    hooks,
    version,
  };
}

interface Rolling {
  readonly ports: ActionPorts;
  readonly store: ReleaseStore;
  readonly options: RollbackOptions;
}

async function perform(rolling: Rolling, current: Release, release: Release): Promise<void> {
  const { ports, store, options } = rolling;
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const withHooks = options.disableHooks !== true;
  try {
    const before = await objectsOf(ports, current, 'skip');
    const after = await objectsOf(ports, release, 'fail');
    if (withHooks) await runHooks(ports, release, 'pre-rollback', timeoutMs);
    const known = new Set(before.map(identityOf));
    const others = after.filter((entry) => !known.has(identityOf(entry)));
    await updateObjects(ports.cluster, {
      before: [...before, ...others],
      after,
      force: options.force === true,
    });
    if (options.wait === true) {
      await waitReady(ports, after, { timeoutMs, jobs: options.waitForJobs === true });
    }
    if (withHooks) await runHooks(ports, release, 'post-rollback', timeoutMs);
  } catch (thrown) {
    if (!ports.signal.aborted) await fail(store, { current, release, thrown });
    throw thrown;
  }
  await supersede(store, release);
  release.info.status = 'deployed';
  await store.update(release);
}

function objectsOf(
  ports: ActionPorts,
  release: Release,
  unknown: 'skip' | 'fail',
): Promise<ReleaseObject[]> {
  const { name, namespace } = release;
  return buildObjects(ports.cluster, release.manifest, {
    namespace,
    from: unknown === 'skip' ? 'current release manifest' : 'new release manifest',
    unknown,
  }).then((entries) => entries.map((entry) => owned(entry, { name, namespace })));
}

async function fail(
  store: ReleaseStore,
  { current, release, thrown }: { current: Release; release: Release; thrown: unknown },
): Promise<void> {
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
