import { KnownError } from '../../../../base/index.ts';
import { listTemplates } from '../../../../features/build/index.ts';
import type { Command } from '../../cobra/index.ts';

const noPull = async (): Promise<never> => {
  throw new KnownError(
    'unsupported',
    'templates are not pulled yet: clone the repository and copy its folder template/NAME into ./template/',
  );
};

/** `faas-cli template`: what there is; pulling is refused with what to do instead. */
export const template: Command = {
  use: 'template [COMMAND]',
  short: 'OpenFaaS template store and pull',
  long: 'Allows browsing templates from store or pulling custom templates',
  commands: [
    {
      use: 'list',
      aliases: ['ls'],
      short: 'List the templates of the folder and those that come with the program',
      async run({ io }) {
        const names = await listTemplates({ projectDir: io.cwd });
        io.stdout.write(names.map((name) => `${name}\n`).join(''));
      },
    },
    {
      use: 'pull [REPOSITORY_URL]',
      short: 'Downloads templates from the specified git repo',
      run: noPull,
    },
    {
      use: 'store [COMMAND]',
      short: 'Command for pulling and listing templates from store',
      run: noPull,
    },
  ],
};
