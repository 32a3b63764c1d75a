import { KnownError, messageOf } from '../../base/index.ts';
import type { Clock, Logger, Run } from '../../base/index.ts';
import { safeUrl } from '../../lib/git/index.ts';
import type { Mirror } from '../../lib/git/index.ts';
import { createDriftWatch } from './drift/drift-watch.ts';
import type { DriftWatch } from './drift/drift-watch.ts';
import { createConnection } from './connection.ts';
import type { Connection, GitStatus } from './connection.ts';
import type { SyncMetrics } from './metrics.ts';
import { FollowedBranch } from './followed-branch.ts';
import type { Refreshed } from './followed-branch.ts';
import { isDue } from './timing/is-due.ts';
import { markerFor, markerMover } from './marker.ts';
import type { SyncPorts } from './ports.ts';
import { mirrorOf, readerOf } from './mirror-of.ts';
import type { Reading } from '../../lib/revision/index.ts';
import { setNameOf } from './settings.ts';
import type { RepositorySettings } from './settings.ts';
import { reportOf } from './report-of.ts';
import type { Failure } from './report-of.ts';
import { createReporter } from './state-object.ts';
import type { Reporter, SyncReport } from './state-object.ts';
import type { Outbox } from './events/outbox.ts';
import { changePaths, createTeller } from './events/sync-event.ts';
import type { Teller } from './events/sync-event.ts';
import { createRetryTimer } from './timing/retry-timer.ts';
import type { RetryTimer } from './timing/retry-timer.ts';
import { SyncPass } from './sync-pass.ts';
import type { PassResult } from './sync-pass.ts';
import { createAlarm, withTimeLimit } from '../../lib/controller/index.ts';
import { createWaiters } from './timing/waiters.ts';

/** What the loop of one repository needs beyond the ports: how its objects are told from others'. */
interface Surroundings {
  readonly otherSets: readonly string[];
  /** fluxd's single state annotation belongs to the first repository. */
  readonly isFirst: boolean;
  readonly metrics: SyncMetrics;
  readonly outbox: Outbox;
}

/** Keeps one repository in step. One loop does everything in turn: fetch, sync, move the marker. */
export class RepositorySync {
  readonly settings: RepositorySettings;
  readonly mirror: Mirror;
  readonly done: Promise<void>;
  readonly #ports: SyncPorts;
  readonly #log: Logger;
  readonly #pass: SyncPass;
  readonly #branch: FollowedBranch;
  readonly #moveMarker: (revision: string) => Promise<void>;
  readonly #reporter: Reporter;
  readonly #alarm;
  readonly #retry: RetryTimer;
  readonly #connection: Connection;
  readonly #metrics: SyncMetrics;
  readonly #teller: Teller;
  readonly #drift: DriftWatch | undefined;
  readonly #syncs = createWaiters<PassResult>();
  #isConfirmed = false;
  /** Something was changed by hand. */
  #isDrifted = false;
  #fullSyncAt = 0;
  #tried: string | undefined;
  #isSeeded = false;
  #failure: Failure | undefined;
  #result: PassResult | undefined;
  /** The failure that was logged last. */
  #said = '';

