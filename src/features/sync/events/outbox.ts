import { KnownError, messageOf } from '../../../base/index.ts';
import type { Run } from '../../../base/index.ts';
import type { EventOrigin, EventSink } from './event-sink.ts';
import type { FluxEvent } from './flux-event.ts';

/** Hands events to every sink without anyone waiting for it. */
export interface Outbox {
  put(event: FluxEvent, origin: EventOrigin): void;
  /** Resolves when the run has ended and no delivery is under way. */
  readonly done: Promise<void>;
}

type Letter = readonly [event: FluxEvent, origin: EventOrigin];

const maxWaiting = 1000;
const attemptsEach = 6;
const sendTimeoutMs = 30_000;
const pauseMs = [1000, 5000, 15_000, 60_000, 120_000];

/** One queue for each sink, so that a receiver that is down holds up nobody else. */
export function createOutbox(sinks: readonly EventSink[], run: Run): Outbox {
  const queues = sinks.map((sink) => createQueue(sink, run));
  return {
    put: (event, origin) => queues.forEach((queue) => queue.put([event, origin])),
    done: Promise.all(queues.map((queue) => queue.done)).then(() => {}),
  };
}

function createQueue(
  sink: EventSink,
  run: Run,
): { put(letter: Letter): void; done: Promise<void> } {
  const waiting: Letter[] = [];
  let wake = Promise.withResolvers<void>();
  run.signal.addEventListener('abort', () => wake.resolve(), { once: true });
  const deliver = async (): Promise<void> => {
    while (!run.signal.aborted) {
      const letter = waiting.shift();
      if (letter !== undefined) await deliverOne(sink, letter, run);
      else {
        await wake.promise;
        if (!run.signal.aborted) wake = Promise.withResolvers<void>();
      }
    }
  };
  return {
    put(letter) {
      waiting.push(letter);
      if (waiting.length > maxWaiting) {
        const [event] = waiting.shift() ?? [];
        run.log.warn('an event was dropped: its receiver is too far behind', {
          receiver: sink.name,
          type: event?.type,
        });
      }
      wake.resolve();
    },
    done: deliver(),
  };
}

async function deliverOne(sink: EventSink, letter: Letter, run: Run): Promise<void> {
  for (let attempt = 0; attempt < attemptsEach && !run.signal.aborted; attempt += 1) {
    try {
      await sendInTime(sink, letter, run);
      return;
    } catch (thrown) {
      if (run.signal.aborted) return;
      const isFinal = thrown instanceof KnownError && thrown.retry === 'when-changed';
      const isLast = isFinal || attempt === attemptsEach - 1;
      const fields = { receiver: sink.name, type: letter[0].type, err: messageOf(thrown) };
      if (isLast) return run.log.error('an event was given up', fields);
      run.log.warn('an event could not be delivered; it is tried again', fields);
      await run.clock.sleep(pauseMs[attempt] ?? 120_000, run.signal).catch(() => {});
    }
  }
}

async function sendInTime(sink: EventSink, [event, origin]: Letter, run: Run): Promise<void> {
  const over = new AbortController();
  const late = new AbortController();
  const stop = (): void => late.abort(run.signal.reason);
  run.signal.addEventListener('abort', stop, { once: true });
  const why = new KnownError('timeout', `${sink.name} gave no answer in ${sendTimeoutMs / 1000} s`);
  void run.clock.sleep(sendTimeoutMs, over.signal).then(
    () => late.abort(why),
    () => {},
  );
  try {
    await sink.send(event, origin, late.signal);
  } finally {
    over.abort();
    run.signal.removeEventListener('abort', stop);
  }
}
