import { KnownError } from '../../base/index.ts';
import { parseConstraint, parseVersion, satisfies } from '../gotemplate/index.ts';
import type { Version } from '../gotemplate/index.ts';

/** The version in a text, read loosely (`v1.2` is 1.2.0), or undefined when it is none. */
export function versionIn(text: string): Version | undefined {
  return orUndefined(() => parseVersion(text));
}

/** Whether a version satisfies a constraint; false when either is not one, so also for an empty constraint. */
export function isCompatible(constraint: string, version: string): boolean {
  const found = versionIn(version);
  const wanted = orUndefined(() => parseConstraint(constraint));
  return found !== undefined && wanted !== undefined && satisfies(wanted, found);
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof KnownError) return undefined;
    throw thrown;
  }
}
