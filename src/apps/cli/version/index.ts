/**
 * `trice version`: what runs, and on what. Reads package.json; asks no server.
 */
import { KnownError } from '../../../base/index.ts';
import { stringify } from '../../../lib/yaml/index.ts';
import { execute, noArgs, type Command } from '../cobra/index.ts';
import type { Program } from '../io.ts';
import { packageVersion } from '../package-version.ts';

const command: Command = {
  use: 'version',
  short: 'Print the version',
  args: noArgs,
  flags: [
    { name: 'output', shorthand: 'o', type: 'string', usage: 'output format: json, yaml or name' },
  ],
  run: async ({ flags, io }) => {
    const version = await packageVersion();
    const format = flags.string('output');
    if (format === 'json')
      io.stdout.write(`${JSON.stringify({ version, node: process.version })}\n`);
    else if (format === 'yaml') io.stdout.write(stringify({ version, node: process.version }));
    else if (format === 'name') io.stdout.write(`${version}\n`);
    else if (format === '') io.stdout.write(`trice ${version} (node ${process.version})\n`);
    else
      throw new KnownError('invalid', `unknown output format "${format}", try json, yaml or name`);
  },
};

export const program: Program = (argv, io) =>
  execute({ ...command, use: 'trice version' }, argv, io);
