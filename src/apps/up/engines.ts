import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { KnownError } from '../../base/index.ts';
import type { EngineName } from '../../embedded/runtime/index.ts';

/** Container engines in the order in which they are tried. */
export const engineNames: readonly EngineName[] = ['podman', 'docker'];

/**
 * The engines to use: the one that was asked for, else all that are on the PATH. Whether one can run
 * containers is seen with the first pod that needs it. An engine that was asked for and is not there is a
 * `KnownError('not-found')`.
 */
export function enginesFor(
  wanted: EngineName | undefined,
  searchPath: string | undefined,
): readonly EngineName[] {
  const found = engineNames.filter((name) => isOnPath(name, searchPath ?? ''));
  if (wanted === undefined) return found;
  if (found.includes(wanted)) return [wanted];
  throw new KnownError('not-found', `--engine ${wanted}: there is no ${wanted} on the PATH`);
}

function isOnPath(name: string, searchPath: string): boolean {
  return searchPath.split(path.delimiter).some((dir) => {
    try {
      accessSync(path.join(dir, name), constants.X_OK);
      return dir !== '';
    } catch {
      return false;
    }
  });
}
