/**
 * Git repositories: a bare mirror on disk, reading of files without a work tree, commits, tags and
 * notes, pushed so that a race is a clear conflict. The git program does network and storage; no
 * hook, helper or configuration of the machine runs with it, and credentials reach it through its
 * environment only. Refuses: work trees, interactive prompts, unknown SSH hosts, protocols other than
 * https, http, ssh, git and file. Start with `mirror.ts`, then `open-mirror.ts`.
 */
export type {
  Budgets,
  Commit,
  CommitSignature,
  CommitOptions,
  Credentials,
  FileChange,
  Identity,
  LoadedFile,
  Mirror,
  Notes,
  SshKey,
  TreeFile,
} from './mirror.ts';
export { openMirror } from './open-mirror.ts';
export type { MirrorOptions } from './open-mirror.ts';
export type { Environment } from './git-program.ts';
export { openKeyring } from './sign/keyring.ts';
export type { Keyring, KeyringOptions } from './sign/keyring.ts';
export { signingOf } from './sign/sign.ts';
export type { Signing } from './sign/sign.ts';
export { verifiedRevision } from './sign/verified-revision.ts';
export type { Verified } from './sign/verified-revision.ts';
export { safeUrl } from './safe-url.ts';
export { describeWorkTree } from './work-tree.ts';
export type { WorkTreeFacts } from './work-tree.ts';
