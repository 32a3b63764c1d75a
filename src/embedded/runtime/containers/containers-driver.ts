import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownError, messageOf, type Clock, type Logger } from '../../../base/index.ts';
import { createRegistryClient, parseImage, registryOf } from '../../../lib/oci/index.ts';
import type { RegistryClientOptions } from '../../../lib/oci/index.ts';
import type {
  ContainerToStart,
  FoundContainer,
  PodDriver,
  RunningContainer,
  Sandbox,
} from '../driver.ts';
import type { Pod } from '../pod/pod.ts';
import { WaitingError } from '../pod/waiting.ts';
import { processLabel } from '../process/images.ts';
import { openEngine, type Engine, type EngineOptions } from './engine.ts';
import { pullImage, type EngineImage } from './engine-images.ts';
import { followContainer } from './follow-container.ts';
import {
  infraName,
  inspectAll,
  inspectOne,
  labels,
  proxyName,
  removeAll,
  type Inspected,
} from './inspect.ts';
import {
  openClusterNetwork,
  type NetworkOptions,
  type NetworkPorts,
  type PodNetwork,
} from './network/cluster-network.ts';
import { ensurePauseImage } from './pause-image.ts';
import { infraArguments, memberArguments, type PodArguments } from './run-arguments.ts';
import { securityOf } from './security.ts';
import { usageOf } from './usage.ts';

export interface ContainersDriverOptions {
  readonly engine: EngineOptions;
  /** Added to every `run` of a container, e.g. `--runtime runc`. */
  readonly engineArguments?: readonly string[];
  /** Tells this platform's containers from those of others on the same engine; its data folder does. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** How registries are looked at; `insecureHosts` are plain http for the engine too. */
  readonly registry?: RegistryClientOptions;
  /** Gives containers the addresses and names of services; absent: they know only each other's addresses. */
  readonly network?: NetworkOptions;
}

interface Ports {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Logger;
  readonly platform: string;
  readonly extra: readonly string[];
  readonly network: () => Promise<PodNetwork | undefined>;
}

/**
 * Runs containers with podman or docker through its command line. Each pod has an infra container that
 * holds its network; the pod's containers join it. Everything carries labels, by which it is found again
 * after a restart of the platform: containers run on meanwhile. Declared ports are published on loopback.
 */
export function containersDriver(options: ContainersDriverOptions): PodDriver {
  const { clock, log, dataDir, registry = {}, engineArguments: extra = [] } = options;
  const engine = openEngine(options.engine);
  const platform = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  const base = { engine, clock, log, platform, extra, dataDir };
  const network = networkOf(base, options.network);
  const ports: Ports = { ...base, network };
  const usedFile = join(dataDir, `${engine.name}-used`);
  const insecure = registry.insecureHosts ?? [];
  const once = onceWell(async () => ensurePauseImage(engine));
  const look = createRegistryClient(registry);
  return {
    name: engine.name,
    refuses: async (_pod, { image }, { signal }) => {
      if (insecure.includes(registryOf(parseImage(image))) && (await isBare(look, image, signal)))
        return `image ${image} brings no Node with it, which only the process driver has`;
      return once().then(
        () => undefined,
        (thrown: unknown) => messageOf(thrown),
      );
    },
    pull: (image, how) => pullImage(engine, image, how, insecure),
    openSandbox: async (pod) => {
      await mkdir(dataDir, { recursive: true });
      await writeFile(usedFile, '');
      return openPlace(pod, ports);
    },
    sweep: async (known) => {
      // An engine that was never used here is left in peace: asking would make it set up its storage.
      if (!existsSync(usedFile)) return;
      const all = await inspectAll(engine, { [labels.platform]: platform }).catch(() => []);
      const strangers = all.filter(
        ({ Config: { Labels = {} } }) =>
          !known.has(Labels?.[labels.uid] ?? '') && Labels?.[labels.container] !== proxyName,
      );
      if (strangers.length > 0)
        log.info('removing containers of pods that are gone', { count: strangers.length });
      await removeAll(engine, strangers);
    },
  };
}

/** Made once; without it pods run all the same, and one warning says what they lack. */
function networkOf(
  ports: NetworkPorts,
  options: NetworkOptions | undefined,
): () => Promise<PodNetwork | undefined> {
  let opened: Promise<PodNetwork | undefined> | undefined;
  const open = async (): Promise<PodNetwork | undefined> => {
    if (options === undefined) return undefined;
    try {
      return await openClusterNetwork(ports, options);
    } catch (thrown) {
      const err = messageOf(thrown);
      ports.log.warn('containers reach no services and no names of the cluster', { err });
      return undefined;
    }
  };
  return () => (opened ??= open());
}

/** Remembers success only: an engine that is started later serves later pods. */
function onceWell(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work().catch((thrown: unknown) => {
      done = undefined;
      throw thrown;
    });
    return done;
  };
}

/** Images that our own builder made upon nothing name no PATH, since nothing is in them. */
async function isBare(
  client: ReturnType<typeof createRegistryClient>,
  image: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const { config } = await client.imageConfig(parseImage(image), { signal });
    const hasPath = config.Env?.some((each) => each.startsWith('PATH=')) === true;
    return config.Labels?.[processLabel] !== undefined && !hasPath;
  } catch {
    // The pull tells it better.
    return false;
  }
}

