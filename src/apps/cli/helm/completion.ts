import { KnownError } from '../../../base/index.ts';
import { completionScript, shells } from '../cobra/index.ts';
import type { Command } from '../cobra/index.ts';
import { noHelmArgs } from './args.ts';

const noDescriptions = {
  name: 'no-descriptions',
  type: 'bool',
  usage: 'disable completion descriptions',
} as const;

/** `helm completion bash|fish|powershell|zsh`. */
export const completion: Command = {
  use: 'completion',
  short: 'generate autocompletion scripts for the specified shell',
  long: '\nGenerate autocompletion scripts for Helm for the specified shell.\n',
  commands: [
    ...shells.map((shell): Command => ({
      use: `${shell} [flags]`,
      short: `generate autocompletion script for ${shell}`,
      args: noHelmArgs(shell),
      flags: [noDescriptions],
      run: ({ flags, io, root }) => {
        const tree = flags.bool('no-descriptions') ? withoutDescriptions(root) : root;
        io.stdout.write(completionScript(tree, shell));
        return Promise.resolve();
      },
    })),
    {
      use: 'powershell [flags]',
      short: 'generate autocompletion script for powershell (not supported)',
      args: noHelmArgs('powershell'),
      flags: [noDescriptions],
      run: () => {
        const why = `there is no completion for powershell, only for ${shells.join(', ')}`;
        return Promise.reject(new KnownError('unsupported', why));
      },
    },
  ],
};

function withoutDescriptions(command: Command): Command {
  const { short: _short, commands, ...rest } = command;
  return {
    ...rest,
    ...(commands === undefined ? {} : { commands: commands.map(withoutDescriptions) }),
  };
}
