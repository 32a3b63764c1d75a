import { open, readFile } from 'node:fs/promises';

/** Which lines are wanted, as the API's log request names them. */
export interface LogWish {
  readonly follow: boolean;
  readonly timestamps: boolean;
  readonly tailLines?: number;
  /** RFC 3339. */
  readonly sinceTime?: string;
  readonly limitBytes?: number;
  readonly signal: AbortSignal;
}

/** What a reader needs of a file that may still grow. */
export interface Growing {
  readonly path: string;
  /** Resolves at the next change of the file. */
  changed(signal: AbortSignal): Promise<void>;
  /** Whether nothing will be added any more. */
  hasEnded(): boolean;
}

interface Entry {
  readonly time: string;
  readonly text: Buffer;
  readonly isWhole: boolean;
}

/** The lines of a log file, as text for `kubectl logs`; with `follow` it goes on until the container ends. */
export function readLog(growing: Growing, wish: LogWish): ReadableStream<Uint8Array> {
  const stop = new AbortController();
  const signal = AbortSignal.any([wish.signal, stop.signal]);
  const lines = linesOf(growing, { ...wish, signal });
  return new ReadableStream({
    async pull(controller) {
      const next = await lines.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    cancel() {
      stop.abort();
    },
  });
}

async function* linesOf(growing: Growing, wish: LogWish): AsyncGenerator<Uint8Array> {
  let left = wish.limitBytes ?? Infinity;
  for await (const bytes of chunksOf(growing, wish)) {
    const cut = bytes.length > left ? bytes.subarray(0, left) : bytes;
    left -= cut.length;
    if (cut.length > 0) yield cut;
    if (left <= 0) return;
  }
}

async function* chunksOf(growing: Growing, wish: LogWish): AsyncGenerator<Buffer> {
  const { path } = growing;
  const before = await readFile(`${path}.1`).catch(() => Buffer.alloc(0));
  let file = await open(path, 'r');
  try {
    let { ino } = await file.stat();
    let rest: Buffer = Buffer.alloc(0);
    let isFirst = true;
    while (!wish.signal.aborted) {
      // Whether it has ended is asked before reading, so that its last lines are not missed.
      const isLast = !wish.follow || growing.hasEnded();
      const changed = isLast ? undefined : growing.changed(wish.signal);
      const bytes = Buffer.concat([rest, await readOn(file)]);
      const { entries, open: unfinished } = parse(isFirst ? Buffer.concat([before, bytes]) : bytes);
      rest = unfinished;
      const text = show(isFirst ? select(entries, wish) : entries, wish);
      isFirst = false;
      if (text.length > 0) yield text;
      const moved = await reopen(path, ino);
      if (moved !== undefined) {
        // It may have grown between our last look and the cut.
        rest = Buffer.concat([rest, await readOn(file)]);
        await file.close();
        ({ file, ino } = moved);
        continue;
      }
      if (isLast) return;
      await changed;
    }
  } finally {
    await file.close();
  }
}

/** The file that now has the path, when the one at hand was cut over. */
async function reopen(path: string, ino: number) {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return undefined;
  const stat = await file.stat();
  if (stat.ino !== ino) return { file, ino: stat.ino };
  await file.close();
  return undefined;
}

async function readOn(file: Awaited<ReturnType<typeof open>>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (;;) {
    const part = Buffer.alloc(64 * 2 ** 10);
    const { bytesRead } = await file.read(part, 0, part.length, null);
    if (bytesRead === 0) return Buffer.concat(parts);
    parts.push(part.subarray(0, bytesRead));
  }
}

function parse(bytes: Buffer): { entries: Entry[]; open: Buffer } {
  const entries: Entry[] = [];
  let from = 0;
  for (let to = bytes.indexOf(10); to >= 0; to = bytes.indexOf(10, from)) {
    const line = bytes.subarray(from, to);
    const space = line.indexOf(32);
    // `stdout F ` and `stderr F ` are nine bytes.
    entries.push({
      time: line.subarray(0, space).toString(),
      isWhole: line[space + 8] === 70,
      text: line.subarray(space + 10),
    });
    from = to + 1;
  }
  return { entries, open: Buffer.from(bytes.subarray(from)) };
}

function select(entries: readonly Entry[], { tailLines, sinceTime }: LogWish): Entry[] {
  const since = sinceTime === undefined ? undefined : Date.parse(sinceTime);
  const young =
    since === undefined
      ? [...entries]
      : entries.filter((each) => Date.parse(`${each.time.slice(0, 23)}Z`) >= since);
  if (tailLines === undefined) return young;
  if (tailLines === 0) return [];
  let lines = 0;
  let at = young.length;
  while (at > 0) {
    if (young[at - 1]?.isWhole === true) {
      if (lines === tailLines) break;
      lines += 1;
    }
    at -= 1;
  }
  return young.slice(at);
}

function show(entries: readonly Entry[], { timestamps }: LogWish): Buffer {
  let isStart = true;
  const parts: Buffer[] = [];
  for (const { time, text, isWhole } of entries) {
    if (timestamps && isStart) parts.push(Buffer.from(`${time} `));
    parts.push(text);
    if (isWhole) parts.push(Buffer.from('\n'));
    isStart = isWhole;
  }
  return Buffer.concat(parts);
}
