import { KnownError } from '../../../../base/index.ts';
import type { Command } from '../../cobra/index.ts';

/** A command of the original that has no part here: it says so, and what to do instead. */
function refuse(name: string, why: string): Command {
  return {
    use: name,
    short: `Not supported: ${why}`,
    hidden: true,
    run: async () => {
      throw new KnownError('unsupported', `faas-cli ${name} is not supported: ${why}`);
    },
  };
}

/** The commands that are refused. Those with subcommands of their own take any arguments. */
export const refused: readonly Command[] = [
  refuse('store', 'there is no function store; deploy with --image and --name'),
  refuse('auth', 'log in with faas-cli login, or pass --token'),
  refuse('publish', 'use faas-cli build and faas-cli push'),
  refuse('local-run', 'deploy to trice up'),
  refuse('chart', 'write the chart by hand, or use faas-cli generate'),
  refuse('plugin', 'there are no plugins'),
];
