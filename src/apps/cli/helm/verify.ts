import { stat } from 'node:fs/promises';
import path from 'node:path';
import { KnownError } from '../../../base/index.ts';
import type { Command } from '../cobra/index.ts';
import { helmArgs } from './args.ts';
import { keyringFlag } from './flags.ts';

/** `helm verify PATH`: refused, since it needs OpenPGP. */
export const verify: Command = {
  use: 'verify PATH [flags]',
  short: 'verify that a chart at the given path has been signed and is valid',
  long: '\nVerify that the given chart has a valid provenance file.\n\nThis is refused: signatures cannot be checked here.\n',
  args: helmArgs('exactly', 1, 'verify PATH'),
  flags: [keyringFlag],
  run: async ({ args: [file = ''], io }) => {
    await stat(path.resolve(io.cwd, file)).catch((thrown: unknown) => {
      const message = `stat ${file}: no such file or directory`;
      throw new KnownError('not-found', message, { cause: thrown });
    });
    throw new KnownError(
      'unsupported',
      'helm verify is not supported: signatures of charts cannot be checked here; check the .prov file with gpg --verify and compare its sha256 with the archive',
    );
  },
};
