import { KnownError } from '../../../base/index.ts';
import type { Command } from '../cobra/index.ts';
import { helmArgs, noHelmArgs } from './args.ts';
import { tableText } from './table.ts';

function refused(
  name: string,
  command: Pick<Command, 'use' | 'short' | 'aliases' | 'args' | 'flags'>,
): Command {
  return {
    ...command,
    run: () => {
      const why = `helm plugin ${name} is not supported: no programs are run here, so there are no plugins`;
      return Promise.reject(new KnownError('unsupported', why));
    },
  };
}

/** `helm plugin list|install|update|uninstall`: there are none, and none can be had. */
export const plugin: Command = {
  use: 'plugin',
  short: 'install, list, or uninstall Helm plugins',
  long: '\nManage client-side Helm plugins.\n',
  commands: [
    refused('install', {
      use: 'install [options] <path|url> [flags]',
      aliases: ['add'],
      short: 'install a Helm plugin (not supported)',
      args: helmArgs('exactly', 1, 'install [options] <path|url>'),
      flags: [
        {
          name: 'version',
          type: 'string',
          usage:
            'specify a version constraint. If this is not specified, the latest version is installed',
        },
      ],
    }),
    {
      use: 'list [flags]',
      aliases: ['ls'],
      short: 'list installed Helm plugins',
      args: () => undefined,
      run: ({ io }) => {
        io.stdout.write(tableText([['NAME', 'VERSION', 'DESCRIPTION']]));
        return Promise.resolve();
      },
    },
    refused('uninstall', {
      use: 'uninstall <plugin>... [flags]',
      aliases: ['rm', 'remove'],
      short: 'uninstall one or more Helm plugins (not supported)',
      args: (args) => (args.length === 0 ? 'please provide plugin name to uninstall' : undefined),
    }),
    refused('update', {
      use: 'update <plugin>... [flags]',
      aliases: ['up'],
      short: 'update one or more Helm plugins (not supported)',
      args: (args) => (args.length === 0 ? 'please provide plugin name to update' : undefined),
    }),
  ],
  args: noHelmArgs('plugin'),
};
