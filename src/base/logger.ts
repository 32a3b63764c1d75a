import type { Clock } from './clock.ts';
import { logfmtLine } from './logfmt.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFormat = 'fmt' | 'json';
export type LogFields = Readonly<Record<string, unknown>>;

type Log = (message: string, fields?: LogFields) => void;

/**
 * Writes lines as fluxd does: `ts=… caller=file:line component=… key=value`. The message of `info` is
 * the field `info`, of `warn` `warning`, of `error` `err`, of `debug` `debug`; an empty message adds no field.
 */
export interface Logger {
  readonly debug: Log;
  readonly info: Log;
  readonly warn: Log;
  readonly error: Log;
  /** A logger whose lines all carry these fields too. */
  with(fields: LogFields): Logger;
}

interface LoggerOptions {
  readonly clock: Clock;
  /** Takes a line without its newline. */
  readonly write: (line: string) => void;
  readonly format?: LogFormat;
  /** Lines below this level are dropped; `info` unless told otherwise. */
  readonly level?: LogLevel;
}

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
const fieldOf: Readonly<Record<LogLevel, string>> = {
  debug: 'debug',
  info: 'info',
  warn: 'warning',
  error: 'err',
};

/** A logger that writes through `write`. */
export function createLogger(options: LoggerOptions): Logger {
  const { clock, write, format = 'fmt', level = 'info' } = options;
  const make = (carried: LogFields): Logger => {
    const at = (here: LogLevel): Log => {
      if (levels.indexOf(here) < levels.indexOf(level)) return () => {};
      const log: Log = (message, fields) => {
        const all = {
          ts: clock.now().toISOString(),
          caller: callerOf(log),
          ...carried,
          ...(message === '' ? {} : { [fieldOf[here]]: message }),
          ...fields,
        };
        write(
          format === 'json' ? JSON.stringify(all, plainErrors) : logfmtLine(Object.entries(all)),
        );
      };
      return log;
    };
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      with: (fields) => make({ ...carried, ...fields }),
    };
  };
  return make({});
}

/** A logger that says nothing. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  with: () => silentLogger,
};

/** `file.ts:12` of the line that called `log`. */
function callerOf(log: Log): string {
  const holder: { stack?: string } = {};
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 1;
  Error.captureStackTrace(holder, log);
  Error.stackTraceLimit = stackTraceLimit;
  return /([^/\\(\s]+:\d+):\d+\)?$/.exec(holder.stack ?? '')?.[1] ?? 'unknown:0';
}

function plainErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.message : value;
}
