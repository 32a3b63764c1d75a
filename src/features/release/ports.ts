import type { Bus, Clock, Logger } from '../../base/index.ts';
import type { Events } from '../../api/events/index.ts';
import type { ChartsRepository, DriftPolicy } from '../../api/helm-release/index.ts';
import type { Credentials, SshKey } from '../../lib/git/index.ts';
import type { FunctionPorts } from '../../lib/gotemplate/index.ts';
import type { RepositoryCredentials } from '../../lib/helm/index.ts';
import type { Transport } from '../../lib/http/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import type { TlsFiles } from './charts/pull-secret.ts';

/** Settings with the names and meanings of helm-operator's flags; milliseconds. */
export interface ReleaseSettings {
  /** `--charts-sync-interval`: how often a release is looked at without a reason. */
  readonly chartsSyncIntervalMs: number;
  /** `--git-poll-interval`: how old a mirror may be. */
  readonly gitPollIntervalMs: number;
  /** `--git-timeout`: limit of one git operation. */
  readonly gitTimeoutMs: number;
  /** `--git-default-ref`. */
  readonly gitDefaultRef: string;
  /** `--workers`. */
  readonly workers: number;
  /** `--update-chart-deps`: fetch dependencies of git charts that are not in `charts/`. */
  readonly updateChartDeps: boolean;
  /** `--log-release-diffs`: say in the log what an upgrade is for. */
  readonly logReleaseDiffs: boolean;
  /** `--helm-repository-import`: files in the format of Helm's repositories.yaml. */
  readonly repositoryFiles: readonly string[];
  /** What is done about objects that others changed, where a HelmRelease does not say. */
  readonly driftPolicy: DriftPolicy;
}

/** helm-operator's defaults. */
export const defaultSettings: ReleaseSettings = {
  chartsSyncIntervalMs: 180_000,
  gitPollIntervalMs: 300_000,
  gitTimeoutMs: 20_000,
  gitDefaultRef: 'master',
  workers: 4,
  updateChartDeps: true,
  logReleaseDiffs: false,
  repositoryFiles: [],
  driftPolicy: 'report',
};

/** Everything the release operator takes from outside. */
export interface ReleasePorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  readonly bus: Bus<Events>;
  readonly signal: AbortSignal;
  /** Mirrors and downloaded charts are kept below it. */
  readonly dataDir: string;
  /** Random bytes, time and zone for templates. */
  readonly render: FunctionPorts;
  /** Sends HTTP requests for repositories and values files; the runtime's own fetch when absent. */
  readonly transport?: Transport;
  /** Makes a transport with a repository's own TLS files; the runtime's own when absent. */
  readonly tlsTransport?: (tls: TlsFiles) => Transport;
  readonly credentials?: Credentials;
  readonly ssh?: SshKey;
  /** Folder of a git repository that is on this machine: it is read there. */
  readonly localFolder?: (url: string) => string | undefined;
  /** `host:port` of registries that speak plain HTTP. */
  readonly insecureRegistries?: readonly string[];
  readonly repositoryCredentials?: (url: string) => Promise<RepositoryCredentials | undefined>;
  readonly settings?: Partial<ReleaseSettings>;
  /** Only HelmReleases of this namespace (`--allow-namespace`). */
  readonly namespace?: string;
  /** Where FluxHelmReleases find their charts. */
  readonly chartsRepository?: ChartsRepository;
}
