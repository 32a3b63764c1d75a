import type { Hidden } from '../../base/index.ts';

/** What opens encrypted files. */
export interface SopsKeys {
  /** Text of age key files: lines `AGE-SECRET-KEY-1…`, comments and empty lines between them. */
  readonly age?: Hidden<string>;
  /** Decrypts an armored PGP message, as `gpg --decrypt` does; rejects when no key of the keyring fits. */
  readonly pgp?: (armored: string) => Promise<Uint8Array>;
}

/** Gives the keys of now; asked at each reading, so that a key that was exchanged counts at once. */
export type SopsKeySource = () => Promise<SopsKeys>;
