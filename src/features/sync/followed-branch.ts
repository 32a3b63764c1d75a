import { KnownError, messageOf } from '../../base/index.ts';
import type { Clock, Logger } from '../../base/index.ts';
import { safeUrl } from '../../lib/git/index.ts';
import type { Mirror } from '../../lib/git/index.ts';
import type { Connection } from './connection.ts';
import { isDue } from './timing/is-due.ts';
import type { Marker } from './marker.ts';
import type { RepositorySettings } from './settings.ts';
import { createTrust, unverifiedText } from './trusted-head.ts';
import type { TrustHead } from './trusted-head.ts';
import { createWaiters } from './timing/waiters.ts';

/** What a fetch brought. */
export interface Refreshed {
  /** The revision that is synced. */
  readonly revision: string;
  /** Why that is not the head of the branch. */
  readonly warning: string | undefined;
}

interface BranchPorts {
  readonly mirror: Mirror;
  readonly settings: RepositorySettings;
  readonly connection: Connection;
  readonly marker: Marker;
  readonly clock: Clock;
  readonly log: Logger;
  /** Hears of each move of the head, but not of the first. */
  readonly onMove: (from: string, to: string) => void;
}

const notReadyRetryMs = 10_000;

/** The branch of a repository: when it is fetched, how far it can be trusted, and what was applied of it. */
export class FollowedBranch {
  readonly #ports: BranchPorts;
  readonly #trust: TrustHead;
  readonly #asked = createWaiters<Refreshed>();
  #isAsked = true;
  /** The head that someone told us of: fetched unless we have it already. */
  #expected: string | undefined;
  #isMarkerKnown = false;
  /** When it is fetched by itself. */
  fetchAt = 0;
  /** Newest revision that may be synced. */
  head: string | undefined;
  /** Revision that was applied last; what the marker says before the first sync. */
  applied: string | undefined;
  /** Why it could not be fetched. */
  failure: string | undefined;

  constructor(ports: BranchPorts) {
    this.#ports = ports;
    this.#trust = createTrust(ports);
  }

  /** Resolves with what the next fetch brings, rejects with what is wrong. */
  ask(): Promise<Refreshed> {
    this.#isAsked = true;
    return this.#asked.add();
  }

  /** Someone says that the branch moved; without a revision it is fetched in any case. */
  notice(revision?: string): void {
    if (revision === undefined) this.#isAsked = true;
    else this.#expected = revision;
  }

  /** Those who still wait for a fetch are told why there is none. */
  reject(reason: unknown): void {
    this.#asked.reject(reason);
  }

  /** Fetches when someone asked, the branch is said to have moved, or it is time. */
  async refreshWhenDue(): Promise<void> {
    const { clock, settings } = this.#ports;
    const isNews = this.#expected !== undefined && this.#expected !== this.head;
    if (this.#isAsked || isNews || isDue(clock, this.fetchAt, settings.pollIntervalMs)) {
      await this.#refresh();
    }
  }

  async #refresh(): Promise<void> {
    const { clock, log, settings } = this.#ports;
    const { branch, pollIntervalMs, url } = settings;
    this.#isAsked = false;
    this.#expected = undefined;
    const asked = this.#asked.take();
    try {
      const refreshed = await this.#fetch();
      this.failure = undefined;
      this.fetchAt = clock.now().getTime() + pollIntervalMs;
      const HEAD = refreshed.revision;
      log.info('', { event: 'refreshed', url: safeUrl(url), branch, HEAD });
      asked.resolve(refreshed);
    } catch (thrown) {
      this.fetchAt = clock.now().getTime() + Math.min(pollIntervalMs, notReadyRetryMs);
      this.failure = messageOf(thrown);
      asked.reject(thrown);
      throw thrown;
    }
  }

  async #fetch(): Promise<Refreshed> {
    const head = await this.#ports.connection.refresh();
    await this.#learnMarker();
    const revision = await this.#trust(head, this.applied);
    const before = this.head;
    this.head = revision;
    if (before !== undefined && before !== revision) this.#ports.onMove(before, revision);
    if (this.#expected === head) this.#expected = undefined;
    return { revision, warning: unverifiedText(head, revision) };
  }

  /** Learns what a former process applied last; with verification nothing is trusted before that. */
  async #learnMarker(): Promise<void> {
    if (this.#isMarkerKnown) return;
    const { log, marker, settings } = this.#ports;
    try {
      this.applied = await marker.read();
    } catch (thrown) {
      if (!(thrown instanceof KnownError) || settings.verifySignatures !== 'none') throw thrown;
      log.warn('the last-synced revision could not be read', { err: thrown.message });
    }
    this.#isMarkerKnown = true;
  }
}
