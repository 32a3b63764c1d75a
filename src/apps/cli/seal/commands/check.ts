import type { Command } from '../../cobra/index.ts';
import { maximumArgs } from '../../cobra/index.ts';
import { KnownError } from '../../../../base/index.ts';
import { certificatesOf, misfitsOf } from '../../../../features/seal/index.ts';
import { certFlag, textOf } from '../known-keys.ts';
import { findSealed } from '../sealed-files.ts';

/** `trice seal check`: what a certificate alone can tell about every sealed secret; exit code 1 when one does not fit. */
export const check: Command = {
  use: 'check [PATH]',
  short: 'Tell which sealed secrets cannot be opened by the holder of a certificate',
  args: maximumArgs(1),
  flags: [certFlag],
  run: async ({ args, flags, io }) => {
    const file = flags.string('cert');
    if (file === '')
      throw new KnownError('invalid', '--cert is needed: the certificate to check against');
    const { publicKey } = certificatesOf(await textOf(io, file))[0]!;
    let bad = 0;
    for (const at of await findSealed(io.cwd, args[0] ?? '.')) {
      for (const { key, reason } of misfitsOf(at.sealed, publicKey)) {
        bad += 1;
        const { namespace = '', name } = at.sealed.metadata;
        io.stdout.write(
          `${at.file}: ${namespace}/${name}${key === '' ? '' : ` ${key}`}: ${reason}\n`,
        );
      }
    }
    return bad === 0 ? 0 : 1;
  },
};
