import type { PublicKey } from '../../../features/sync/index.ts';
import type { Command } from '../cobra/index.ts';
import { connectFlux } from './flux-client.ts';
import { noArguments } from './flags.ts';

interface RepositoryConfig {
  readonly publicSSHKey: PublicKey;
}

/** `fluxctl identity`: the public half of the deploy key. */
export const identity: Command = {
  use: 'identity',
  short: 'Display SSH public key',
  args: noArguments,
  flags: [
    {
      name: 'regenerate',
      shorthand: 'r',
      type: 'bool',
      usage: 'Generate a new identity',
    },
    {
      name: 'fingerprint',
      shorthand: 'l',
      type: 'bool',
      usage: 'Show fingerprint of public key',
    },
    {
      name: 'visual',
      shorthand: 'v',
      type: 'bool',
      usage: 'Show ASCII art representation with fingerprint (implies -l)',
    },
  ],
  run: async ({ flags, io }) => {
    const client = await connectFlux(flags, io);
    const { publicSSHKey } = await client.post<RepositoryConfig>(
      'v9/git-repo-config',
      flags.bool('regenerate'),
    );
    const { key, fingerprints } = publicSSHKey;
    if (flags.bool('visual')) {
      io.stdout.write(`${fingerprints.md5.hash}\n${fingerprints.md5.randomart}\n`);
    } else if (flags.bool('fingerprint')) {
      io.stdout.write(`${fingerprints.md5.hash}\n`);
    } else {
      io.stdout.write(key.endsWith('\n') ? key : `${key}\n`);
    }
  },
};
