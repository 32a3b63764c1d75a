/**
 * `trice get sync|sources|workloads`: how repositories and what they made are doing. The first two are
 * read from the objects that the sync keeps in the cluster, so the daemon need not run; workloads are
 * asked of it. Writes nothing. Start with `reports.ts`.
 */
import { execute, type Command } from '../cobra/index.ts';
import type { Program } from '../io.ts';
import { getSources } from './get-sources.ts';
import { getSync } from './get-sync.ts';
import { getWorkloads } from './get-workloads.ts';

const root: Command = {
  use: 'trice get',
  short: 'Show what Trice holds',
  commands: [getSync, getSources, getWorkloads],
};

export const program: Program = (argv, io) => execute(root, argv, io);
