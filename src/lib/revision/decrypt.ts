import { decryptSops } from '../sops/index.ts';
import type { SopsKeySource } from '../sops/index.ts';

/** Opens encrypted files, in memory. */
export interface Decrypt {
  /** Whether a file is to be opened: as in fluxd, when it has `sops:` in it. */
  isMeant(text: string): boolean;
  /** Throws a `KnownError` whose text carries nothing that was encrypted. */
  open(text: string, file: string): Promise<string>;
}

/** Opens files that SOPS encrypted, with the keys of now. */
export function sopsDecrypt(keys: SopsKeySource): Decrypt {
  return {
    isMeant: (text) => text.includes('sops:'),
    open: async (text, file) => decryptSops(text, { format: 'yaml', file, keys: await keys() }),
  };
}
