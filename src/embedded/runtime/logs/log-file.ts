import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../../../base/index.ts';

/** A file of one container's output is cut over at this size; the part before is kept once. */
const maxBytes = 10 * 2 ** 20;
/** A line longer than this is written in parts, as container runtimes do. */
const maxLine = 16 * 2 ** 10;

export interface LogFile {
  write(stream: 'stdout' | 'stderr', chunk: Uint8Array): void;
  /** Writes what has no newline yet, and closes. */
  end(): void;
}

/** Told the path of a file whenever something was written to it, or it has ended. */
export type Appended = (path: string) => void;

/**
 * One attempt of one container, on disk: `<RFC 3339 with nanoseconds> stdout F text` per line (`P` for a
 * part of a long one), which is the format of container runtimes. Lines of both streams stay whole.
 */
export function openLogFile(path: string, clock: Clock, appended: Appended): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  let file = openSync(path, 'a');
  let size = statSync(path).size;
  const open = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  const put = (stream: string, line: Uint8Array, isWhole: boolean): Buffer =>
    Buffer.concat([
      Buffer.from(`${nanoTime(clock)} ${stream} ${isWhole ? 'F' : 'P'} `),
      line,
      Buffer.from('\n'),
    ]);
  const flush = (lines: readonly Buffer[]): void => {
    if (lines.length === 0) return;
    const bytes = Buffer.concat(lines);
    try {
      if (size > 0 && size + bytes.length > maxBytes) {
        file = cutOver(path, file);
        size = 0;
      }
      writeSync(file, bytes);
      size += bytes.length;
    } catch {
      // A full disk costs lines of a log, not the platform: a program's output has nobody to complain to.
    }
    appended(path);
  };
  return {
    write: (stream, chunk) => {
      const lines: Buffer[] = [];
      let rest =
        open[stream].length === 0 ? Buffer.from(chunk) : Buffer.concat([open[stream], chunk]);
      for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
        lines.push(put(stream, rest.subarray(0, at), true));
        rest = rest.subarray(at + 1);
      }
      for (; rest.length > maxLine; rest = rest.subarray(maxLine))
        lines.push(put(stream, rest.subarray(0, maxLine), false));
      open[stream] = rest;
      flush(lines);
    },
    end: () => {
      const streams = ['stdout', 'stderr'] as const;
      flush(
        streams.flatMap((each) => (open[each].length > 0 ? [put(each, open[each], true)] : [])),
      );
      closeSync(file);
      appended(path);
    },
  };
}

function cutOver(path: string, file: number): number {
  renameSync(path, `${path}.1`);
  closeSync(file);
  return openSync(path, 'a');
}

/** The clock gives milliseconds; the format has nine digits. */
function nanoTime(clock: Clock): string {
  return clock.now().toISOString().replace('Z', '000000Z');
}
