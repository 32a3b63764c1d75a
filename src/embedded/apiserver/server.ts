import type { Clock, Logger } from '../../base/index.ts';
import { listen, type Handler, type Transport } from '../../lib/http/index.ts';
import { followApiServices } from './api-services.ts';
import { createAdmission } from './admission/admission.ts';
import { definitions } from './admission/definitions.ts';
import { accountSecret } from './admission/account-secret.ts';
import { claimClass } from './admission/claim-class.ts';
import { grants } from './admission/grants.ts';
import { uncheckedRules } from './admission/unchecked-rules.ts';
import { ingressClass } from './admission/ingress-class.ts';
import { limitDefaults, limitRanger } from './admission/limits/limit-ranger.ts';
import { createQuotaKeeper, type QuotaKeeper } from './admission/quota/quota-keeper.ts';
import { createWebhookList } from './admission/webhooks/configurations.ts';
import { mutatingWebhooks, validatingWebhooks } from './admission/webhooks/webhooks.ts';
import { podDefaults } from './admission/pod-defaults.ts';
import { namespaceLifecycle } from './admission/namespace-lifecycle.ts';
import { serviceAccount } from './admission/service-account.ts';
import { createAddresses } from './admission/service-addresses.ts';
import { authenticate, type Authentication } from './auth/authenticate.ts';
import { createAuthorizer } from './auth/authorizer.ts';
import { rbacRules } from './auth/rbac.ts';
import { createTokenIssuer } from './auth/service-account-token.ts';
import { systemAdmin } from './auth/user.ts';
import { bootstrap } from './bootstrap.ts';
import { followDefinitions } from './crds/crd-controller.ts';
import { emptyResource } from './crds/empty-resource.ts';
import { expireEvents } from './event-expiry.ts';
import { discoveryRoutes } from './discovery/routes.ts';
import type { PodRuntime } from './pod-runtime.ts';
import { publishAddress } from './publish-address.ts';
import { respondError } from './present/respond.ts';
import { createRegistry } from './resources/resource-registry.ts';
import type { ServedResource } from './resources/served-resource.ts';
import { route, statusOf } from './route.ts';
import type { ServerState } from './server-state.ts';
import { openSqliteStore } from './store/sqlite-store.ts';
import { createKeyLocks } from './write/key-locks.ts';
import { upgrades } from './streams/upgrades.ts';

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

/** A running server. */
export interface ApiServer {
  /** Answers in-process, as a member of system:masters. */
  readonly transport: Transport;
  /** Answers a caller who has to prove who they are. */
  readonly handle: Handler;
  listen(at: ListenAt): Promise<{ readonly port: number; close(): Promise<void> }>;
  /** The runtime usually starts after the server, on its transport. */
  setPodRuntime(runtime: PodRuntime): void;
  /** Ends all watches and closes the store; what was acknowledged is on disk. */
  close(): Promise<void>;
}

/** Opens the store and builds the server; nothing listens until `listen` is called. */
export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { clock, log } = options;
  const store = await openSqliteStore({ path: options.storePath, clock });
  const closing = new AbortController();
  let runtime = options.podRuntime;
  const quotas = createQuotaKeeper(store);
  const state = buildState(options, {
    store,
    closing: closing.signal,
    runtime: () => runtime,
    quotas,
  });
  await bootstrap(state);
  if (options.advertise !== undefined) await publishAddress(state, options.advertise);
  const stopUpkeep = startUpkeep(state, quotas);
  let address = options.advertise ?? '127.0.0.1:6443';
  const other = discoveryRoutes(state, () => address);
  const authentication = authenticationOf(options, state);
  const handle: Handler = async (request, peer) => {
    try {
      const user = await authenticate(authentication, request, peer);
      return await route(state, request, { user, other });
    } catch (thrown) {
      return respondError(statusOf(state, request, thrown));
    }
  };
  return {
    handle,
    transport: (request) => route(state, request, { user: systemAdmin, other }),
    setPodRuntime: (given) => {
      runtime = given;
    },
    async listen(at) {
      const upgrade = upgrades(state, authentication);
      const onError = (err: unknown): void => log.error('request failed', { err });
      const listening = await listen({ ...at, handler: handle, upgrade, onError });
      if (options.advertise !== undefined) return listening;
      address = `${at.host}:${listening.port}`;
      await publishAddress(state, address);
      return listening;
    },
    async close() {
      closing.abort();
      stopUpkeep();
      await store.close();
    },
  };
}

/** What goes on besides requests; the function ends it. */
function startUpkeep(state: ServerState, quotas: QuotaKeeper): () => void {
  const { store, clock, log, resources, closing } = state;
  const empty = (resource: ServedResource): Promise<number> => emptyResource(state, resource);
  const stopDefinitions = followDefinitions({ store, clock, log, resources, empty });
  const stopServices = followApiServices(state);
  const stopQuotas = quotas.follow();
  void expireEvents(store, clock, closing);
  return () => {
    stopDefinitions();
    stopServices();
    stopQuotas();
  };
}

function buildState(
  options: ApiServerOptions,
  parts: Pick<ServerState, 'store' | 'closing' | 'runtime'> & { readonly quotas: QuotaKeeper },
): ServerState {
  const { clock, log, profile = 'modern', serviceCidr = '127.65.0.0/16' } = options;
  const { store, quotas, closing, runtime } = parts;
  const webhooks = createWebhookList(store);
  const keyPem = options.auth?.serviceAccountKeyPem;
  return {
    store,
    closing,
    runtime,
    clock,
    log,
    profile,
    resources: createRegistry(profile),
    admission: createAdmission({
      changing: [
        namespaceLifecycle,
        definitions,
        serviceAccount,
        podDefaults,
        claimClass,
        ingressClass,
        limitDefaults,
        accountSecret,
        mutatingWebhooks(webhooks),
      ],
      // What a webhook let in may still be too much; the quota has the last word.
      confirming: [grants, uncheckedRules, limitRanger, validatingWebhooks(webhooks), quotas.check],
    }),
    locks: createKeyLocks(),
    addresses: createAddresses(store, serviceCidr),
    tokens: createTokenIssuer({ store, clock, ...(keyPem === undefined ? {} : { keyPem }) }),
    authorizer: createAuthorizer(rbacRules(store)),
  };
}

function authenticationOf({ auth = {} }: ApiServerOptions, state: ServerState): Authentication {
  return {
    tokens: state.tokens,
    authorizer: state.authorizer,
    staticTokens: auth.tokens ?? new Map(),
    anonymousIsAdmin: auth.anonymousIsAdmin ?? false,
  };
}
