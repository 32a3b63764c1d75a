import { KnownError } from '../../../base/index.ts';
import { completionScript, isShell, shells } from '../cobra/index.ts';
import type { Command } from '../cobra/index.ts';

/** `fluxctl completion bash|zsh|fish`: a script for the shell. */
export const completion: Command = {
  use: 'completion SHELL',
  short: 'Output shell completion code for the specified shell (bash, zsh, or fish)',
  omitsFlagsInUse: true,
  words: shells,
  args: (args) => {
    if (args.length === 0) return 'please specify a shell';
    if (args.length === 1) return undefined;
    return `please specify one of the following shells: ${shells.join(' ')}`;
  },
  run: async ({ args: [shell = ''], io, root }) => {
    if (!isShell(shell)) throw new KnownError('invalid', `unsupported shell type "${shell}"`);
    io.stdout.write(completionScript(root, shell));
  },
};
