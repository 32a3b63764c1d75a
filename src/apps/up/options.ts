import type { EngineName } from '../../embedded/runtime/index.ts';

/** What `trice up` is told. Port 0 means any free one. */
export interface UpOptions {
  readonly dataDir: string;
  readonly apiPort: number;
  readonly gitPort: number;
  readonly registryPort: number;
  readonly gatewayPort: number;
  readonly uiPort: number;
  /** Of the router of Ingresses, plain and with TLS; any free one unless told otherwise. */
  readonly ingressPort?: number;
  readonly ingressTlsPort?: number;
  readonly isDemo: boolean;
  /** Branches of the git server that can be neither deleted nor rewritten, e.g. `main`, `release/*`. */
  readonly protectedBranches?: readonly string[];
  /** The largest push the git server takes. */
  readonly maxPushBytes?: number;
  /** Runs pods with this engine wherever it can; absent: engines only run what a process cannot. */
  readonly engine?: EngineName;
  /** Added to every container that an engine runs, e.g. `--runtime=runc`. */
  readonly engineArguments?: readonly string[];
  readonly api?: ApiSwitches;
  /** Parts that are left out; everything is there unless told otherwise. */
  readonly without?: readonly Part[];
}

/**
 * What can be left out: `workloads` places and runs pods (scheduler, runtime, service addresses, volumes),
 * `node` is the Node object and all that needs one, `features` is all of Trice that is no cluster.
 */
export type Part = 'workloads' | 'node' | 'features';

/** Switches of the API server, each with the meaning of kube-apiserver's flag of about that name. */
export interface ApiSwitches {
  readonly profile?: 'modern' | 'legacy';
  /** `--service-cluster-ip-range`; the platform's own loopback range unless told otherwise. */
  readonly serviceCidr?: string;
  /** False is `--disable-admission-plugins=ServiceAccount`. */
  readonly serviceAccountAdmission?: boolean;
  /** `--token-auth-file` */
  readonly tokenFile?: string;
  /** `--client-ca-file`, besides the platform's own authority. */
  readonly clientCaFile?: string;
}

/** A service of the platform that listens on a port of its own. */
export type Endpoint = 'api' | 'git' | 'registry' | 'gateway' | 'ui' | 'ingress' | 'ingressTls';

/** The flag that sets each port; error texts name it. */
export const portFlags: Readonly<Record<Endpoint, string>> = {
  api: '--api-port',
  git: '--git-port',
  registry: '--registry-port',
  gateway: '--gateway-port',
  ui: '--ui-port',
  ingress: '--ingress-port',
  ingressTls: '--ingress-tls-port',
};
