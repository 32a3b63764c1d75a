import { noArgs } from '../cobra/index.ts';
import type { Command } from '../cobra/index.ts';
import { packageVersion } from '../package-version.ts';

/** `fluxctl version`: ours. */
export const version: Command = {
  use: 'version',
  short: 'Output the version of fluxctl',
  args: noArgs,
  run: async ({ io }) => {
    io.stdout.write(`${await packageVersion()}\n`);
  },
};
