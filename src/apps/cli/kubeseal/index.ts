/**
 * `kubeseal`: seals Secrets with a controller's certificate, as the original program does: its
 * flags, modes, output and exit codes. Refuses to print what it was not asked for; opening needs
 * private keys in files (`--recovery-unseal`). Start with `kubeseal.ts`, then `modes.ts`.
 */
export { program } from './kubeseal.ts';
