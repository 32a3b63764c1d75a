import { hide, isRecord } from '../../../base/index.ts';
import type { Hidden, Key } from '../../../base/index.ts';
import type { Keyring } from '../../../lib/git/index.ts';
import { kinds } from '../../../lib/kube/index.ts';
import type { Cluster } from '../../../lib/kube/index.ts';
import type { SopsKeySource } from '../../../lib/sops/index.ts';

export interface SopsKeyPorts {
  readonly cluster: Cluster;
  /** Secret whose fields `*.agekey` are age key files and whose fields `*.asc` are PGP private keys. */
  readonly secret?: Key;
  /** Text of an age key file from elsewhere (`SOPS_AGE_KEY`). */
  readonly age?: Hidden<string>;
  /** Decrypts for PGP; keys of the Secret are imported into it. */
  readonly keyring?: Keyring;
}

/**
 * Keys of encrypted files, from a Secret, from elsewhere and from the keyring. The Secret is read each
 * time the source is asked, and a PGP key in it imported once. No Secret is no error: a file that then
 * cannot be decrypted is.
 */
export function createSopsKeys(ports: SopsKeyPorts): SopsKeySource {
  const { cluster, secret, age, keyring } = ports;
  const imported = new Set<string>();
  return async () => {
    const live = secret === undefined ? undefined : await cluster.get(kinds.Secret, secret);
    const fields = Object.entries(isRecord(live?.['data']) ? live['data'] : {});
    const textsOf = (ending: string): string[] =>
      fields
        .filter(([name, value]) => name.endsWith(ending) && typeof value === 'string')
        .map(([, value]) => Buffer.from(String(value), 'base64').toString('utf8'));
    for (const key of textsOf('.asc')) {
      if (keyring === undefined || imported.has(key)) continue;
      await keyring.importKeys(key);
      imported.add(key);
    }
    const identities = [...textsOf('.agekey'), ...(age === undefined ? [] : [age.reveal()])];
    return {
      age: hide(identities.join('\n')),
      ...(keyring === undefined ? {} : { pgp: (armored) => keyring.gpg(['--decrypt'], armored) }),
    };
  };
}
