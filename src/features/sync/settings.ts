import { safeUrl } from '../../lib/git/index.ts';
import { syncSetName } from '../../lib/manifest/index.ts';

/** How one repository is kept in step with the cluster. Every field has fluxd's meaning and default. */
export interface RepositorySettings {
  /** Ours: names the state object `trice-sync-<name>` and folders; lower case letters, digits and `-`. */
  readonly name: string;
  readonly url: string;
  readonly branch: string;
  /** Folders or files to read; empty is the whole repository. */
  readonly paths: readonly string[];
  /** Nothing is written to the repository; the state is kept in the cluster. */
  readonly isReadOnly: boolean;
  readonly pollIntervalMs: number;
  readonly syncIntervalMs: number;
  readonly syncTimeoutMs: number;
  readonly gitTimeoutMs: number;
  /** Delete what left the repository; `dry` only logs what it would delete. */
  readonly garbageCollection: 'off' | 'dry' | 'on';
  /** Where the revision that was applied last is kept. */
  readonly state: 'git' | 'secret';
  readonly syncTag: string;
  readonly notesRef: string;
  readonly user: string;
  readonly email: string;
  /** Put behind the message of every commit that is made here, e.g. `[ci skip]`. */
  readonly commitSuffix?: string;
  /** As fluxd: one bad or duplicate manifest stops the whole sync. Otherwise only its own objects wait. */
  readonly isStrict: boolean;
  /** Namespace of manifests that name none. */
  readonly defaultNamespace: string;
  /** When not empty: only objects of these namespaces (and cluster-scoped ones) are applied. */
  readonly allowNamespaces: readonly string[];
  readonly pruneGuard: PruneGuard;
  /** Honour `.flux.yaml` files: their commands are run. */
  readonly isGenerating: boolean;
  /** Let the server merge by field ownership. */
  readonly isServerSideApply: boolean;
  /** Files with `sops:` in them are decrypted before they are read (fluxd's `--sops`). */
  readonly isDecrypting: boolean;
  /** Signs commits and the sync tag: a GPG key's id, or the path of an SSH private key; `''` signs nothing. */
  readonly signingKey: string;
  /** What `signingKey` is, in git's words. */
  readonly signingFormat: 'openpgp' | 'ssh';
  /** Which commits must carry a good signature of the keyring; the sync stops before the first that does not. */
  readonly verifySignatures: 'none' | 'all' | 'first-parent';
  /** Undo a change by hand at once, not at the next full sync. */
  readonly isSyncingOnDrift: boolean;
}

/** Deletions are held back when they are more than this share of more than this many objects. */
export interface PruneGuard {
  readonly share: number;
  readonly above: number;
}

const minute = 60_000;

/** Settings with fluxd's defaults for all that is not given. */
export function repositorySettings(
  given: Pick<RepositorySettings, 'url'> & Partial<RepositorySettings>,
): RepositorySettings {
  return {
    name: 'main',
    branch: 'master',
    paths: [],
    isReadOnly: false,
    pollIntervalMs: 5 * minute,
    syncIntervalMs: 5 * minute,
    syncTimeoutMs: minute,
    gitTimeoutMs: 20_000,
    garbageCollection: 'off',
    state: given.isReadOnly === true ? 'secret' : 'git',
    syncTag: 'flux-sync',
    notesRef: 'flux',
    user: 'Weave Flux',
    email: 'support@weave.works',
    isStrict: false,
    defaultNamespace: 'default',
    allowNamespaces: [],
    pruneGuard: { share: 0.5, above: 10 },
    isServerSideApply: false,
    isGenerating: false,
    isDecrypting: false,
    signingKey: '',
    signingFormat: 'openpgp',
    verifySignatures: 'none',
    isSyncingOnDrift: false,
    ...given,
  };
}

/** The name of a repository's sync, from which its marks are made. */
export function setNameOf({ url, branch, paths }: RepositorySettings): string {
  return syncSetName({ url: safeUrl(url), branch, paths });
}
