import type { Clock, Logger } from '../../base/index.ts';
import type { StaticTokens } from './auth/token-file.ts';
import type { PodRuntime } from './pod-runtime.ts';

/** How the server is put together. */
export interface ApiServerOptions {
  /** A file that is created when absent, or `:memory:`. */
  readonly storePath: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** `modern` (default) reports 1.33; `legacy` reports 1.20 and serves the older groups besides. */
  readonly profile?: 'modern' | 'legacy';
  /** Range of service addresses (`--service-cluster-ip-range`); 127.65.0.0/16 unless told otherwise. */
  readonly serviceCidr?: string;
  /**
   * False: as with `--disable-admission-plugins=ServiceAccount` new pods get no account and no token
   * volume, and none is refused because its account is missing. For clusters without control loops.
   */
  readonly serviceAccountAdmission?: boolean;
  readonly podRuntime?: PodRuntime;
  /** `host:port` told to clients that ask where the server is. */
  readonly advertise?: string;
  readonly auth?: AuthOptions;
}

/** Who may do what, besides client certificates and service account tokens. */
export interface AuthOptions {
  /** Bearer tokens that are known. */
  readonly tokens?: StaticTokens;
  /** More of them (`--token-auth-file`): lines of `token,user,uid,"group1,group2"`. Read once, at the start. */
  readonly tokenFile?: string;
  /** PEM bundle of authorities (`--client-ca-file`) whose certificates prove callers, besides `ca` of `listen`. */
  readonly clientCaFile?: string;
  /** `rbac` (default), or `always-allow`: everybody who is known may do everything. */
  readonly authorization?: 'rbac' | 'always-allow';
  /** Takes a connection that brings no credentials at all for a member of system:masters. */
  readonly anonymousIsAdmin?: boolean;
  /** PEM of the key that signs service account tokens; one is made and kept in the store when absent. */
  readonly serviceAccountKeyPem?: string;
}

/** Where to listen; `ca` is what client certificates are checked against. */
export interface ListenAt {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
}
