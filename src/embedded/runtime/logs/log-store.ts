import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EventEmitter } from 'node:events';
import { KnownError, type Clock } from '../../../base/index.ts';
import { openLogFile, type LogFile } from './log-file.ts';
import { readLog, type LogWish } from './read-log.ts';

/** The logs of all containers: `<dir>/<pod uid>/<container>/<attempt>.log`. */
export interface LogStore {
  open(at: { uid: string; container: string; attempt: number }): LogFile;
  /** The newest attempt, or the one before it; throws `KnownError('invalid')` in the API's words. */
  read(
    at: { uid: string; pod: string; container: string; previous: boolean },
    wish: LogWish,
  ): ReadableStream<Uint8Array>;
  /** The number of the next attempt; goes on over restarts of this program. */
  nextAttempt(uid: string, container: string): number;
  /** When the last line of an attempt was written; undefined when there is none. */
  lastWritten(at: { uid: string; container: string; attempt: number }): Date | undefined;
  dirOf(uid: string): string;
}

/** Opens the store; nothing is written until a container starts. */
export function openLogStore(dir: string, clock: Clock): LogStore {
  const news = new EventEmitter().setMaxListeners(0);
  const growing = new Set<string>();
  const dirOf = (uid: string): string => join(dir, uid);
  const attempts = (uid: string, container: string): number[] => {
    try {
      return readdirSync(join(dirOf(uid), container))
        .flatMap((name) => /^(\d+)\.log$/.exec(name)?.[1] ?? [])
        .map(Number)
        .toSorted((a, b) => b - a);
    } catch {
      return [];
    }
  };
  return {
    dirOf,
    nextAttempt: (uid, container) => (attempts(uid, container)[0] ?? -1) + 1,
    lastWritten: ({ uid, container, attempt }) =>
      statSync(join(dirOf(uid), container, `${attempt}.log`), { throwIfNoEntry: false })?.mtime,
    open: ({ uid, container, attempt }) => {
      const path = join(dirOf(uid), container, `${attempt}.log`);
      growing.add(path);
      const file = openLogFile(path, clock, () => news.emit(path));
      return {
        write: file.write,
        end: () => {
          growing.delete(path);
          file.end();
        },
      };
    },
    read: ({ uid, pod, container, previous }, wish) => {
      const attempt = attempts(uid, container)[previous ? 1 : 0];
      if (attempt === undefined) throw noLog(pod, container, previous);
      const path = join(dirOf(uid), container, `${attempt}.log`);
      const changed = (signal: AbortSignal): Promise<void> => nextNews(news, path, signal);
      return readLog({ path, hasEnded: () => !growing.has(path), changed }, wish);
    },
  };
}

function noLog(pod: string, container: string, previous: boolean): KnownError {
  const message = previous
    ? `previous terminated container "${container}" in pod "${pod}" not found`
    : `container "${container}" in pod "${pod}" is waiting to start: ContainerCreating`;
  return new KnownError('invalid', message);
}

function nextNews(news: EventEmitter, path: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      news.off(path, done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    if (signal.aborted) return resolve();
    news.once(path, done);
    return signal.addEventListener('abort', done, { once: true });
  });
}
