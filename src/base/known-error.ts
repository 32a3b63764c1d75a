/** Why a foreseen failure happened. Closed: a new word needs a line in docs/reference/errors.md. */
export type ErrorCode =
  | 'invalid'
  | 'not-found'
  | 'exists'
  | 'denied'
  | 'conflict'
  | 'unreachable'
  | 'timeout'
  | 'unsupported'
  | 'too-large'
  | 'failed';

/** What the reconcile runtime does after this failure: try again later, wait for a change, or wait a set time. */
export type Retry = 'backoff' | 'when-changed' | { readonly afterMs: number };

/** A place in a text that a person can open. Lines and columns count from 1. */
export interface Where {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

export interface KnownErrorOptions {
  readonly cause?: unknown;
  readonly retry?: Retry;
  readonly where?: Where;
  /** HTTP status of the answer that told us, when one did. */
  readonly status?: number;
}

const retryOf: Partial<Record<ErrorCode, Retry>> = {
  invalid: 'when-changed',
  unsupported: 'when-changed',
};

/**
 * A failure that was foreseen. The message says what is wrong and what to do; anything else that is
 * thrown is a bug and is logged with its stack. The code becomes the reason of a condition.
 */
export class KnownError extends Error {
  override readonly name = 'KnownError';
  readonly code: ErrorCode;
  readonly retry: Retry;
  readonly where: Where | undefined;
  readonly status: number | undefined;

  constructor(code: ErrorCode, message: string, options: KnownErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retry = options.retry ?? retryOf[code] ?? 'backoff';
    this.where = options.where;
    this.status = options.status;
  }
}

/** A `KnownError` for input that is wrong, with the place where it stands. */
export function invalid(message: string, where?: Where): KnownError {
  return new KnownError('invalid', message, where === undefined ? {} : { where });
}

/** A `KnownError` for something that is not there. */
export function notFound(message: string): KnownError {
  return new KnownError('not-found', message);
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** What was thrown, when it is a foreseen failure; otherwise it is thrown again, since it is a bug. */
export function asKnownError(thrown: unknown): KnownError {
  if (thrown instanceof KnownError) return thrown;
  throw thrown;
}
