import type { IncomingMessage } from 'node:http';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import {
  KnownError,
  messageOf,
  type Clock,
  type Kind,
  type KubeObject,
  type Logger,
} from '../../../base/index.ts';
import { forward, type Handler, type Peer } from '../../../lib/http/index.ts';
import { kinds, watchCache, type Cache, type Cluster } from '../../../lib/kube/index.ts';
import { endpointOf, type Endpoints, type Service } from '../service/endpoints.ts';
import { ingressLinks, upgradeHead } from './forwarded.ts';
import type { Ingress, IngressClass } from './ingress-object.ts';
import { isOurs, routeTable, type RouteTable } from './route-table.ts';

export interface IngressOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** The answers of every Ingress, for whoever listens. */
export interface IngressRouter {
  /** Answers a request by its host and path. `scheme` is what the client spoke. */
  handler(scheme: 'http' | 'https'): Handler;
  /** Passes a connection on that asked for another protocol. */
  upgrade(
    scheme: 'http' | 'https',
  ): (request: IncomingMessage, socket: Duplex, head: Buffer, peer: Peer) => void;
  /** The certificate for a server name, from the Secret that an Ingress names. */
  certificate(name: string): Promise<tls.SecureContext | undefined>;
}

const ingressKind = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  plural: 'ingresses',
  namespaced: true,
} as Kind<Ingress>;
const classKind = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  namespaced: false,
} as Kind<IngressClass>;

interface World {
  readonly ingresses: Cache<Ingress>;
  readonly classes: Cache<IngressClass>;
  readonly services: Cache<Service>;
  readonly endpoints: Cache<Endpoints>;
  readonly table: () => RouteTable;
  readonly turn: () => number;
}

/** Routes requests to the pods behind services by the Ingresses of the cluster, and tells them their address. */
export function ingressRouter(options: IngressOptions): IngressRouter {
  const { cluster } = options;
  const log = options.log.with({ component: 'ingress' });
  const run = { ...options, log };
  const ingresses = watchCache(cluster, ingressKind, run);
  const classes = watchCache(cluster, classKind, run);
  let known: RouteTable | undefined;
  let turn = 0;
  const mine = (): Ingress[] => ingresses.list().filter((each) => isOurs(each, classes.list()));
  const world: World = {
    ingresses,
    classes,
    services: watchCache(cluster, kinds.Service as Kind<Service>, run),
    endpoints: watchCache(cluster, kinds.Endpoints as Kind<Endpoints>, run),
    table: () => (known ??= routeTable(mine())),
    turn: () => (turn += 1),
  };
  const changed = (): void => {
    known = undefined;
    for (const each of mine())
      tellAddress(cluster, each).catch((thrown: unknown) => {
        log.warn('the address of an ingress could not be written', { err: messageOf(thrown) });
      });
  };
  ingresses.onChange(changed);
  classes.onChange(changed);
  return {
    handler: (scheme) => (request, peer) => answer(world, request, { scheme, peer }),
    upgrade: (scheme) => (request, socket, head, peer) =>
      pass(world, { request, socket, head }, { scheme, peer }),
    certificate: (name) => certificateFor(cluster, world.table(), name),
  };
}

/** Nobody waits for an address: this machine itself answers. */
async function tellAddress(cluster: Cluster, { metadata, status }: Ingress): Promise<void> {
  if (status?.loadBalancer?.ingress !== undefined) return;
  const patch = {
    metadata: { uid: metadata.uid },
    status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } },
  };
  try {
    await cluster.patch(ingressKind, metadata, patch, { type: 'merge', subresource: 'status' });
  } catch (thrown) {
    const isGone =
      thrown instanceof KnownError && (thrown.code === 'not-found' || thrown.code === 'conflict');
    if (!isGone) throw thrown;
  }
}

interface Asked {
  readonly scheme: 'http' | 'https';
  readonly peer?: Peer | undefined;
}

function find(
  { table, services, endpoints, turn }: World,
  host: string,
  path: string,
): { readonly host: string; readonly port: number } | 404 | 503 {
  const to = table().find(host, path);
  if (to === undefined) return 404;
  const key = { namespace: to.namespace, name: to.service };
  const service = services.get(key);
  if (service === undefined) return 503;
  return endpointOf(service, endpoints.get(key), to.port, turn()) ?? 503;
}

async function answer(world: World, request: Request, asked: Asked): Promise<Response> {
  const { pathname, search, host: urlHost } = new URL(request.url);
  const host = request.headers.get('host') ?? urlHost;
  const to = find(world, host, pathname);
  if (to === 404) return new Response('default backend - 404\n', { status: 404 });
  if (to === 503) return new Response('no pod behind this ingress is ready\n', { status: 503 });
  const headers = { host, ...ingressLinks(request.headers.get('x-forwarded-for'), host, asked) };
  try {
    return await forward(request, { ...to, path: pathname + search, headers });
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    return new Response(`${thrown.message}\n`, { status: 502 });
  }
}

function pass(
  world: World,
  { request, socket, head }: { request: IncomingMessage; socket: Duplex; head: Buffer },
  asked: Asked,
): void {
  const { host = '' } = request.headers;
  const [path = '/'] = (request.url ?? '/').split('?');
  const to = find(world, host, path);
  if (typeof to === 'number') {
    socket.end(`HTTP/1.1 ${to} ${to === 404 ? 'Not Found' : 'Service Unavailable'}\r\n\r\n`);
    return;
  }
  const far = net.connect(to, () => {
    far.write(upgradeHead(request, ingressLinks(undefined, host, asked)));
    far.write(head);
    far.pipe(socket);
    socket.pipe(far);
  });
  far.on('error', () => socket.destroy());
  socket.on('close', () => far.destroy());
}

async function certificateFor(
  cluster: Cluster,
  table: RouteTable,
  name: string,
): Promise<tls.SecureContext | undefined> {
  const found = table.certificateOf(name);
  if (found === undefined) return undefined;
  const key = { namespace: found.namespace, name: found.secret };
  const secret: KubeObject | undefined = await cluster.get(kinds.Secret, key);
  const { 'tls.crt': cert, 'tls.key': privateKey } = (secret?.['data'] ?? {}) as Record<
    string,
    string | undefined
  >;
  if (cert === undefined || privateKey === undefined) return undefined;
  return tls.createSecureContext({
    cert: Buffer.from(cert, 'base64'),
    key: Buffer.from(privateKey, 'base64'),
  });
}
