import { KnownError, messageOf } from '../../../base/index.ts';
import { deleteObjects } from './apply.ts';
import type { Removed } from './apply.ts';
import { runHooks } from './hooks.ts';
import { buildObjects } from './objects.ts';
import type { ActionPorts } from './ports.ts';
import type { Release } from './release.ts';
import { createSecretStore } from './store.ts';
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
}

/** What an uninstall did. */
export interface Uninstalled {
  readonly release: Release;
  /** What Helm tells the user, e.g. which resources were kept. */
  readonly info: string;
}

const defaultTimeoutMs = 300_000;

/** Removes a release's objects and history. Throws Helm's texts. */
export async function uninstallRelease(
  ports: ActionPorts,
  options: UninstallOptions,
): Promise<Uninstalled> {
  const { name, namespace, keepHistory = false } = options;
  const store = createSecretStore({ ...ports, namespace });
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
  release.info.status = 'uninstalling';
  release.info.deleted = goTime(ports.clock.now());
  release.info.description = 'Deletion in progress (or silently failed)';
  await store.update(release);
  const removed = await remove(ports, release, options);
  await finish({ ports, store, options }, release, removed);
  return { release, info: infoOf(removed) };
}

async function remove(
  ports: ActionPorts,
  release: Release,
  options: UninstallOptions,
): Promise<Removed> {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const withHooks = options.disableHooks !== true;
  if (withHooks) await runHooks(ports, release, 'pre-delete', timeoutMs);
  const entries = await buildObjects(ports.cluster, release.manifest, {
    namespace: release.namespace,
    from: 'release manifest',
    // Of a kind that is gone nothing can be left.
    unknown: 'skip',
  });
  const removed = await deleteObjects(ports.cluster, entries, options.propagation);
  if (options.wait === true) await waitGone(ports, removed.removed, timeoutMs);
  if (withHooks) await runHooks(ports, release, 'post-delete', timeoutMs);
  return removed;
}

async function finish(
  { ports, store, options }: { ports: ActionPorts; store: ReleaseStore; options: UninstallOptions },
  release: Release,
  { problems }: Removed,
): Promise<void> {
  const { name } = release;
  if (problems.length > 0) {
    const text = problems.map(messageOf).join('; ');
    throw new KnownError(
      problems[0]?.code ?? 'failed',
      `uninstallation completed with ${problems.length} error(s): ${text}`,
      { cause: problems[0] },
    );
  }
  release.info.status = 'uninstalled';
  release.info.description = options.description ?? 'Uninstallation complete';
  if (options.keepHistory === true) await store.update(release);
  else await purge(store, name);
  ports.log.debug('release uninstalled', { release: name });
}

/** The newest goes last, so that a purge that was cut short is seen and done again. */
async function purge(store: ReleaseStore, name: string): Promise<void> {
  for (const head of await store.heads(name)) await store.delete(head);
}

function infoOf({ kept }: Removed): string {
  if (kept.length === 0) return '';
  const lines = kept.map(({ object }) => `[${object.kind}] ${object.metadata.name}\n`);
  return `These resources were kept due to the resource policy:\n${lines.join('')}`;
}
