import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { KnownError } from '../../../../base/index.ts';
import { helmArgs } from '../args.ts';
import type { Command } from '../../cobra/index.ts';

const namePattern = /^[a-zA-Z0-9._-]+$/;
const maxNameLength = 250;

/** `helm create NAME`. */
export const create: Command = {
  use: 'create NAME [flags]',
  short: 'create a new chart with the given name',
  args: helmArgs('exactly', 1, 'create NAME'),
  flags: [
    {
      name: 'starter',
      shorthand: 'p',
      type: 'string',
      usage: 'the name or absolute path to Helm starter scaffold',
    },
  ],
  run: async (call) => {
    const { args, flags, io } = call;
    const given = args[0] ?? '';
    const name = path.basename(given);
    io.stdout.write(`Creating ${given}\n`);
    if (name === '' || name.length > maxNameLength) {
      throw new KnownError(
        'invalid',
        `chart name must be between 1 and ${maxNameLength} characters`,
      );
    }
    if (!namePattern.test(name)) {
      throw new KnownError(
        'invalid',
        'chart name must match the regular expression "^[a-zA-Z0-9._-]+$"',
      );
    }
    if (flags.string('starter') !== '') {
      const { createFromStarter } = await import('./from-starter.ts');
      return createFromStarter(call, { name, folder: path.resolve(io.cwd, given) });
    }
    const { starterFiles } = await import('./starter.ts');
    const folder = path.resolve(io.cwd, given);
    for (const [file, text] of Object.entries(starterFiles)) {
      const target = path.join(folder, file);
      if (await isThere(target)) {
        io.stderr.write(`WARNING: File ${JSON.stringify(target)} already exists. Overwriting.\n`);
      }
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, text.replaceAll('CHART', name));
    }
    await mkdir(path.join(folder, 'charts'), { recursive: true });
  },
};

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
