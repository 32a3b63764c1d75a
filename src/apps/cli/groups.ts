import type { Program } from './io.ts';

/** The groups of `trice`, each a folder here; loaded only when called. A test holds list and folders equal. */
export const groups: Readonly<Record<string, () => Promise<{ readonly program: Program }>>> = {
  // Sorted. Each folder's index.ts exports `program`.
};
