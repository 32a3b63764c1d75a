import { listen, type Handler, type Peer, type Transport } from '../../lib/http/index.ts';
import { followApiServices } from './api-services.ts';
import { createQuotaKeeper, type QuotaKeeper } from './admission/quota/quota-keeper.ts';
import { authenticate, type Authentication } from './auth/authenticate.ts';
import { systemAdmin } from './auth/user.ts';
import { readCredentials } from './auth/credentials.ts';
import { bootstrap } from './bootstrap.ts';
import { buildState } from './build-state.ts';
import { followDefinitions } from './crds/crd-controller.ts';
import { emptyResource } from './crds/empty-resource.ts';
import { expireEvents } from './event-expiry.ts';
import { discoveryRoutes } from './discovery/routes.ts';
import type { ApiServerOptions, AuthOptions, ListenAt } from './options.ts';
import type { PodRuntime } from './pod-runtime.ts';
import type { ApiRequest } from './http/api-request.ts';
import { directCalls } from './http/wire.ts';
import { publishAddress } from './publish-address.ts';
import { respondError } from './present/respond.ts';
import type { ServedResource } from './resources/served-resource.ts';
import { route, statusOf, type OtherRoutes } from './route.ts';
import type { ServerState } from './server-state.ts';
import { openSqliteStore } from './store/sqlite-store.ts';
import { upgrades } from './streams/upgrades.ts';

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

/**
 * Opens the store and builds the server; nothing listens until `listen` is called. `KnownError` when the
 * store is in use, or a file with credentials cannot be read.
 */
export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { clock, log } = options;
  const credentials = await readCredentials(options.auth ?? {});
  const store = await openSqliteStore({ path: options.storePath, clock });
  const closing = new AbortController();
  let runtime = options.podRuntime;
  const quotas = createQuotaKeeper(store);
  const state = buildState(options, {
    store,
    closing: closing.signal,
    runtime: () => runtime,
    quotas,
    staticTokens: credentials.tokens,
  });
  await bootstrap(state);
  if (options.advertise !== undefined) await publishAddress(state, options.advertise);
  const stopUpkeep = startUpkeep(state, quotas);
  let address = options.advertise ?? '127.0.0.1:6443';
  const other = discoveryRoutes(state, () => address);
  const authentication = authenticationOf(state, options.auth);
  const handle = answerTo(state, authentication, other);
  return {
    handle,
    transport: (request) => route(state, request, { user: systemAdmin, other }),
    setPodRuntime: (given) => {
      runtime = given;
    },
    async listen(at) {
      const upgrade = upgrades(state, authentication);
      const onError = (err: unknown): void => log.error('request failed', { err });
      const where = withClientCa(at, credentials.clientCa);
      const listening = await listen({
        ...where,
        handler: handle,
        direct: directCalls(handle, onError),
        upgrade,
        onError,
      });
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

/** Answers whoever proves who they are. */
function answerTo(
  state: ServerState,
  authentication: Authentication,
  other: OtherRoutes,
): (request: ApiRequest, peer?: Peer) => Promise<Response> {
  return async (request, peer) => {
    try {
      const user = await authenticate(authentication, request, peer);
      return await route(state, request, { user, other });
    } catch (thrown) {
      return respondError(statusOf(state, request, thrown));
    }
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

function authenticationOf(
  { tokens, authorizer, staticTokens }: ServerState,
  { anonymousIsAdmin = false }: AuthOptions = {},
): Authentication {
  return { tokens, authorizer, staticTokens, anonymousIsAdmin };
}

/** A client certificate of any of the authorities will do. */
function withClientCa({ tls, ...at }: ListenAt, clientCa: string | undefined): ListenAt {
  if (!tls || clientCa === undefined) return tls ? { ...at, tls } : at;
  return { ...at, tls: { ...tls, ca: `${tls.ca ?? ''}\n${clientCa}` } };
}
