import type { KnownError } from './known-error.ts';

/** Used only where many failures are collected at once: checking a folder, loading a configuration. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: readonly KnownError[] };
