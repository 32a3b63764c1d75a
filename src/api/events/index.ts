/**
 * News on the bus, by type. Every message may be lost: state is in the cluster and in git, and a
 * timer leads to the same place. Features publish and subscribe; they never call each other.
 */
export interface Events {
  /** A branch of a git repository moved (our git server, a webhook). `url` has no credentials. */
  'git.pushed': { readonly url: string; readonly branch: string; readonly revision: string };
  /** A tag was pushed to a registry; `repository` is `host/path` without tag. */
  'image.pushed': { readonly repository: string; readonly tag: string; readonly digest: string };
  /** A repository was synced; `errors` are per object or file. */
  'sync.done': {
    readonly url: string;
    readonly branch: string;
    readonly revision: string;
    readonly changed: readonly string[];
    readonly errors: ReadonlyArray<{
      readonly id: string;
      readonly path: string;
      readonly message: string;
    }>;
  };
  /** A release was installed, upgraded, rolled back or removed. */
  'release.done': {
    readonly namespace: string;
    readonly name: string;
    readonly revision: number;
    readonly action: 'install' | 'upgrade' | 'rollback' | 'uninstall' | 'test';
    readonly error?: string;
  };
}
