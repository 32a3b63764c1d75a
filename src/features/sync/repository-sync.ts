import { KnownError, messageOf } from '../../base/index.ts';
import type { Clock, Logger, Run } from '../../base/index.ts';
import { safeUrl } from '../../lib/git/index.ts';
import type { Mirror } from '../../lib/git/index.ts';
import { createConnection } from './connection.ts';
import type { Connection, GitStatus } from './connection.ts';
import type { SyncMetrics } from './metrics.ts';
import { markerFor, markerMover } from './marker.ts';
import type { Marker } from './marker.ts';
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
import { createRetryTimer } from './retry-timer.ts';
import type { RetryTimer } from './retry-timer.ts';
import { SyncPass } from './sync-pass.ts';
import type { PassResult } from './sync-pass.ts';
import { createAlarm, withTimeLimit } from '../../lib/controller/index.ts';
import { createTrust, unverifiedText } from './trusted-head.ts';
import type { TrustHead } from './trusted-head.ts';
import { createWaiters } from './waiters.ts';

/** What the loop of one repository needs beyond the ports: how its objects are told from others'. */
interface Surroundings {
  readonly otherSets: readonly string[];
  /** fluxd's single state annotation belongs to the first repository. */
  readonly isFirst: boolean;
  readonly metrics: SyncMetrics;
  readonly outbox: Outbox;
}

/** What a fetch brought. */
export interface Refreshed {
  /** The revision that is synced. */
  readonly revision: string;
  /** Why that is not the head of the branch. */
  readonly warning: string | undefined;
}

const notLoaded = 'failed to load last-synced resources. sync event may be inaccurate';
const notReadyRetryMs = 10_000;

