import { messageOf } from '../../../base/index.ts';
import type { Logger } from '../../../base/index.ts';
import { safeUrl } from '../../../lib/git/index.ts';
import type { Commit, Mirror } from '../../../lib/git/index.ts';
import type { SyncPorts } from '../ports.ts';
import type { RepositorySettings } from '../settings.ts';
import type { PassResult } from '../sync-pass.ts';
import { eventText } from './event-text.ts';
import type { FluxEvent } from './flux-event.ts';
import { commitEvent, parseNote, releaseEvents, syncEvent } from './make-events.ts';
import type { JobNote, Span } from './make-events.ts';
import type { Outbox } from './outbox.ts';

interface TellPorts extends Pick<SyncPorts, 'bus' | 'clock' | 'events' | 'log'> {
  readonly settings: RepositorySettings;
  readonly mirror: Pick<Mirror, 'log' | 'notes'>;
  readonly outbox: Outbox;
}

/** A sync that ended well as a whole. */
export interface SyncNews {
  /** Revision that was applied before. */
  readonly before: string | undefined;
  readonly result: PassResult;
  readonly startedAt: Date;
}

/** Tells the log, the bus and the receivers of events what happens to a repository. */
export interface Teller {
  /** fluxd's sync event, when there are new commits, and those of the releases among them. */
  synced(news: SyncNews): Promise<void>;
  /** The head has moved: what jobs committed in between is told when the sync is over, or has failed. */
  headMoved(from: string, to: string): void;
  /** fluxd's commit events: for each commit that a job made since the head was another. */
  commits(): Promise<void>;
}

/** What cannot be told is said in the log: nobody waits for news. */
export function createTeller(ports: TellPorts): Teller {
  const { bus, clock, log, settings } = ports;
  const url = safeUrl(settings.url);
  const { branch, name: repository } = settings;
  const tell = (event: FluxEvent): void => {
    const text = eventText(event);
    const logupstream = String((ports.events ?? []).length > 0);
    log.with({ component: 'daemon' }).info('', { event: text, logupstream });
    ports.outbox.put(event, { repository, url, branch, text });
  };
  const spanFrom = (startedAt: Date): Span => ({ startedAt, endedAt: clock.now() });
  const moves: Array<{ readonly from: string; readonly to: string; readonly at: Date }> = [];
  const tellCommits = async (): Promise<void> => {
    for (const { from, to, at } of moves.splice(0)) {
      const { commits, notes } = await commitsBetween(ports, from, to);
      for (const { revision } of commits.toReversed()) {
        const note = notes.get(revision);
        if (note !== undefined) tell(commitEvent(revision, note, spanFrom(at)));
      }
    }
  };
  return {
    async synced({ before, result, startedAt }) {
      await tellCommits();
      const { revision, changed, problems } = result;
      if (changed.length + problems.length > 0 || before !== revision) {
        const errors = problems.map(({ id, path, message }) => ({ id: id ?? '', path, message }));
        bus.publish('sync.done', { url, branch, revision, changed, errors });
      }
      if (before === revision) return;
      const { commits, notes } = await commitsBetween(ports, before, revision);
      if (commits.length === 0) return;
      const isInitial = before === undefined;
      if (isInitial && notes.size > 0) {
        log.warn('no notes expected on initial sync; this repo may be in use by another fluxd');
      }
      const news = { commits, notes, changed, problems, isInitial };
      const span = spanFrom(startedAt);
      tell(syncEvent(news, span));
      for (const event of releaseEvents(news, span)) tell(event);
    },
    headMoved: (from, to) => void moves.push({ from, to, at: clock.now() }),
    commits: tellCommits,
  };
}

interface Told {
  readonly commits: readonly Commit[];
  readonly notes: ReadonlyMap<string, JobNote>;
}

async function commitsBetween(
  { mirror, settings, log }: Pick<TellPorts, 'mirror' | 'settings'> & { readonly log: Logger },
  from: string | undefined,
  to: string,
): Promise<Told> {
  try {
    const paths = changePaths(settings);
    const commits = await mirror.log({ to, paths, ...(from === undefined ? {} : { from }) });
    const texts = await mirror
      .notes(settings.notesRef)
      .readSome(commits.map(({ revision }) => revision));
    const notes = new Map<string, JobNote>();
    for (const [revision, text] of texts) {
      const note = parseNote(text);
      if (note !== undefined) notes.set(revision, note);
    }
    return { commits, notes };
  } catch (thrown) {
    log.warn('the commits of a sync could not be listed', { err: messageOf(thrown) });
    return { commits: [], notes: new Map() };
  }
}

/** Commits count where they touch these: all of them with commands, which may read any file. */
export function changePaths({ isGenerating, paths }: RepositorySettings): readonly string[] {
  return isGenerating ? [] : paths;
}