  constructor(ports: SyncPorts, settings: RepositorySettings, around: Surroundings) {
    this.settings = settings;
    this.#ports = ports;
    this.#log = ports.log.with({ component: 'sync-loop' });
    this.#alarm = createAlarm(ports.clock);
    this.#retry = createRetryTimer(ports.clock, settings.syncIntervalMs);
    this.#metrics = around.metrics;
    this.mirror = mirrorOf(ports, settings);
    this.#connection = createConnection({
      ...ports,
      mirror: this.mirror,
      settings,
      log: this.#log,
      isOwn: ports.localFolder?.(settings.url) !== undefined,
      onReady: (isReady) => around.metrics.gitReady(settings.name, isReady),
    });
    const { outbox } = around;
    this.#teller = createTeller({ ...ports, settings, mirror: this.mirror, outbox });
    const reader = readerOf(ports, settings, this.mirror);
    const { cluster, clock, signal } = ports;
    const setName = setNameOf(settings);
    this.#pass = new SyncPass({ cluster, reader, settings, setName, otherSets: around.otherSets });
    this.#drift = settings.isSyncingOnDrift ? this.#watchDrift(setName) : undefined;
    const marker = markerFor(ports, settings, this.mirror, around.isFirst);
    const log = this.#log;
    this.#moveMarker = markerMover(marker, { clock, signal, log, ms: settings.gitTimeoutMs });
    this.#branch = new FollowedBranch({
      settings,
      clock,
      log,
      marker,
      mirror: this.mirror,
      connection: this.#connection,
      onMove: (from, to) => this.#teller.headMoved(from, to),
    });
    this.#reporter = createReporter(ports, settings);
    this.done = this.#loop();
  }

  /** Revision that was applied last; undefined before the first. */
  get applied(): string | undefined {
    return this.#branch.applied;
  }

  get head(): string | undefined {
    return this.#branch.head;
  }

  /** What the last pass read; undefined before the first. */
  get reading(): Reading | undefined {
    return this.#result?.reading;
  }

  get gitStatus(): GitStatus {
    return this.#connection.status;
  }

  get report(): SyncReport {
    const { applied, failure, head } = this.#branch;
    const unreachable = failure && ({ state: 'unreachable', message: failure } as const);
    return reportOf(head, applied, this.#result, unreachable || this.#failure);
  }

  /** Fetches at once; resolves with what is to be synced, rejects with what is wrong. */
  refresh(): Promise<Refreshed> {
    return this.#ring(this.#branch.ask());
  }

  /** Fetches and applies everything anew; resolves with what that did. */
  sync(how: { readonly isPruneConfirmed: boolean }): Promise<PassResult> {
    this.#branch.notice();
    this.#isConfirmed ||= how.isPruneConfirmed;
    this.#fullSyncAt = 0;
    return this.#ring(this.#syncs.add());
  }

  /** Someone says that the branch moved; without a revision it is fetched in any case. */
  notice(revision?: string): void {
    this.#branch.notice(revision);
    this.#alarm.ring();
  }

  /** Revisions up to `ref` that are not applied yet, newest first. */
  async pending(ref: string): Promise<string[]> {
    const to = await this.mirror.resolve(ref);
    if (to === undefined) throw new KnownError('not-found', `unknown revision "${ref}"`);
    const paths = changePaths(this.settings);
    const from = this.applied;
    const commits = await this.mirror.log({ to, paths, ...(from === undefined ? {} : { from }) });
    return commits.map(({ revision }) => revision);
  }

  #watchDrift(setName: string): DriftWatch {
    const { cluster, clock, signal } = this.#ports;
    const onDrift = (id: string): void => {
      this.#pass.doubt(id);
      this.#isDrifted = true;
      this.#alarm.ring();
    };
    return createDriftWatch({ cluster, setName, run: { clock, signal, log: this.#log }, onDrift });
  }

  #ring<T>(answer: Promise<T>): Promise<T> {
    this.#alarm.ring();
    return answer;
  }

  async #loop(): Promise<void> {
    const { clock, signal } = this.#ports;
    while (!signal.aborted) {
      await this.#turn();
      await this.#alarm.wait(this.#nextAt() - clock.now().getTime(), signal);
    }
    const stopped = new KnownError('failed', 'the sync has been stopped');
    this.#branch.reject(stopped);
    this.#syncs.reject(stopped);
    await this.mirror.close();
  }

  /** When there is something to do by itself; without a head nothing but fetching. */
  #nextAt(): number {
    const { fetchAt, head } = this.#branch;
    return head === undefined ? fetchAt : Math.min(fetchAt, this.#fullSyncAt, this.#retry.at);
  }

  /** Nothing that happens in one turn may end the loop. */
  async #turn(): Promise<void> {
    try {
      await this.#branch.refreshWhenDue();
      if (this.#isSyncDue()) await this.#sync();
    } catch (thrown) {
      if (!this.#ports.signal.aborted) await this.#failed(thrown);
    }
  }

  async #failed(thrown: unknown): Promise<void> {
    const log = this.#log.with({ url: safeUrl(this.settings.url) });
    const message = messageOf(thrown);
    // The same failure every ten seconds is said once.
    const say = message === this.#said ? log.debug : log.error;
    this.#said = message;
    say(message, thrown instanceof KnownError ? {} : { stack: (thrown as Error).stack });
    this.#branch.reject(thrown);
    this.#syncs.reject(thrown);
    await this.#teller.commits();
    await this.#tell();
  }

  #isSyncDue(): boolean {
    const { head } = this.#branch;
    if (head === undefined) return false;
    const { clock } = this.#ports;
    const { syncIntervalMs } = this.settings;
    return (
      head !== this.#tried ||
      this.#isDrifted ||
      isDue(clock, this.#fullSyncAt, syncIntervalMs) ||
      isDue(clock, this.#retry.at, syncIntervalMs)
    );
  }

  async #sync(): Promise<void> {
    const { clock } = this.#ports;
    const { syncIntervalMs } = this.settings;
    const head = this.#branch.head!;
    const now = clock.now().getTime();
    const isFull = isDue(clock, this.#fullSyncAt, syncIntervalMs);
    if (isFull) this.#fullSyncAt = now + syncIntervalMs;
    this.#tried = head;
    this.#isDrifted = false;
    const asked = isFull ? this.#syncs.take() : undefined;
    try {
      const result = await this.#apply(head, isFull);
      this.#metrics.passEnded(this.settings.name, secondsSince(clock, now), result);
      await this.#succeeded(result, new Date(now));
      asked?.resolve(result);
    } catch (thrown) {
      this.#failure = { state: 'failing', message: messageOf(thrown) };
      this.#metrics.passEnded(this.settings.name, secondsSince(clock, now), undefined);
      this.#retry.later(thrown);
      // What was to be looked at as a whole still is.
      if (isFull) this.#fullSyncAt = Math.min(this.#fullSyncAt, this.#retry.at);
      asked?.reject(thrown);
      throw thrown;
    }
  }

  async #apply(head: string, isFull: boolean): Promise<PassResult> {
    const { clock, signal } = this.#ports;
    await this.#seed();
    const old = this.applied ?? '';
    this.#log.info('trying to sync git changes to the cluster', { old, new: head });
    const how = { isFull, isPruneConfirmed: isFull && this.#isConfirmed };
    const ms = this.settings.syncTimeoutMs;
    const result = await withTimeLimit({ clock, ms, signal, what: 'the sync' }, (until) =>
      this.#pass.run(head, how, { signal: until, log: this.#log, clock } satisfies Run),
    );
    if (isFull) this.#isConfirmed = false;
    return result;
  }

  /** Reads what was applied last, so that the first sync tells only what is new. */
  async #seed(): Promise<void> {
    const revision = this.applied;
    if (this.#isSeeded || revision === undefined) return;
    this.#isSeeded = true;
    try {
      const { clock, signal } = this.#ports;
      const limit = { clock, signal, ms: this.settings.syncTimeoutMs, what: 'the last revision' };
      await withTimeLimit(limit, (until) => this.#pass.seed(revision, until));
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
      this.#log.warn('failed to load last-synced resources. sync event may be inaccurate', {
        err: thrown.message,
      });
    }
  }

  async #succeeded(result: PassResult, startedAt: Date): Promise<void> {
    const before = this.applied;
    this.#failure = undefined;
    this.#result = result;
    this.#drift?.expect(this.#pass.objects);
    this.#said = '';
    if (result.isRetryDue) this.#retry.later(undefined);
    else this.#retry.never();
    await this.#teller.synced({ before, result, startedAt });
    await this.#moveMarker(result.revision);
    this.#branch.applied = result.revision;
    this.#isSeeded = true;
    await this.#tell();
  }

  async #tell(): Promise<void> {
    try {
      await this.#reporter.report({
        ...this.report,
        syncedAt: this.#ports.clock.now().toISOString(),
      });
    } catch (thrown) {
      if (!this.#ports.signal.aborted) {
        this.#log.warn('the state of the sync could not be written', { err: messageOf(thrown) });
      }
    }
  }
}

function secondsSince(clock: Clock, startMs: number): number {
  return (clock.now().getTime() - startMs) / 1000;
}
