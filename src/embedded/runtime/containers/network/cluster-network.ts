import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, type Clock, type Kind, type Logger } from '../../../../base/index.ts';
import { kinds, watchCache, type Cluster } from '../../../../lib/kube/index.ts';
import { buildLayer } from '../../../../lib/oci/index.ts';
import type { Engine } from '../engine.ts';
import { inspectAll, labels, proxyName, removeAll } from '../inspect.ts';
import { ensureNetwork, networkName } from './engine-network.ts';
import { proxyState, type Endpoints, type Service } from './proxy-state.ts';
import { openRelay } from './relay.ts';
import { routeProgram } from './route-program.ts';
import type { ServiceRange } from './service-range.ts';

/** What the network of containers needs of the cluster. */
export interface NetworkOptions {
  readonly cluster: Cluster;
  readonly signal: AbortSignal;
  /** Where services are for this machine, e.g. `127.65.0.0/16`. */
  readonly serviceCidr: string;
}

/** What a pod needs to reach services and names. */
export interface PodNetwork {
  readonly name: string;
  /** Who is asked for names. */
  readonly dns: string;
  readonly range: ServiceRange;
}

export interface NetworkPorts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Logger;
  readonly platform: string;
  readonly extra: readonly string[];
  readonly dataDir: string;
}

const insideDir = fileURLToPath(new URL('./inside/', import.meta.url));

/**
 * Service addresses and names for containers: a network of their own, on it one more container that has every
 * service's address and the name server, and a relay to what listens on this machine. Made with the first pod.
 */
export async function openClusterNetwork(
  ports: NetworkPorts,
  options: NetworkOptions,
): Promise<PodNetwork> {
  const { engine, platform } = ports;
  const prefix = await ensureNetwork(engine, platform);
  const range: ServiceRange = { prefix, outside: options.serviceCidr };
  const dns = `${prefix}.0.2`;
  const dir = join(ports.dataDir, 'proxy');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await ensureProxy(ports, { prefix, dns, dir });
  await tellProxy(ports, options, { range, dns, dir });
  return { name: networkName(platform), dns, range };
}

/** The proxy's container runs on over restarts of the platform, as pods do; another version takes its place. */
async function ensureProxy(
  ports: NetworkPorts,
  at: { readonly prefix: string; readonly dns: string; readonly dir: string },
): Promise<void> {
  const { engine, platform, extra } = ports;
  const version = versionOf(at.prefix);
  const mine = { [labels.platform]: platform, [labels.container]: proxyName };
  const earlier = await inspectAll(engine, mine);
  const isGood = earlier.some(
    ({ State, Config }) => State.Running === true && Config.Labels?.[labels.uid] === version,
  );
  if (isGood) return;
  await removeAll(engine, earlier);
  const image = await ensureImage(engine, at.prefix);
  const program = realpathSync(process.execPath);
  const name = `trice_proxy_${platform}`;
  try {
    await engine.run([
      'run',
      '-d',
      ...extra,
      '--name',
      name,
      ...Object.entries({ ...mine, [labels.uid]: version }).flatMap(([key, value]) => [
        '--label',
        `${key}=${value}`,
      ]),
      '--network',
      networkName(platform),
      '--ip',
      at.dns,
      ...readOnly(dirname(program), '/trice-node'),
      ...libraries.filter((each) => existsSync(each)).flatMap((each) => readOnly(each, each)),
      ...readOnly(insideDir, '/inside'),
      ...readOnly(at.dir, '/state'),
      image,
      '/trice-node/node',
      import.meta.url.endsWith('.ts') ? '/inside/proxy.ts' : '/inside/proxy.js',
    ]);
    const net = ['--network', `container:${name}`, '--cap-add', 'NET_ADMIN'];
    await engine.run(['run', '--rm', ...extra, ...net, image, '/route']);
  } catch (thrown) {
    // The engine keeps a container that it could make and not start.
    await removeAll(engine, await inspectAll(engine, mine));
    throw thrown;
  }
}

/** What a Node that is not static is linked with. */
const libraries = ['/lib', '/lib64', '/usr/lib', '/usr/lib64'];

function readOnly(source: string, target: string): string[] {
  return ['--mount', `type=bind,source=${source},target=${target},readonly`];
}

function versionOf(prefix: string): string {
  const hash = createHash('sha256').update(`${prefix} ${process.execPath}`);
  for (const name of readdirSync(insideDir).toSorted())
    if (!name.includes('.test.')) hash.update(readFileSync(join(insideDir, name)));
  return `proxy-${hash.digest('hex').slice(0, 16)}`;
}

/** The image holds one program, for one range: everything else the container is lent. */
async function ensureImage(engine: Engine, prefix: string): Promise<string> {
  const image = `localhost/trice-proxy:${prefix}`;
  const { code } = await engine.ask(['image', 'inspect', image]);
  if (code === 0) return image;
  const content = routeProgram(process.arch, { base: `${prefix}.128.0`, bits: 17 });
  const { bytes } = await buildLayer([{ path: 'route', content, mode: 0o755 }]);
  await engine.run(['import', '--change', 'CMD ["/route"]', '-', image], { input: bytes });
  return image;
}

/** Writes what the proxy has to know, now and with every change. */
async function tellProxy(
  { clock, log }: NetworkPorts,
  { cluster, signal }: NetworkOptions,
  { range, dns, dir }: { readonly range: ServiceRange; readonly dns: string; readonly dir: string },
): Promise<void> {
  const run = { clock, log, signal };
  const services = watchCache(cluster, kinds.Service as Kind<Service>, run);
  const endpoints = watchCache(cluster, kinds.Endpoints as Kind<Endpoints>, run);
  const allowed = new Set<string>();
  const relay = await openRelay(`${range.prefix}.0.1`, (target) => allowed.has(target));
  if (relay === undefined)
    log.warn('containers cannot reach what runs outside of them: the API server, processes', {
      why: 'the address of the engine network is not of this machine',
    });
  signal.addEventListener('abort', () => relay?.close(), { once: true });
  const told = relay === undefined ? {} : { relay: relay.address };
  const write = async (): Promise<void> => {
    const endpointsOf = (service: Service): Endpoints | undefined =>
      endpoints.get(service.metadata);
    const state = proxyState(services.list(), endpointsOf, { range, dns, ...told });
    allowed.clear();
    for (const target of state.listen.flatMap((each) => each.targets))
      if (target.isFar === true) allowed.add(`${target.host}:${target.port}`);
    const file = join(dir, 'state.json');
    await writeFile(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
    await rename(`${file}.new`, file);
  };
  const changed = oneAtATime(write, (thrown) => {
    log.warn('the proxy of containers could not be told of services', { err: messageOf(thrown) });
  });
  await Promise.all([services.ready, endpoints.ready]);
  services.onChange(() => void changed());
  endpoints.onChange(() => void changed());
  await changed();
}

/** Calls that come while one is under way are one more call after it. */
function oneAtATime(
  work: () => Promise<void>,
  failed: (thrown: unknown) => void,
): () => Promise<void> {
  let isBusy = false;
  let isDue = false;
  return async () => {
    isDue = true;
    if (isBusy) return;
    isBusy = true;
    while (isDue) {
      isDue = false;
      await work().catch(failed);
    }
    isBusy = false;
  };
}
