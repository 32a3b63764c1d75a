import {
  KnownError,
  messageOf,
  type Clock,
  type KubeObject,
  type Logger,
} from '../../base/index.ts';
import { kinds, type Cluster } from '../kube/index.ts';

export interface LeasePorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends the candidacy, and gives up the lease when it is ours. */
  readonly signal: AbortSignal;
}

/** Whom the Lease names. */
export interface Holder {
  readonly identity: string;
  /** Where the holder answers, when it said so; no port. */
  readonly address?: string;
}

export interface LeaseSettings {
  readonly namespace: string;
  readonly name: string;
  /** Who we are; no two candidates may have the same. */
  readonly self: Holder;
  /** How long a holder that says nothing more is waited for. */
  readonly leaseMs: number;
  /** A holder that could not renew for so long stops its work; shorter than the lease. */
  readonly renewDeadlineMs: number;
  /** Pause between two looks. */
  readonly retryMs: number;
  /** Hears who leads, when that changes. */
  readonly onHolder?: (holder: Holder) => void;
}

/** The times of client-go and of every controller of Kubernetes. */
export const defaultLeaseTimes: Pick<LeaseSettings, 'leaseMs' | 'renewDeadlineMs' | 'retryMs'> = {
  leaseMs: 15_000,
  renewDeadlineMs: 10_000,
  retryMs: 2000,
};

/**
 * Annotation of the Lease: address of its holder, so that the others can pass requests on.
 */
export const addressAnnotation = 'trice.dev/address';

type Lease = KubeObject & { spec?: LeaseSpec };

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

/** What a look brought: the lease as it stands, and since when we have seen it so. */
interface Seen {
  readonly lease: Lease;
  readonly atMs: number;
}

/**
 * Runs `lead` while the Lease is ours, as client-go's leader election does: others are believed for as
 * long as their record last said, counted from when *we* saw it change, so that clocks may differ. When
 * the lease is lost, `lead`'s signal aborts; when it has ended we are a candidate again. Resolves when
 * the signal has aborted and the lease is given up. Throws what `lead` throws.
 */
export async function runElected(
  ports: LeasePorts,
  settings: LeaseSettings,
  lead: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const candidate = new Candidate(ports, settings);
  while (!ports.signal.aborted) {
    if (!(await candidate.acquire())) return;
    await leadOnce(ports, candidate, lead);
  }
}

async function leadOnce(
  { log, signal }: LeasePorts,
  candidate: Candidate,
  lead: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const term = new AbortController();
  const stop = (): void => term.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  log.info('leading');
  // Work that ends by itself, well or badly, ends the term too.
  const working = lead(term.signal).finally(() => term.abort());
  working.catch(() => {});
  try {
    await candidate.keep(term.signal);
    if (!term.signal.aborted) {
      log.error('the lease was lost; stopping');
      term.abort(new KnownError('conflict', 'another process leads now'));
    }
    await working;
  } finally {
    signal.removeEventListener('abort', stop);
    await candidate.release();
  }
}

class Candidate {
  readonly #ports: LeasePorts;
  readonly #settings: LeaseSettings;
  #seen: Seen | undefined;
  #renewedMs = 0;
  #told = '';
  #said = '';

