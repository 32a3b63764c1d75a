/**
 * `kubeseal`: seals Secrets with a controller's certificate, as the original program does: its
 * flags, modes, output and exit codes. Refuses to print what it was not asked for; opening needs
 * private keys in files (`--recovery-unseal`). Start with `kubeseal.ts`, then `modes.ts`.
 */
export { program } from './kubeseal.ts';
export { privateKeysOf } from './private-keys.ts';
export type { FileKey } from './private-keys.ts';
export { objectText } from './output.ts';
export { readSecrets } from './read-objects.ts';
export { writeAtomically } from './write-atomically.ts';
