import { KnownError } from '../../../../base/index.ts';
import { annotations } from '../../../../api/sealed-secret/index.ts';
import { fingerprintOf, resealValues } from '../../../../features/seal/index.ts';
import { maximumArgs } from '../../cobra/index.ts';
import type { Command } from '../../cobra/index.ts';
import { certFlag, privateKeys, privateKeysFlag, sealingKey } from '../known-keys.ts';
import { findSealed, writeChanges } from '../sealed-files.ts';
import type { SealedChange } from '../sealed-files.ts';

/** `trice seal reseal`: seals every value of a folder anew, in place; all of them, or no file is written. */
export const reseal: Command = {
  use: 'reseal [PATH]',
  short: 'Seal every sealed secret anew with another certificate, without a cluster',
  args: maximumArgs(1),
  flags: [certFlag, privateKeysFlag],
  run: async (call) => {
    const { args, io } = call;
    const publicKey = await sealingKey(call);
    const { ring } = await privateKeys(call);
    if (ring.size === 0) {
      throw new KnownError('invalid', '--private-key is needed: the keys that open the values now');
    }
    const sealedFor = { [annotations.sealedFor]: fingerprintOf(publicKey) };
    const changes: SealedChange[] = [];
    for (const at of await findSealed(io.cwd, args[0] ?? '.')) {
      try {
        const { encryptedData } = await resealValues(at.sealed, ring, publicKey);
        changes.push({ at, encryptedData, annotations: sealedFor });
      } catch (thrown) {
        if (!(thrown instanceof KnownError)) throw thrown;
        const { namespace = '', name } = at.sealed.metadata;
        throw new KnownError(thrown.code, `${at.file}: ${namespace}/${name}: ${thrown.message}`);
      }
    }
    await writeChanges(io.cwd, changes);
    for (const { at } of changes)
      io.stdout.write(`${at.file}: ${at.sealed.metadata.name} sealed anew\n`);
  },
};
