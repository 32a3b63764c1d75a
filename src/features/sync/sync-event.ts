import { messageOf } from '../../base/index.ts';
import { safeUrl } from '../../lib/git/index.ts';
import type { Mirror } from '../../lib/git/index.ts';
import type { SyncPorts } from './ports.ts';
import type { RepositorySettings } from './settings.ts';
import type { PassResult } from './sync-pass.ts';

interface Sync {
  readonly settings: RepositorySettings;
  readonly mirror: Pick<Mirror, 'log'>;
  /** Revision that was applied before. */
  readonly before: string | undefined;
  readonly result: PassResult;
}

/** Tells the log and the bus what a sync brought: fluxd's sync event, only when there are new commits. */
export async function announce(
  ports: Pick<SyncPorts, 'log' | 'bus'>,
  { settings, mirror, before, result }: Sync,
): Promise<void> {
  const { revision, changed, problems } = result;
  const hasNews = changed.length + problems.length > 0;
  if (hasNews || before !== revision) {
    ports.bus.publish('sync.done', {
      url: safeUrl(settings.url),
      branch: settings.branch,
      revision,
      changed,
      errors: problems.map(({ id, path, message }) => ({ id: id ?? '', path, message })),
    });
  }
  if (before === revision) return;
  const commits = await mirror
    .log({
      to: revision,
      paths: changePaths(settings),
      ...(before === undefined ? {} : { from: before }),
    })
    .catch((thrown: unknown) => {
      ports.log.warn('the commits of a sync could not be listed', { err: messageOf(thrown) });
      return [];
    });
  if (commits.length === 0) return;
  const event = syncEventText(
    commits.map((commit) => commit.revision),
    changed,
  );
  ports.log.with({ component: 'daemon' }).info('', { event, logupstream: 'false' });
}

/** Commits count where they touch these: all of them with commands, which may read any file. */
export function changePaths({ isGenerating, paths }: RepositorySettings): readonly string[] {
  return isGenerating ? [] : paths;
}

/** fluxd's words for a sync; revisions newest first. */
export function syncEventText(revisions: readonly string[], ids: readonly string[]): string {
  const what = ids.length === 0 ? 'no workloads changed' : [...ids].toSorted().join(', ');
  return `Sync: ${revisionsText(revisions)}, ${what}`;
}

function revisionsText(revisions: readonly string[]): string {
  const [newest] = revisions;
  if (newest === undefined) return '<no revision>';
  if (revisions.length <= 2) return newest.slice(0, 7);
  return `${revisions.at(-1)?.slice(0, 7)}..${newest.slice(0, 7)}`;
}
