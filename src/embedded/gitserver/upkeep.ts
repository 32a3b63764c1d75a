import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../base/index.ts';
import type { Logger } from '../../base/index.ts';
import { runGit } from './git-process.ts';

const pushesBetweenPacking = 50;

/** Keeps repositories usable for years: locks of killed processes go, single files are packed. */
export interface Upkeep {
  /** Before a repository is used for the first time in this process. */
  open(dir: string): Promise<void>;
  /** After a push; packing goes on beside what follows, one repository at a time. */
  pushed(dir: string): void;
  /** Resolves when no packing is under way. */
  settled(): Promise<void>;
}

/** Upkeep for the repositories of one server, which nothing else writes to. */
export function createUpkeep(options: { readonly path?: string; readonly log: Logger }): Upkeep {
  const opened = new Map<string, Promise<void>>();
  const pushes = new Map<string, number>();
  let packing: Promise<void> = Promise.resolve();
  const pack = async (dir: string): Promise<void> => {
    const settings = ['-c', 'gc.auto=1000', '-c', 'gc.autoDetach=false'];
    const args = [...settings, `--git-dir=${dir}`, 'gc', '--auto', '--quiet'];
    await runGit({ args, path: options.path }).catch((thrown: unknown) =>
      options.log.warn('packing failed', { dir, reason: messageOf(thrown) }),
    );
  };
  return {
    open: (dir) => {
      const sweeping = opened.get(dir) ?? sweepLocks(dir);
      opened.set(dir, sweeping);
      return sweeping;
    },
    pushed: (dir) => {
      const count = (pushes.get(dir) ?? 0) + 1;
      pushes.set(dir, count);
      if (count % pushesBetweenPacking === 0) packing = packing.then(() => pack(dir));
    },
    settled: () => packing,
  };
}

/**
 * Removes lock files. Whoever made them is gone: this process is the only one that starts git here, and it has
 * just begun.
 */
async function sweepLocks(dir: string): Promise<void> {
  const top = await readdir(dir).catch(() => []);
  const below = await readdir(join(dir, 'refs'), { recursive: true }).catch(() => []);
  const locks = [...top, ...below.map((name) => join('refs', name))];
  for (const name of locks.filter((each) => each.endsWith('.lock'))) {
    await rm(join(dir, name), { force: true });
  }
}
