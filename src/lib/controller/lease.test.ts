import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, KnownError, silentLogger, systemClock } from '../../base/index.ts';
import { createApiServer, type ApiServer } from '../../embedded/apiserver/index.ts';
import { connect, kinds, type Cluster } from '../kube/index.ts';
import { addressAnnotation, runElected, type Holder } from './index.ts';

let server: ApiServer;
let clock: FakeClock;
let candidates: Candidate[];

interface Candidate {
  readonly name: string;
  readonly stop: AbortController;
  readonly done: Promise<void>;
  /** Its requests do not arrive any more: `hang` gives no answer at all. */
  isCut: boolean | 'hang';
  isLeading: boolean;
  terms: number;
  holders: Holder[];
}

beforeEach(async () => {
  server = await createApiServer({ storePath: ':memory:', clock: systemClock, log: silentLogger });
  clock = new FakeClock();
  candidates = [];
});

afterEach(async () => {
  for (const each of candidates) each.stop.abort();
  await until(() => false, 50).catch(() => {});
  await server.close();
});

const place = { namespace: 'default', name: 'trice' };
const times = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2000 };

function candidate(name: string): Candidate {
  const stop = new AbortController();
  const self: Candidate = {
    name,
    stop,
    done: Promise.resolve(),
    isCut: false,
    isLeading: false,
    terms: 0,
    holders: [],
  };
  const cluster: Cluster = connect({
    transport: (request) => {
      if (self.isCut === 'hang') return new Promise(() => {});
      return self.isCut
        ? Promise.reject(new KnownError('unreachable', 'cut off'))
        : server.transport(request);
    },
  });
  const ports = { cluster, clock, log: silentLogger, signal: stop.signal };
  const settings = {
    ...place,
    ...times,
    self: { identity: name, address: `10.0.0.${candidates.length}` },
    onHolder: (holder: Holder): void => void self.holders.push(holder),
  };
  const done = runElected(ports, settings, async (signal) => {
    self.isLeading = true;
    self.terms += 1;
    // Two at once is what must never be.
    expect(candidates.filter(({ isLeading }) => isLeading).length).toBeLessThanOrEqual(1);
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    self.isLeading = false;
  });
  const made = Object.assign(self, { done });
  candidates.push(made);
  return made;
}

/** Lets time pass in steps of a second until something is so; the seconds that took. */
async function until(isSo: () => boolean, most: number = 60): Promise<number> {
  for (let seconds = 0; seconds < most; seconds += 1) {
    for (let turn = 0; turn < 10; turn += 1) {
      if (isSo()) return seconds;
      await new Promise(setImmediate);
    }
    await clock.advance(1000);
  }
  throw new Error(`not within ${most} seconds`);
}

describe('leader election', () => {
  it('one leads, and the Lease tells who and where', async () => {
    const [first] = [candidate('first')];
    await until(() => first.isLeading);
    const second = candidate('second');
    await until(() => second.holders.length > 0);
    await until(() => false, 40).catch(() => {});
    expect([first.terms, second.terms, second.isLeading]).toEqual([1, 0, false]);
    expect(second.holders).toEqual([{ identity: 'first', address: '10.0.0.0' }]);
    const lease = await connect({ transport: server.transport }).get(kinds.Lease, place);
    expect(lease).toMatchObject({
      metadata: { annotations: { [addressAnnotation]: '10.0.0.0' } },
      spec: { holderIdentity: 'first', leaseDurationSeconds: 15, leaseTransitions: 0 },
    });
  });

  it('a leader that goes lets go: the next one leads within one look', async () => {
    const first = candidate('first');
    await until(() => first.isLeading);
    const second = candidate('second');
    await until(() => second.holders.length > 0);
    first.stop.abort();
    await first.done;
    expect(await until(() => second.isLeading)).toBeLessThanOrEqual(3);
  });

  it.each([true, 'hang'] as const)('a silent leader (%s) stops in time', async (how) => {
    const first = candidate('first');
    await until(() => first.isLeading);
    const second = candidate('second');
    await until(() => second.holders.length > 0);
    first.isCut = how;
    const stopped = await until(() => !first.isLeading);
    expect(stopped).toBeGreaterThanOrEqual(7);
    const taken = stopped + (await until(() => second.isLeading));
    expect(taken).toBeGreaterThan(stopped);
    expect(taken).toBeLessThanOrEqual(18);
    // Back again, it is a candidate like any other.
    first.isCut = false;
    await until(() => first.holders.at(-1)?.identity === 'second');
    expect([first.isLeading, second.isLeading]).toEqual([false, true]);
    second.stop.abort();
    await second.done;
    await until(() => first.isLeading);
    expect(first.terms).toBe(2);
  });

  it('a leader whose lease someone else took stops at its next look', async () => {
    const first = candidate('first');
    await until(() => first.isLeading);
    const cluster = connect({ transport: server.transport });
    const spec = { holderIdentity: 'thief', leaseDurationSeconds: 3600 };
    await cluster.patch(kinds.Lease, place, { spec }, { type: 'merge' });
    expect(await until(() => !first.isLeading)).toBeLessThanOrEqual(3);
    expect(await cluster.get(kinds.Lease, place)).toMatchObject({
      spec: { holderIdentity: 'thief' },
    });
  });

  it('work that fails is a failure of the whole, and the lease is free', async () => {
    const cluster = connect({ transport: server.transport });
    const ports = { cluster, clock, log: silentLogger, signal: new AbortController().signal };
    const failing = runElected(
      ports,
      { ...place, ...times, self: { identity: 'me' } },
      async () => {
        throw new KnownError('failed', 'no way');
      },
    );
    await expect(failing).rejects.toThrow('no way');
    expect(await cluster.get(kinds.Lease, place)).toMatchObject({ spec: { holderIdentity: '' } });
  });
});
