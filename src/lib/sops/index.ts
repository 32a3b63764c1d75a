/**
 * Opens files that Mozilla's SOPS encrypted, in memory: YAML, JSON, env and ini, for age and PGP keys,
 * with the message authentication code checked. It encrypts nothing, writes nothing, and asks no
 * cloud's key service: a file that only such a service opens is refused by name. Start with `keys.ts`.
 */
export type { SopsKeys, SopsKeySource } from './keys.ts';
export { decryptSops } from './decrypt.ts';
export type { SopsFormat, SopsInput } from './decrypt.ts';