async function openPlace(pod: Pod, ports: Ports): Promise<Sandbox> {
  const { engine, platform, clock, log, extra } = ports;
  const mine = { [labels.platform]: platform, [labels.uid]: pod.metadata.uid ?? '' };
  const network = await ports.network();
  const common: PodArguments = { engine: engine.name, extra, platform, pod, network };
  const earlier = await inspectAll(engine, mine);
  const isUp = earlier.some((each) => isInfra(each) && each.State.Running === true);
  // Without its network a pod's containers are of no use: they begin anew.
  if (!isUp) await removeAll(engine, earlier);
  const id = isUp
    ? earlier.find(isInfra)?.Id
    : (await engine.run(infraArguments(common))).trim().split('\n').at(-1);
  const infra = await inspectOne(engine, id ?? '');
  if (infra === undefined) throw new KnownError('failed', 'the infra container has vanished');
  const leaving = new AbortController();
  const following = { engine, clock, log, signal: leaving.signal };
  const podIP = addressOf(infra);
  return {
    podIP,
    running: isUp ? foundOf(earlier, following) : new Map(),
    start: async (container) => startMember(common, container, { infra: infra.Id, following }),
    dial: async (port) => dialOf(infra, podIP, port),
    usage: async () => usageOf(engine, await inspectAll(engine, mine)),
    leave: async () => leaving.abort(),
    close: async () => {
      await removeAll(engine, await inspectAll(engine, mine));
      leaving.abort();
    },
  };
}

function isInfra({ Config: { Labels } }: Inspected): boolean {
  return Labels?.[labels.container] === infraName;
}

/** Rootless engines give their containers no address that this machine can reach. */
function addressOf({ NetworkSettings: net }: Inspected): string {
  const first = Object.values(net?.Networks ?? {}).find((each) => each.IPAddress)?.IPAddress;
  return net?.IPAddress || first || '127.0.0.1';
}

function dialOf(infra: Inspected, podIP: string, port: number): { host: string; port: number } {
  const published = infra.NetworkSettings?.Ports?.[`${port}/tcp`]?.find(
    ({ HostIp }) => HostIp === '127.0.0.1',
  );
  if (published?.HostPort !== undefined)
    return { host: '127.0.0.1', port: Number(published.HostPort) };
  if (process.platform === 'linux') return { host: podIP, port };
  throw new KnownError(
    'unreachable',
    `port ${port} is not declared in the pod's containers, so it is not published on this machine`,
  );
}

type FollowingPorts = Parameters<typeof followContainer>[2];

/** The newest attempt of each container, running or ended. */
function foundOf(
  earlier: readonly Inspected[],
  following: FollowingPorts,
): Map<string, FoundContainer> {
  const found = new Map<string, { readonly attempt: number; readonly each: Inspected }>();
  for (const each of earlier.filter((one) => !isInfra(one))) {
    const { [labels.container]: name = '', [labels.attempt]: text = '0' } =
      each.Config.Labels ?? {};
    const attempt = Number(text);
    if (attempt >= (found.get(name)?.attempt ?? 0)) found.set(name, { attempt, each });
  }
  return new Map(
    [...found].map(([name, { attempt, each }]) => [
      name,
      {
        attempt,
        startedAt: new Date(each.State.StartedAt ?? following.clock.now()),
        goOn: (log, since) =>
          followContainer(each.Id, log, { ...following, ...(since && { since }) }),
      },
    ]),
  );
}

interface Place {
  readonly infra: string;
  readonly following: FollowingPorts;
}

async function startMember(
  common: PodArguments,
  container: ContainerToStart,
  { infra, following }: Place,
): Promise<RunningContainer> {
  const { engine } = following;
  const { pod, platform } = common;
  refuseRoot(pod, container);
  await giveGroup(pod, container);
  const mine = {
    [labels.platform]: platform,
    [labels.uid]: pod.metadata.uid ?? '',
    [labels.container]: container.spec.name,
  };
  const { args, env } = memberArguments(common, container, infra);
  const before = await inspectAll(engine, mine);
  try {
    const id = (await engine.run(args, { env })).trim().split('\n').at(-1) ?? '';
    await removeAll(engine, before);
    return followContainer(id, container.log, following);
  } catch (thrown) {
    // The engine keeps a container that it could make and not start.
    const known = new Set(before.map(({ Id }) => Id));
    const after = await inspectAll(engine, mine);
    await removeAll(
      engine,
      after.filter(({ Id }) => !known.has(Id)),
    );
    throw thrown;
  }
}

/** `runAsNonRoot` is checked before anything runs, in a kubelet's words. */
function refuseRoot(pod: Pod, { spec, image }: ContainerToStart): void {
  const { runAsNonRoot = false, runAsUser } = securityOf(pod, spec);
  if (!runAsNonRoot) return;
  const { user } = image as EngineImage;
  const name = String(runAsUser ?? user.split(':')[0]);
  if (name !== '' && name !== '0' && name !== 'root') return;
  const why =
    runAsUser === 0
      ? "container's runAsUser breaks non-root policy"
      : 'container has runAsNonRoot and image will run as root';
  throw new WaitingError('CreateContainerConfigError', why, true);
}

/** Volumes belong to the pod's fsGroup. Only root can give files away; others share what they have. */
async function giveGroup(pod: Pod, { mounts, spec }: ContainerToStart): Promise<void> {
  const { fsGroup } = securityOf(pod, spec);
  if (fsGroup === undefined || process.getuid?.() !== 0) return;
  const own = new Set(
    (pod.spec.volumes ?? []).flatMap(({ hostPath }) =>
      hostPath === undefined ? [] : [hostPath.path],
    ),
  );
  for (const { hostPath, readOnly } of mounts) {
    if (readOnly || own.has(hostPath)) continue;
    await chown(hostPath, process.getuid(), fsGroup);
    await chmod(hostPath, 0o2775);
  }
}
