import type { Command } from '../cobra/index.ts';
import { packageVersion } from '../package-version.ts';
import { noArguments } from './flags.ts';

/** `fluxctl version`: ours. */
export const version: Command = {
  use: 'version',
  short: 'Output the version of fluxctl',
  args: noArguments,
  run: async ({ io }) => {
    io.stdout.write(`${await packageVersion()}\n`);
  },
};
