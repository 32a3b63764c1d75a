import type { Clock, Logger } from '../../base/index.ts';
import type { Handler, Transport } from '../../lib/http/index.ts';
import type { PodRuntime } from './pod-runtime.ts';

/** How the server is put together. */
export interface ApiServerOptions {
  /** A file that is created when absent, or `:memory:`. */
  readonly storePath: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** `modern` (default) reports 1.33; `legacy` reports 1.20 and serves the older groups. */
  readonly profile?: 'modern' | 'legacy';
  /** Range of service addresses; 127.65.0.0/16 unless told otherwise. */
  readonly serviceCidr?: string;
  readonly podRuntime?: PodRuntime;
  /** `host:port` told to clients that ask where the server is. */
  readonly advertise?: string;
  readonly auth?: AuthOptions;
}

/** Who may do what, besides client certificates and service account tokens. */
export interface AuthOptions {
  /** Bearer tokens that are known: token → user. */
  readonly tokens?: ReadonlyMap<
    string,
    { readonly name: string; readonly groups: readonly string[] }
  >;
  /** Takes a connection that brings no credentials at all for a member of system:masters. */
  readonly anonymousIsAdmin?: boolean;
  /** PEM of the key that signs service account tokens; one is kept in the store when absent. */
  readonly serviceAccountKeyPem?: string;
}

/** A running server. */
export interface ApiServer {
  /** Answers in-process, as a member of system:masters. */
  readonly transport: Transport;
  readonly handle: Handler;
  listen(at: {
    readonly host: string;
    readonly port: number;
    readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
  }): Promise<{ readonly port: number; close(): Promise<void> }>;
  /** The runtime usually starts after the server, on its transport. */
  setPodRuntime(runtime: PodRuntime): void;
  /** PEM of the public certificate authority told to pods (kube-root-ca.crt) is the caller's own. */
  close(): Promise<void>;
}

/** Opens the store and builds the server; nothing listens until `listen` is called. */
export function createApiServer(_options: ApiServerOptions): Promise<ApiServer> {
  throw new Error('under construction');
}
