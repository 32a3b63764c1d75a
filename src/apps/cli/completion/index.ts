/**
 * `trice completion SHELL`: a script that completes the groups of `trice`. Those that behave as another
 * program have a script of their own, e.g. `trice fluxctl completion bash`. Prints, and calls nothing.
 */
import { KnownError } from '../../../base/index.ts';
import { completionScript, exactArgs, execute, isShell, shells } from '../cobra/index.ts';
import type { Command } from '../cobra/index.ts';
import { groups } from '../groups.ts';
import type { Program } from '../io.ts';

const command: Command = {
  use: 'trice completion SHELL',
  short: `Print the completion of a shell: ${shells.join(', ')}`,
  example: 'source <(trice completion bash)',
  words: shells,
  args: exactArgs(1),
  run: async ({ args: [shell = ''], io }) => {
    if (!isShell(shell)) {
      throw new KnownError('invalid', `unsupported shell "${shell}"; one of ${shells.join(', ')}`);
    }
    io.stdout.write(completionScript({ use: 'trice', commands: places() }, shell));
  },
};

function places(): Command[] {
  return Object.entries(groups).map(([name, { short }]) =>
    name === 'completion' ? { ...command, use: name } : { use: name, short },
  );
}

export const program: Program = (argv, io) => execute(command, argv, io);
