/**
 * `trice seal`: sealed secrets of a repository without a cluster (what is there, does it fit a
 * certificate, seal all anew, change one value, seal for several clusters), and the backup of a
 * controller's keys. Prints names, scopes and fingerprints, never a value or a key. Start with
 * `sealed-files.ts`.
 */
import { execute } from '../cobra/index.ts';
import type { Command } from '../cobra/index.ts';
import type { Program } from '../io.ts';
import { backup, restore } from './commands/backup.ts';
import { check } from './commands/check.ts';
import { forClusters } from './commands/for-clusters.ts';
import { reseal } from './commands/reseal.ts';
import { set } from './commands/set.ts';
import { status } from './commands/status.ts';

const root: Command = {
  use: 'trice seal',
  short: 'Look after the sealed secrets of a repository and the keys of a controller',
  commands: [backup, check, forClusters, reseal, restore, set, status],
};

export const program: Program = (argv, io) => execute(root, argv, io);
