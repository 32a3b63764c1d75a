import { KnownError } from '../../../base/index.ts';
import type { Clock } from '../../../base/index.ts';
import type { Cluster } from '../../kube/index.ts';
import type { ReleaseObject } from './objects.ts';
import { isReady } from './ready.ts';

interface WaitPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Helm asks every two seconds; the first answers are looked for sooner. */
const pollsMs = [50, 100, 200, 400, 800, 1500];
const pollMs = 2000;

/** How often in a row a server may fail to answer before that is the failure. */
const maxFaults = 30;

/** Waits until every object is ready by Helm's rules (reference: helm.md F.7), or throws `context deadline exceeded`. */
export async function waitReady(
  ports: WaitPorts,
  entries: readonly ReleaseObject[],
  how: { readonly timeoutMs: number; readonly jobs?: boolean },
): Promise<void> {
  let open = [...entries];
  let faults = 0;
  await until(ports, how.timeoutMs, async () => {
    try {
      const ready = await Promise.all(open.map((entry) => isReady(ports.cluster, entry, how.jobs)));
      open = open.filter((_, at) => ready[at] !== true);
      faults = 0;
    } catch (thrown) {
      faults += 1;
      if (faults > maxFaults || !isPassing(thrown)) throw thrown;
      return false;
    }
    return open.length === 0;
  });
}

/** The server did not answer, or said that it cannot just now. */
function isPassing(thrown: unknown): boolean {
  if (!(thrown instanceof KnownError)) return false;
  return thrown.code === 'unreachable' || thrown.status === 429;
}

/** Waits until none of the objects is there any more. */
export async function waitGone(
  ports: WaitPorts,
  entries: readonly ReleaseObject[],
  timeoutMs: number,
): Promise<void> {
  await until(ports, timeoutMs, async () => {
    const lives = await Promise.all(
      entries.map(({ object, resource }) => ports.cluster.get(resource, object.metadata)),
    );
    return lives.every((live) => live === undefined);
  });
}

/** Asks until the answer is yes. */
export async function until(
  { clock, signal }: WaitPorts,
  timeoutMs: number,
  isDone: () => Promise<boolean>,
): Promise<void> {
  const end = clock.now().getTime() + timeoutMs;
  for (let round = 0; !(await isDone()); round += 1) {
    const left = end - clock.now().getTime();
    if (left <= 0) throw new KnownError('timeout', 'context deadline exceeded');
    await clock.sleep(Math.min(pollsMs[round] ?? pollMs, left), signal);
  }
}
