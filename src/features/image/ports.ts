import type { Events } from '../../api/events/index.ts';
import type { Bus, Clock, Logger } from '../../base/index.ts';
import type { Credentials, Environment, Keyring, SshKey } from '../../lib/git/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import type { RegistryClient, RegistryCredentials } from '../../lib/oci/index.ts';
import type { ImageRepository, ScanSettings } from './settings.ts';

/** All that the feature is handed. */
export interface ImagePorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  readonly bus: Bus<Events>;
  readonly signal: AbortSignal;
  /** Folder of our own; mirrors live below it and may be thrown away. */
  readonly dataDir: string;
  readonly repositories: readonly ImageRepository[];
  readonly credentials?: Credentials;
  /** Files for SSH repositories. */
  readonly ssh?: SshKey;
  /** Keys for signing commits; needed when a repository has a `signingKey` for GPG. */
  readonly keyring?: Keyring;
  /** Folder of a repository that is on a server of this process: it is read there, without network. */
  readonly localFolder?: (url: string) => string | undefined;
  /** The machine's environment, for the git program: PATH and proxies. */
  readonly environment?: Environment;
  /** A client of registries with these credentials; the feature collects them from pull secrets. */
  readonly registry: (credentials: RegistryCredentials) => RegistryClient;
  readonly scan?: Partial<ScanSettings>;
}
