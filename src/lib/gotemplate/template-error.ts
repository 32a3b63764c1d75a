import { KnownError } from '../../base/index.ts';
import type { ValuePath } from './trace/value-path.ts';

/** One place a failing render went through, outermost first. Line counts from 1, column is Go's byte offset. */
export interface TemplateFrame {
  readonly template: string;
  /** The file or text the template was parsed from. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The failing node as Go prints it. */
  readonly node: string;
}

/**
 * A template that does not parse or does not execute. `message` is Go's own text:
 * `template: F:L: …` for a parse error, `template: F:L:C: executing "T" at <NODE>: …` otherwise.
 */
export class TemplateError extends KnownError {
  readonly stage: 'parse' | 'execute';
  /** Where the failure passed through, outermost first; one frame for a parse error. */
  readonly frames: readonly TemplateFrame[];
  /** The text after the last place: what failed. */
  readonly reason: string;
  /** From `executeTraced`: the values that the failing action had read before it failed. */
  reads: readonly ValuePath[] = [];

  constructor(
    stage: 'parse' | 'execute',
    message: string,
    how: { frames: readonly TemplateFrame[]; reason: string; cause?: unknown },
  ) {
    const first = how.frames[0];
    super('invalid', message, {
      cause: how.cause,
      ...(first === undefined
        ? {}
        : { where: { file: first.file, line: first.line, column: first.column + 1 } }),
    });
    this.stage = stage;
    this.frames = how.frames;
    this.reason = how.reason;
  }
}

/** The error result of a Go function: its message is Go's text and nothing else. */
export class GoError extends KnownError {
  constructor(message: string, cause?: unknown) {
    super('invalid', message, { cause });
  }
}

/** A Go runtime panic inside a function, which text/template turns into an error. */
export function goPanic(message: string): GoError {
  return new GoError(`runtime error: ${message}`);
}