/** Keeps one repository in step. One loop does everything in turn: fetch, sync, move the marker. */
export class RepositorySync {
  readonly settings: RepositorySettings;
  readonly mirror: Mirror;
  readonly done: Promise<void>;
  readonly #ports: SyncPorts;
  readonly #log: Logger;
  readonly #pass: SyncPass;
  readonly #marker: Marker;
  readonly #moveMarker: (revision: string) => Promise<void>;
  readonly #reporter: Reporter;
  readonly #alarm;
  readonly #retry: RetryTimer;
  readonly #connection: Connection;
  readonly #metrics: SyncMetrics;
  readonly #trust: TrustHead;
  readonly #teller: Teller;
  readonly #refreshes = createWaiters<Refreshed>();
  readonly #syncs = createWaiters<PassResult>();
  #isFetchDue = true;
  /** The head that someone told us of: fetched unless we have it already. */
  #expected: string | undefined;
  #isConfirmed = false;
  #fetchAt = 0;
  #fullSyncAt = 0;
  #head: string | undefined;
  #tried: string | undefined;
  #applied: string | undefined;
  #isMarkerKnown = false;
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
    this.#trust = createTrust({ mirror: this.mirror, settings, log: this.#log });
    const { outbox } = around;
    this.#teller = createTeller({ ...ports, settings, mirror: this.mirror, outbox });
    const reader = readerOf(ports, settings, this.mirror);
    const { cluster, clock, signal } = ports;
    const setName = setNameOf(settings);
    this.#pass = new SyncPass({ cluster, reader, settings, setName, otherSets: around.otherSets });
    this.#marker = markerFor(ports, settings, this.mirror, around.isFirst);
    this.#moveMarker = markerMover(this.#marker, {
      clock,
      signal,
      log: this.#log,
      ms: settings.gitTimeoutMs,
    });
    this.#reporter = createReporter(ports, settings);
    this.done = this.#loop();
  }

  /** Revision that was applied last; undefined before the first. */
  get applied(): string | undefined {
    return this.#applied;
  }

  get head(): string | undefined {
    return this.#head;
  }

  /** What the last pass read; undefined before the first. */
  get reading(): Reading | undefined {
    return this.#result?.reading;
  }

  get gitStatus(): GitStatus {
    return this.#connection.status;
  }

  get report(): SyncReport {
    return reportOf(this.#head, this.#applied, this.#result, this.#failure);
  }

  /** Fetches at once; resolves with what is to be synced, rejects with what is wrong. */
  refresh(): Promise<Refreshed> {
    this.#isFetchDue = true;
    return this.#ask(this.#refreshes.add());
  }

  /** Fetches and applies everything anew; resolves with what that did. */
  sync(how: { readonly isPruneConfirmed: boolean }): Promise<PassResult> {
    this.#isFetchDue = true;
    this.#isConfirmed ||= how.isPruneConfirmed;
    this.#fullSyncAt = 0;
    return this.#ask(this.#syncs.add());
  }

  /** Someone says that the branch moved; without a revision it is fetched in any case. */
  notice(revision?: string): void {
    if (revision === undefined) this.#isFetchDue = true;
    else this.#expected = revision;
    this.#alarm.ring();
  }

  /** Revisions up to `ref` that are not applied yet, newest first. */
  async pending(ref: string): Promise<string[]> {
    const to = await this.mirror.resolve(ref);
    if (to === undefined) throw new KnownError('not-found', `unknown revision "${ref}"`);
    const paths = changePaths(this.settings);
    const from = this.#applied;
    const commits = await this.mirror.log({ to, paths, ...(from === undefined ? {} : { from }) });
    return commits.map(({ revision }) => revision);
  }

  #ask<T>(answer: Promise<T>): Promise<T> {
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
    this.#refreshes.reject(stopped);
    this.#syncs.reject(stopped);
    await this.mirror.close();
  }

  /** When there is something to do by itself; without a head nothing but fetching. */
  #nextAt(): number {
    if (this.#head === undefined) return this.#fetchAt;
    return Math.min(this.#fetchAt, this.#fullSyncAt, this.#retry.at);
  }

  /** Nothing that happens in one turn may end the loop. */
  async #turn(): Promise<void> {
    const { clock, signal } = this.#ports;
    try {
      const isNews = this.#expected !== undefined && this.#expected !== this.#head;
      const isDue = this.#isFetchDue || isNews || clock.now().getTime() >= this.#fetchAt;
      if (isDue) await this.#refresh();
      if (this.#isSyncDue()) await this.#sync();
    } catch (thrown) {
      if (!signal.aborted) await this.#failed(thrown);
    }
  }

  async #failed(thrown: unknown): Promise<void> {
    const log = this.#log.with({ url: safeUrl(this.settings.url) });
    const message = messageOf(thrown);
    // The same failure every ten seconds is said once.
    const say = message === this.#said ? log.debug : log.error;
    this.#said = message;
    say(message, thrown instanceof KnownError ? {} : { stack: (thrown as Error).stack });
    this.#refreshes.reject(thrown);
    this.#syncs.reject(thrown);
    await this.#tell();
  }

  async #refresh(): Promise<void> {
    const { clock } = this.#ports;
    const { branch, pollIntervalMs, url } = this.settings;
    this.#isFetchDue = false;
    this.#expected = undefined;
    const asked = this.#refreshes.take();
    try {
      const head = await this.#connection.refresh();
      await this.#learnMarker();
      const revision = await this.#trust(head, this.#applied);
      const before = this.#head;
      this.#head = revision;
      if (before !== undefined && before !== revision)
        await this.#teller.headMoved(before, revision);
      if (this.#expected === head) this.#expected = undefined;
      this.#failure = undefined;
      this.#fetchAt = clock.now().getTime() + pollIntervalMs;
      const fields = { event: 'refreshed', url: safeUrl(url), branch, HEAD: revision };
      this.#log.info('', fields);
      asked.resolve({ revision, warning: unverifiedText(head, revision) });
    } catch (thrown) {
      this.#fetchAt = clock.now().getTime() + Math.min(pollIntervalMs, notReadyRetryMs);
      this.#failure = { state: 'unreachable', message: messageOf(thrown) };
      asked.reject(thrown);
      throw thrown;
    }
  }

  #isSyncDue(): boolean {
    if (this.#head === undefined) return false;
    const now = this.#ports.clock.now().getTime();
    return this.#head !== this.#tried || now >= this.#fullSyncAt || now >= this.#retry.at;
  }

  async #sync(): Promise<void> {
    const { clock, signal } = this.#ports;
    const head = this.#head!;
    const now = clock.now().getTime();
    const isFull = now >= this.#fullSyncAt;
    const how = { isFull, isPruneConfirmed: isFull && this.#isConfirmed };
    if (isFull) this.#fullSyncAt = now + this.settings.syncIntervalMs;
    this.#tried = head;
    const asked = isFull ? this.#syncs.take() : undefined;
    try {
      await this.#seed();
      this.#log.info('trying to sync git changes to the cluster', {
        old: this.#applied ?? '',
        new: head,
      });
      const ms = this.settings.syncTimeoutMs;
      const result = await withTimeLimit({ clock, ms, signal, what: 'the sync' }, (until) =>
        this.#pass.run(head, how, { signal: until, log: this.#log, clock } satisfies Run),
      );
      if (isFull) this.#isConfirmed = false;
      this.#metrics.passEnded(this.settings.name, secondsSince(clock, now), result);
      await this.#succeeded(result, new Date(now));
      asked?.resolve(result);
    } catch (thrown) {
      this.#failure = { state: 'failing', message: messageOf(thrown) };
      this.#metrics.passEnded(this.settings.name, secondsSince(clock, now), undefined);
      this.#retry.later(thrown);
      asked?.reject(thrown);
      throw thrown;
    }
  }

  /** Learns what a former process applied last; with verification that must be known before anything else. */
  async #learnMarker(): Promise<void> {
    if (this.#isMarkerKnown) return;
    try {
      this.#applied = await this.#marker.read();
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
      if (this.settings.verifySignatures !== 'none') throw thrown;
      this.#log.warn(notLoaded, { err: thrown.message });
    }
    this.#isMarkerKnown = true;
  }

  /** Reads what was applied last, so that the first sync tells only what is new. */
  async #seed(): Promise<void> {
    const revision = this.#applied;
    if (this.#isSeeded || revision === undefined) return;
    this.#isSeeded = true;
    try {
      const { clock, signal } = this.#ports;
      const limit = { clock, signal, ms: this.settings.syncTimeoutMs, what: 'the last revision' };
      await withTimeLimit(limit, (until) => this.#pass.seed(revision, until));
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
      this.#log.warn(notLoaded, { err: thrown.message });
    }
  }

  async #succeeded(result: PassResult, startedAt: Date): Promise<void> {
    const before = this.#applied;
    this.#failure = undefined;
    this.#result = result;
    this.#said = '';
    if (result.isRetryDue) this.#retry.later(undefined);
    else this.#retry.never();
    await this.#teller.synced({ before, result, startedAt });
    await this.#moveMarker(result.revision);
    this.#applied = result.revision;
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
