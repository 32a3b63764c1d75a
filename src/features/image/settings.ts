/** A repository whose manifests may be edited; `features/sync`'s settings are one. */
export interface ImageRepository {
  readonly name: string;
  readonly url: string;
  readonly branch: string;
  readonly paths: readonly string[];
  readonly isReadOnly: boolean;
  readonly notesRef: string;
  readonly user: string;
  readonly email: string;
  readonly defaultNamespace: string;
  readonly gitTimeoutMs: number;
  /** Limit of one job or one run of automation (fluxd's `--sync-timeout`); a minute when absent. */
  readonly syncTimeoutMs?: number;
  /** Put behind every commit message, e.g. `[ci skip]`. */
  readonly commitSuffix?: string;
  /** Manifests may be made by `.flux.yaml` files and kustomizations: edits go where these say. */
  readonly isGenerating?: boolean;
  /** Signs commits: a GPG key's id, or the path of an SSH private key; `''` signs nothing. */
  readonly signingKey?: string;
  readonly signingFormat?: 'openpgp' | 'ssh';
  /** Nothing is committed on a head that is not signed, nor on one that has such commits before it. */
  readonly verifySignatures?: 'none' | 'all' | 'first-parent';
  /** The sync's marker: what is before it was verified. */
  readonly syncTag?: string;
}

/** How registries are scanned, with fluxd's defaults. */
export interface ScanSettings {
  /** Automation and a look at every repository of images at least this often. */
  readonly automationIntervalMs: number;
  /** Globs on canonical names; what matches is never scanned. */
  readonly excludeImages: readonly string[];
  /** Globs on canonical names; empty is all. */
  readonly includeImages: readonly string[];
  /** Globs: these images' build-date labels count as creation time. */
  readonly useLabels: readonly string[];
  /** Images fetched from one registry at a time. */
  readonly burst: number;
}

/** fluxd's defaults for all that is not given. */
export function scanSettings(given: Partial<ScanSettings> = {}): ScanSettings {
  return {
    automationIntervalMs: 300_000,
    excludeImages: ['k8s.gcr.io/*'],
    includeImages: [],
    useLabels: ['index.docker.io/weaveworks/*', 'index.docker.io/fluxcd/*'],
    burst: 10,
    ...given,
  };
}
