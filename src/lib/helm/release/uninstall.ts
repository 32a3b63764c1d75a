import { KnownError, messageOf } from '../../../base/index.ts';
import { defaultTimeoutMs } from './deploy-options.ts';
import { runHooks } from './hooks.ts';
import type { HookRun } from './hooks.ts';
import { failedRevisions, historyOf } from './left-behind.ts';
import { buildObjects, identityOf } from './objects.ts';
import type { ReleaseObject } from './objects.ts';
import { isOwn } from './ownership.ts';
import type { ActionPorts } from './ports.ts';
import type { Release } from './release.ts';
import { deleteObjects } from './remove.ts';
import type { Removed } from './remove.ts';
import { naming } from './several-errors.ts';
import { createReleaseStore } from './store.ts';
import type { ReleaseStore } from './store.ts';
import { goTime } from './times.ts';
import { waitGone } from './wait.ts';

export interface UninstallOptions {
  readonly name: string;
  readonly namespace: string;
  /** Keep the revisions, marked as uninstalled. */
  readonly keepHistory?: boolean;
  readonly timeoutMs?: number;
  readonly wait?: boolean;
  readonly disableHooks?: boolean;
  readonly description?: string;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
  readonly dryRun?: boolean;
  /** An uninstall that was cut short goes on: hooks that ended well do not run again. */
  readonly resumes?: boolean;
  /** As in `DeployOptions`. */
  readonly clearsFailed?: boolean;
}

/** What an uninstall did. */
export interface Uninstalled {
  readonly release: Release;
  /** What Helm tells the user, e.g. which resources were kept. */
  readonly info: string;
}

/** Removes a release's objects and history. Throws Helm's texts. */
export async function uninstallRelease(
  ports: ActionPorts,
  options: UninstallOptions,
): Promise<Uninstalled> {
  const { name, namespace, keepHistory = false } = options;
  const store = createReleaseStore({ ...ports, namespace });
  const release = await store.last(name);
  if (release === undefined) {
    throw new KnownError('not-found', `uninstall: Release not loaded: ${name}: release: not found`);
  }
  if (options.dryRun === true) return { release, info: '' };
  if (release.info.status === 'uninstalled') {
    if (!keepHistory) {
      await purge(store, name);
      return { release, info: '' };
    }
    throw new KnownError('invalid', `the release named ${JSON.stringify(name)} is already deleted`);
  }
  const { info } = await remove({ ports, store, options, release });
  return { release, info };
}

interface Uninstalling {
  readonly ports: ActionPorts;
  readonly store: ReleaseStore;
  readonly options: UninstallOptions;
  readonly release: Release;
}

async function remove(uninstalling: Uninstalling): Promise<{ info: string }> {
  const { ports, store, options, release } = uninstalling;
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const since = await markUninstalling(uninstalling);
  const hooks = async (event: HookRun['event']): Promise<void> => {
    if (options.disableHooks === true) return;
    const run = { event, timeoutMs, record: () => store.update(release) };
    await runHooks(ports, release, since === undefined ? run : { ...run, since });
  };
  await hooks('pre-delete');
  const removed = await deleteAll(uninstalling);
  const problems: KnownError[] = [];
  const trying = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (thrown) {
      if (ports.signal.aborted || !(thrown instanceof KnownError)) throw thrown;
      problems.push(thrown);
    }
  };
  if (options.wait === true) await trying(() => waitGone(ports, removed.removed, timeoutMs));
  await trying(() => hooks('post-delete'));
  await finish(uninstalling);
  if (problems.length > 0) throw completedWith(problems);
  return { info: infoOf(removed) };
}

/** When the uninstall began, if it is one that goes on. */
async function markUninstalling({
  ports,
  store,
  options,
  release,
}: Uninstalling): Promise<string | undefined> {
  const { info } = release;
  const goesOn = options.resumes === true && info.status === 'uninstalling' && info.deleted !== '';
  if (goesOn) return info.deleted;
  info.status = 'uninstalling';
  info.deleted = goTime(ports.clock.now());
  info.description = 'Deletion in progress (or silently failed)';
  await store.update(release);
  return undefined;
}

async function deleteAll(uninstalling: Uninstalling): Promise<Removed> {
  const { ports, options, release } = uninstalling;
  const entries = await objectsOf(ports, release);
  const others = options.clearsFailed === true ? await leftObjects(uninstalling, entries) : [];
  const removed = await deleteObjects(ports.cluster, [...entries, ...others], options.propagation);
  const [first] = removed.problems;
  if (first === undefined) return removed;
  const causes = removed.problems.map(messageOf).join('; ');
  ports.log.warn('objects of a release could not be deleted', { release: release.name, causes });
  throw new KnownError(first.code, `failed to delete release: ${release.name}`, {
    cause: first,
    retry: 'backoff',
  });
}

function objectsOf(ports: ActionPorts, release: Release): Promise<ReleaseObject[]> {
  const { manifest, namespace } = release;
  // Of a kind that is gone nothing can be left.
  const how = { namespace, unknown: 'skip' } as const;
  return naming('unable to build kubernetes objects for delete', () =>
    buildObjects(ports.cluster, manifest, how),
  );
}

/** What other revisions have made that still is there: those that failed before, and the one that is deployed. */
async function leftObjects(
  { ports, store, release }: Uninstalling,
  known: readonly ReleaseObject[],
): Promise<ReleaseObject[]> {
  const seen = new Set(known.map(identityOf));
  const left: ReleaseObject[] = [];
  const history = await historyOf(store, release);
  const failed = await failedRevisions(store, history, release);
  const deployed = await store.deployed(release.name);
  for (const other of [...failed, ...(deployed === undefined ? [] : [deployed])]) {
    for (const entry of await objectsOf(ports, other)) {
      if (seen.has(identityOf(entry))) continue;
      seen.add(identityOf(entry));
      const live = await ports.cluster.get(entry.resource, entry.object.metadata);
      if (live !== undefined && isOwn(live, release)) left.push(entry);
    }
  }
  return left;
}

async function finish({ ports, store, options, release }: Uninstalling): Promise<void> {
  const { name } = release;
  release.info.status = 'uninstalled';
  release.info.description = options.description ?? 'Uninstallation complete';
  if (options.keepHistory === true) await keep(store, release);
  else await purge(store, name);
  ports.log.debug('release uninstalled', { release: name });
}

async function keep(store: ReleaseStore, release: Release): Promise<void> {
  await store.update(release);
  for (const head of await store.heads(release.name)) {
    if (head.status !== 'deployed') continue;
    const old = await store.get(release.name, head.version);
    if (old === undefined) continue;
    old.info.status = 'superseded';
    await store.update(old);
  }
}

/** The newest goes last, so that a purge that was cut short is seen and done again. */
async function purge(store: ReleaseStore, name: string): Promise<void> {
  for (const head of await store.heads(name)) await store.delete(head);
}

function completedWith(problems: readonly KnownError[]): KnownError {
  const text = problems.map(messageOf).join('; ');
  const [first] = problems;
  return new KnownError(
    first?.code ?? 'failed',
    `uninstallation completed with ${problems.length} error(s): ${text}`,
    { cause: first },
  );
}

function infoOf({ kept }: Removed): string {
  if (kept.length === 0) return '';
  const lines = kept.map(({ object }) => `[${object.kind}] ${object.metadata.name}\n`);
  return `These resources were kept due to the resource policy:\n${lines.join('')}`;
}
