import { mkdir, rename, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { dirname } from 'node:path';
import {
  keyText,
  messageOf,
  type Clock,
  type Kind,
  type KubeObject,
  type Logger,
} from '../../../base/index.ts';
import { targetsOf, type Endpoints, type Service } from './endpoints.ts';
import { kinds, watchCache, type Cache, type Cluster } from '../../../lib/kube/index.ts';

export interface ServiceProxyOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** JSON file with the address of every service, for name lookups inside pods. */
  readonly namesFile?: string;
}

/** Waits between two tries of an address that cannot be listened on. */
const retryMs = 30_000;

/**
 * Makes the addresses of services answer: a TCP listener on each clusterIP and port, which passes every
 * connection to a ready endpoint in turn. Works where any loopback address can be listened on (Linux).
 */
export function startServiceProxy(options: ServiceProxyOptions): { readonly done: Promise<void> } {
  const { cluster, clock, signal } = options;
  const log = options.log.with({ component: 'service-proxy' });
  const run = { clock, log, signal };
  const services = watchCache(cluster, { ...kinds.Service, parse: slim } as Kind<Service>, run);
  const endpoints = watchCache(
    cluster,
    { ...kinds.Endpoints, parse: slim } as Kind<Endpoints>,
    run,
  );
  const listeners = new Map<string, Map<string, net.Server>>();
  const names = nameWriter(options.namesFile, log);
  let turn = 0;
  const pick = (service: Service, portName: string): { host: string; port: number } | undefined => {
    const all = targetsOf(endpoints.get(service.metadata), portName);
    turn += 1;
    return all[turn % Math.max(1, all.length)];
  };
  const update = (service: Service, gone: boolean): void => {
    const id = keyText(service.metadata);
    const open = listeners.get(id) ?? new Map<string, net.Server>();
    const wanted = gone ? new Map<string, string>() : portsOf(service);
    for (const [at, server] of open)
      if (!wanted.has(at)) {
        server.close();
        open.delete(at);
      }
    for (const [at, portName] of wanted)
      if (!open.has(at))
        open.set(
          at,
          openPort(at, () => pick(services.get(service.metadata) ?? service, portName), run),
        );
    if (open.size === 0) listeners.delete(id);
    else listeners.set(id, open);
  };
  services.onChange(({ type, object }) => {
    update(object, type === 'deleted');
    names.write(services, endpoints);
  });
  endpoints.onChange(() => names.write(services, endpoints));
  const closeAll = (): void => {
    for (const open of listeners.values()) for (const server of open.values()) server.close();
  };
  return { done: aborted(signal).then(closeAll) };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    return signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function portsOf({ spec }: Service): Map<string, string> {
  const { clusterIP = '', ports = [] } = spec;
  // Only addresses of our own range can be listened on.
  if (!clusterIP.startsWith('127.')) return new Map();
  const tcp = ports.filter(({ protocol = 'TCP' }) => protocol === 'TCP');
  return new Map(tcp.map(({ port, name = '' }) => [`${clusterIP}:${port}`, name]));
}

function openPort(
  at: string,
  pick: () => { host: string; port: number } | undefined,
  run: { readonly clock: Clock; readonly log: Logger; readonly signal: AbortSignal },
): net.Server {
  const [host = '', port = '0'] = at.split(':');
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    const target = pick();
    socket.on('error', () => socket.destroy());
    if (target === undefined) {
      socket.resetAndDestroy();
      return;
    }
    pipe(socket, net.connect({ ...target, allowHalfOpen: true }));
  });
  let hasTold = false;
  const begin = (): void => void server.listen({ host, port: Number(port) });
  server.on('error', (error) => {
    if (!hasTold)
      run.log.warn('a service address cannot be listened on', { at, err: messageOf(error) });
    hasTold = true;
    run.clock.sleep(retryMs, run.signal).then(begin, () => {});
  });
  begin();
  return server;
}

function pipe(left: net.Socket, right: net.Socket): void {
  left.setNoDelay(true);
  right.setNoDelay(true);
  right.once('connect', () => {
    left.pipe(right);
    right.pipe(left);
    left.resume();
  });
  right.on('error', () => left.destroy());
  left.on('close', () => right.destroy());
  right.on('close', () => left.destroySoon());
}

/** Writes names and addresses whenever they change; never two writes at once. */
function nameWriter(file: string | undefined, log: Logger) {
  let before = '';
  let wish: (() => string) | undefined;
  let isBusy = false;
  const work = async (path: string): Promise<void> => {
    isBusy = true;
    for (let next = wish; next !== undefined; next = wish) {
      wish = undefined;
      const text = next();
      if (text === before) continue;
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.new`, text);
      await rename(`${path}.new`, path);
      before = text;
    }
    isBusy = false;
  };
  return {
    write: (services: Cache<Service>, endpoints: Cache<Endpoints>): void => {
      if (file === undefined) return;
      wish = () => JSON.stringify(namesOf(services.list(), endpoints));
      if (!isBusy)
        void work(file).catch((thrown: unknown) => {
          isBusy = false;
          log.warn('the names of services could not be written', { err: messageOf(thrown) });
        });
    },
  };
}

function namesOf(
  services: readonly Service[],
  endpoints: Cache<Endpoints>,
): Record<string, string> {
  return Object.fromEntries(
    services.flatMap((service) => {
      const { name, namespace = '' } = service.metadata;
      const { clusterIP = '' } = service.spec;
      const first = endpoints.get(service.metadata)?.subsets?.[0]?.addresses?.[0]?.ip;
      const address = clusterIP === 'None' || clusterIP === '' ? first : clusterIP;
      return address === undefined ? [] : [[`${name}.${namespace}`, address]];
    }),
  );
}

function slim(raw: unknown): KubeObject {
  const object = raw as KubeObject;
  delete object.metadata.managedFields;
  return object;
}
