import type { Events } from '../../api/events/index.ts';
import type { Bus, Clock, Logger } from '../../base/index.ts';
import type { Registry } from 'prom-client';
import type { Credentials, Environment, Keyring, SshKey } from '../../lib/git/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import type { SopsKeySource } from '../../lib/sops/index.ts';
import type { EventSink } from './events/event-sink.ts';
import type { RepositorySettings } from './settings.ts';
import type { DeployKey } from './ssh/deploy-key.ts';

/** All that the feature is handed. */
export interface SyncPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  readonly bus: Bus<Events>;
  readonly signal: AbortSignal;
  /** Folder of our own; mirrors live below it and may be thrown away. */
  readonly dataDir: string;
  /** Namespace of our own objects: state, key, events. */
  readonly namespace: string;
  readonly repositories: readonly RepositorySettings[];
  readonly credentials?: Credentials;
  /** Files for SSH repositories; what `deployKey.install()` gave. */
  readonly ssh?: SshKey;
  /** The key that the API shows and renews; one of our own over the same Secret when absent. */
  readonly deployKey?: DeployKey;
  /** Folder of a repository that is on a server of this process: it is read there, without network. */
  readonly localFolder?: (url: string) => string | undefined;
  /** The machine's environment, for the git program: PATH and proxies. */
  readonly environment?: Environment;
  /** Secret that holds the SSH key, and the state of repositories whose state is `secret`. */
  readonly keySecretName?: string;
  /** Keys for signing and for checking signatures; needed when a repository's settings ask for either. */
  readonly keyring?: Keyring;
  /** Keys of encrypted files; needed when a repository's `isDecrypting` is on. */
  readonly sopsKeys?: SopsKeySource;
  /** Where events go besides the log: an upstream, a receiver of CloudEvents, a feature of this process. */
  readonly events?: readonly EventSink[];
  /** Where metrics are registered; one of our own when absent. Either way `RunningSync.metrics` shows it. */
  readonly registry?: Registry;
  /** What `GET /v11/version` answers. */
  readonly version?: string;
}
