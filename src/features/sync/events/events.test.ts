import { expect, it } from 'vitest';
import { createLogger, FakeClock, hide, KnownError } from '../../../base/index.ts';
import type { Run } from '../../../base/index.ts';
import type { EventSink } from './event-sink.ts';
import type { FluxEvent } from './flux-event.ts';
import { cloudEventsSink, upstreamSink } from './http-sinks.ts';
import { createOutbox } from './outbox.ts';

const event: FluxEvent = {
  id: 0,
  serviceIDs: ['default:deployment/app'],
  type: 'sync',
  startedAt: '2026-01-01T00:00:00Z',
  endedAt: '2026-01-01T00:00:01Z',
  logLevel: 'info',
  metadata: { commits: [] },
};
const origin = { repository: 'main', url: 'https://host/r', branch: 'master', text: 'Sync: x' };
const never = new AbortController().signal;

function recorded(answer: (request: Request) => Response): {
  readonly requests: Array<{ url: string; headers: Headers; body: unknown }>;
  readonly transport: (request: Request) => Promise<Response>;
} {
  const requests: Array<{ url: string; headers: Headers; body: unknown }> = [];
  return {
    requests,
    transport: async (request) => {
      requests.push({ url: request.url, headers: request.headers, body: await request.json() });
      return answer(request);
    },
  };
}

it('goes to an upstream as from fluxd', async () => {
  const { requests, transport } = recorded(() => new Response());
  const token = hide('abc');
  const sink = upstreamSink({ base: 'ws://fluxcloud/', token, version: '1.25.4', transport });
  await sink.send(event, origin, never);
  const [request] = requests;
  expect(request?.url).toBe('http://fluxcloud/v6/events');
  expect(request?.headers.get('authorization')).toBe('Scope-Probe token=abc');
  expect(request?.headers.get('user-agent')).toBe('fluxd/1.25.4');
  expect(request?.body).toEqual(event);
});

it('goes out as a CloudEvent', async () => {
  const { requests, transport } = recorded(() => new Response(null, { status: 202 }));
  await cloudEventsSink({ url: 'https://sink.example/in', transport }).send(event, origin, never);
  expect(requests[0]?.headers.get('content-type')).toMatch(/^application\/cloudevents\+json/);
  expect(requests[0]?.body).toMatchObject({
    specversion: '1.0',
    source: 'https://host/r#master',
    type: 'io.fluxcd.sync',
    subject: 'main',
    time: '2026-01-01T00:00:01Z',
    data: { ...event, text: 'Sync: x' },
  });
});

it.each([
  [500, 'backoff'],
  [429, 'backoff'],
  [400, 'when-changed'],
])('an answer of %i is a failure that is tried again: %s', async (status, retry) => {
  const { transport } = recorded(() => new Response('no', { status }));
  const sink = upstreamSink({ base: 'http://up', version: '1', transport });
  await expect(sink.send(event, origin, never)).rejects.toMatchObject({ status, retry });
});

it.each(['ftp://x', 'nothing', ''])('refuses the upstream %j', (base) => {
  expect(() => upstreamSink({ base, version: '1' })).toThrow(/is no http, https, ws or wss URL/);
});

function running(): { run: Run; clock: FakeClock; stop: AbortController; lines: string[] } {
  const clock = new FakeClock();
  const lines: string[] = [];
  const stop = new AbortController();
  const log = createLogger({ clock, write: (line) => lines.push(line) });
  return { run: { clock, log, signal: stop.signal }, clock, stop, lines };
}

it('keeps the order, tries again, and lets no receiver wait for another', async () => {
  const { run, clock, stop } = running();
  const got: string[] = [];
  let failures = 2;
  const last = Promise.withResolvers<void>();
  const flaky: EventSink = {
    name: 'flaky',
    send: async ({ message = '' }) => {
      if (failures > 0) {
        failures -= 1;
        throw new KnownError('unreachable', 'down');
      }
      got.push(message);
      if (message === '3') last.resolve();
    },
  };
  const quick: string[] = [];
  const healthy: EventSink = {
    name: 'quick',
    send: async ({ message = '' }) => void quick.push(message),
  };
  const outbox = createOutbox([flaky, healthy], run);
  for (const message of ['1', '2', '3']) outbox.put({ ...event, message }, origin);
  await clock.advance(0);
  expect(got).toEqual([]);
  await clock.advance(1000);
  expect(quick).toEqual(['1', '2', '3']);
  await clock.advance(5000);
  await last.promise;
  expect(got).toEqual(['1', '2', '3']);
  stop.abort();
  await outbox.done;
});

it('gives up what the receiver will never take, and a queue that is full drops the oldest', async () => {
  const { run, stop, lines } = running();
  const gate = Promise.withResolvers<void>();
  const got: string[] = [];
  const last = Promise.withResolvers<void>();
  const picky: EventSink = {
    name: 'picky',
    send: async ({ message = '' }) => {
      await gate.promise;
      if (message === '0') throw new KnownError('failed', 'bad', { retry: 'when-changed' });
      got.push(message);
      if (message === '1002') last.resolve();
    },
  };
  const outbox = createOutbox([picky], run);
  for (let at = 0; at <= 1002; at += 1) outbox.put({ ...event, message: String(at) }, origin);
  gate.resolve();
  await last.promise;
  expect(got).toHaveLength(1000);
  expect(lines.filter((line) => line.includes('given up') || line.includes('dropped'))).not.toEqual(
    [],
  );
  stop.abort();
  await outbox.done;
});