  constructor(ports: LeasePorts, settings: LeaseSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  /** Tries until the lease is ours; false when the signal came first. */
  async acquire(): Promise<boolean> {
    const { clock, signal } = this.#ports;
    while (!signal.aborted) {
      if (await this.#try(signal, this.#settings.renewDeadlineMs)) return true;
      await clock.sleep(this.#settings.retryMs, signal).catch(() => {});
    }
    return false;
  }

  /** Renews until that has failed for too long, or the term is over. */
  async keep(term: AbortSignal): Promise<void> {
    const { clock } = this.#ports;
    const { retryMs, renewDeadlineMs } = this.#settings;
    while (!term.aborted) {
      const leftMs = (): number => this.#renewedMs + renewDeadlineMs - clock.now().getTime();
      if (leftMs() <= 0) return;
      await clock.sleep(Math.min(retryMs, leftMs()), term).catch(() => {});
      if (!term.aborted) await this.#try(term, leftMs());
      // Taken over: there is nothing to wait for.
      if (!term.aborted && !this.#isOurs()) return;
    }
  }

  /** Lets go, so that another need not wait. A record that is not ours any more is left alone. */
  async release(): Promise<void> {
    if (!this.#isOurs() || this.#seen === undefined) return;
    const { lease } = this.#seen;
    const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1 };
    this.#seen = undefined;
    try {
      const given = this.#ports.cluster.replace(kinds.Lease, { ...lease, spec });
      await this.#within(this.#settings.retryMs, given);
    } catch (thrown) {
      this.#ports.log.warn('the lease could not be given up', { err: messageOf(thrown) });
    }
  }

  #isOurs(): boolean {
    return this.#seen?.lease.spec?.holderIdentity === this.#settings.self.identity;
  }

  /** Takes or renews the lease, if it may be taken. */
  async #try(signal: AbortSignal, limitMs: number): Promise<boolean> {
    const { clock, log } = this.#ports;
    const startMs = clock.now().getTime();
    try {
      const isHeld = await this.#within(limitMs, this.#takeOrRenew());
      // Counted from before the request: others count from when they see it.
      if (isHeld) this.#renewedMs = startMs;
      this.#said = '';
      return isHeld;
    } catch (thrown) {
      const message = messageOf(thrown);
      const say = message === this.#said ? log.debug : log.warn;
      this.#said = message;
      if (!signal.aborted) say('the lease could not be taken or renewed', { err: message });
      return false;
    }
  }

  /** A server that gives no answer is not waited for. */
  async #within<T>(limitMs: number, asked: Promise<T>): Promise<T> {
    const timer = new AbortController();
    const late = this.#ports.clock.sleep(Math.max(0, limitMs), timer.signal).then(() => {
      throw new KnownError('timeout', 'no answer from the API server');
    });
    try {
      return await Promise.race([asked, late]);
    } finally {
      timer.abort();
    }
  }

  async #takeOrRenew(): Promise<boolean> {
    const { namespace, name } = this.#settings;
    // What we wrote last is what there is, unless someone else wrote: then the version tells.
    if (this.#isOurs() && (await this.#write(this.#seen!.lease))) return true;
    const live = await this.#ports.cluster.get<Lease>(kinds.Lease, { namespace, name });
    if (live === undefined) return this.#write(undefined);
    this.#look(live);
    return this.#mayTake() && this.#write(live);
  }

  #look(live: Lease): void {
    const isNews = this.#seen?.lease.metadata.resourceVersion !== live.metadata.resourceVersion;
    if (isNews) this.#seen = { lease: live, atMs: this.#ports.clock.now().getTime() };
    const identity = live.spec?.holderIdentity ?? '';
    if (identity === this.#told || identity === '') return;
    this.#told = identity;
    const address = live.metadata.annotations?.[addressAnnotation];
    this.#settings.onHolder?.({ identity, ...(address ? { address } : {}) });
  }

  #mayTake(): boolean {
    const { lease, atMs } = this.#seen!;
    const { holderIdentity = '', leaseDurationSeconds = 0 } = lease.spec ?? {};
    if (holderIdentity === '' || holderIdentity === this.#settings.self.identity) return true;
    return this.#ports.clock.now().getTime() >= atMs + leaseDurationSeconds * 1000;
  }

  /** False when someone else was faster. */
  async #write(before: Lease | undefined): Promise<boolean> {
    const { cluster, clock } = this.#ports;
    const wanted = leaseOf(this.#settings, before, clock.now());
    try {
      const written = before
        ? await cluster.replace(kinds.Lease, wanted)
        : await cluster.create(kinds.Lease, wanted);
      this.#look(written as Lease);
      return true;
    } catch (thrown) {
      const isRace =
        thrown instanceof KnownError && ['conflict', 'exists', 'not-found'].includes(thrown.code);
      if (!isRace) throw thrown;
      return false;
    }
  }
}

function leaseOf(settings: LeaseSettings, before: Lease | undefined, now: Date): Lease {
  const { namespace, name, self, leaseMs } = settings;
  // Kubernetes' MicroTime.
  const time = now.toISOString().replace('Z', '000Z');
  const { spec: old = {}, metadata = { namespace, name } } = before ?? {};
  const isRenewal = old.holderIdentity === self.identity;
  const { [addressAnnotation]: _, ...others } = metadata.annotations ?? {};
  const address = self.address === undefined ? {} : { [addressAnnotation]: self.address };
  const transitions = old.leaseTransitions ?? 0;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { ...metadata, annotations: { ...others, ...address } },
    spec: {
      holderIdentity: self.identity,
      leaseDurationSeconds: Math.max(1, Math.ceil(leaseMs / 1000)),
      acquireTime: isRenewal ? (old.acquireTime ?? time) : time,
      renewTime: time,
      leaseTransitions: isRenewal || before === undefined ? transitions : transitions + 1,
    },
  };
}
