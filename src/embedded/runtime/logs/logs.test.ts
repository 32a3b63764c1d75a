import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../../base/index.ts';
import { openLogStore, type LogStore } from './log-store.ts';
import type { LogWish } from './read-log.ts';

let dir: string;
let clock: FakeClock;
let logs: LogStore;
const at = { uid: 'u', container: 'c' };
const never = new AbortController().signal;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'trice-logs-'));
  clock = new FakeClock('2026-01-02T03:04:05.000Z');
  logs = openLogStore(dir, clock);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const read = (wish: Partial<LogWish> = {}, previous = false): ReadableStream<Uint8Array> =>
  logs.read(
    { ...at, pod: 'p', previous },
    { follow: false, timestamps: false, signal: never, ...wish },
  );
const text = (wish?: Partial<LogWish>, previous?: boolean): Promise<string> =>
  new Response(read(wish, previous)).text();

it('keeps lines whole, in order, with times, and counts from the end', async () => {
  const file = logs.open({ ...at, attempt: 0 });
  file.write('stdout', Buffer.from('one\ntw'));
  file.write('stderr', Buffer.from('oops\n'));
  await clock.advance(60_000);
  file.write('stdout', Buffer.from('o\nthree'));
  file.end();
  expect(await text()).toBe('one\noops\ntwo\nthree\n');
  expect(await text({ tailLines: 2 })).toBe('two\nthree\n');
  expect(await text({ tailLines: 0 })).toBe('');
  expect(await text({ limitBytes: 5 })).toBe('one\no');
  expect(await text({ sinceTime: '2026-01-02T03:04:30Z' })).toBe('two\nthree\n');
  expect(await text({ timestamps: true, tailLines: 1 })).toBe(
    '2026-01-02T03:05:05.000000000Z three\n',
  );
});

it('a very long line is one line to the reader', async () => {
  const file = logs.open({ ...at, attempt: 0 });
  const long = 'x'.repeat(50_000);
  file.write('stdout', Buffer.from(`first\n${long}\nlast\n`));
  file.end();
  expect(await text({ tailLines: 2 })).toBe(`${long}\nlast\n`);
});

it('follows until the container ends, over a cut of the file', async () => {
  const file = logs.open({ ...at, attempt: 0 });
  file.write('stdout', Buffer.from('zero\n'));
  const following = text({ follow: true });
  const block = `${'y'.repeat(1023)}\n`.repeat(1024);
  for (let round = 0; round < 12; round += 1) {
    file.write('stdout', Buffer.from(block));
    await new Promise(setImmediate);
  }
  file.write('stdout', Buffer.from('end\n'));
  file.end();
  const all = await following;
  expect(all.startsWith('zero\n')).toBe(true);
  expect(all.endsWith('end\n')).toBe(true);
  expect(all.length).toBe('zero\nend\n'.length + 12 * block.length);
});

it('knows the attempt before, and says what is missing in the API’s words', async () => {
  expect(() => read()).toThrow('container "c" in pod "p" is waiting to start: ContainerCreating');
  const first = logs.open({ ...at, attempt: logs.nextAttempt('u', 'c') });
  first.write('stdout', Buffer.from('old\n'));
  first.end();
  expect(() => read({}, true)).toThrow('previous terminated container "c" in pod "p" not found');
  expect(logs.nextAttempt('u', 'c')).toBe(1);
  logs.open({ ...at, attempt: 1 }).end();
  expect(await text({}, true)).toBe('old\n');
});
