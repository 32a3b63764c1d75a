import { join } from 'node:path';
import { KnownError, messageOf, type Clock, type Logger } from '../../../base/index.ts';
import type { RegistryClientOptions } from '../../../lib/oci/index.ts';
import type { PodDriver, RunningContainer, Sandbox } from '../driver.ts';
import type { Pod } from '../pod/pod.ts';
import { createAddresses, hasLoopbackRange, type Addresses } from './addresses.ts';
import { openLocalImages, processLabel, recipeOf, type LocalImage } from './images.ts';
import { endStrangers } from './strangers.ts';
import { startProcess, type ProcessPlace } from './start-process.ts';
import { createUsageReader, type Group } from './usage.ts';

export interface ProcessDriverOptions {
  /** Images, process records and the preload file are kept below it. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** How registries are reached; the platform's own one is plain http on loopback. */
  readonly registry?: RegistryClientOptions;
  /** JSON file with addresses of services, written by the service proxy. */
  readonly namesFile?: string;
  /** Pods get loopback addresses of this /16 on Linux; `127.64` unless told otherwise. */
  readonly addressPrefix?: string;
  /** Whether each pod has an address of its own; only Linux can. Else pods share 127.0.0.1. */
  readonly ownAddresses?: boolean;
  /** PATH of the processes; the Node that runs us is always found as `node`. */
  readonly path?: string;
}

/**
 * Runs images made by our own builder (label `dev.trice.process`) as child processes on the Node we run
 * on. There is no isolation: a process can read and do whatever this user can. On Linux each pod has a
 * loopback address of its own; elsewhere pods share 127.0.0.1 and their ports are told by `dial`.
 */
export function processDriver(options: ProcessDriverOptions): PodDriver {
  const { dataDir, clock, log, registry = {} } = options;
  const images = openLocalImages(join(dataDir, 'images'), registry);
  const recordsDir = join(dataDir, 'processes');
  const { ownAddresses = hasLoopbackRange() } = options;
  const addresses = ownAddresses ? createAddresses(options.addressPrefix) : undefined;
  const place = (): Pick<ProcessPlace, 'preload' | 'recordsDir' | 'path' | 'namesFile'> => ({
    preload,
    recordsDir,
    path: options.path ?? '/usr/local/bin:/usr/bin:/bin',
    ...(options.namesFile === undefined ? {} : { namesFile: options.namesFile }),
  });
  let hasWarned = false;
  return {
    name: 'process',
    refuses: async (_pod, { image }, how) => {
      try {
        const { config } = await images.look(image, how);
        if (recipeOf(config) !== undefined) return undefined;
        return `image ${image} is not made by trice (it has no label ${processLabel}), so the process driver cannot run it: install podman or docker`;
      } catch (thrown) {
        if (!(thrown instanceof KnownError)) throw thrown;
        // In a registry of ours a missing image is a mistake in the name, and is told as such by the pull.
        if (thrown.code === 'not-found' && isLoopback(image)) return undefined;
        return `image ${image} cannot be looked at (${messageOf(thrown)}); the process driver runs only images made by trice: install podman or docker for others`;
      }
    },
    pull: (image, how) => images.pull(image, how),
    openSandbox: async (pod, wish) => {
      if (!hasWarned)
        log.warn(
          'the process driver gives NO ISOLATION: pods are plain processes of this user and can read its files; use podman or docker for code you do not trust',
          { driver: 'process' },
        );
      hasWarned = true;
      return openPlace(pod, { addresses, wish: wish.podIP, dataDir, clock, rest: place() });
    },
    sweep: () => endStrangers(recordsDir, log),
  };
}

function isLoopback(image: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?\//.test(image);
}

interface Opening {
  readonly addresses: Addresses | undefined;
  readonly wish: string | undefined;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly rest: Pick<ProcessPlace, 'preload' | 'recordsDir' | 'path' | 'namesFile'>;
}

function openPlace(pod: Pod, { addresses, wish, dataDir, clock, rest }: Opening): Sandbox {
  const address = addresses?.take(wish);
  const running = new Set<RunningContainer>();
  const groups = new Map<string, Group>();
  const readUsage = createUsageReader(() => clock.now().getTime());
  const ports = new Map<number, number>();
  const place: ProcessPlace = {
    ...rest,
    clock,
    pod,
    dataDir,
    dir: join(dataDir, 'pods', pod.metadata.uid ?? ''),
    listening: (port, actual) => ports.set(port, actual),
    ...(address === undefined ? {} : { address }),
  };
  return {
    podIP: address ?? '127.0.0.1',
    start: async (container) => {
      const started = await startProcess(container, container.image as LocalImage, place);
      const { name } = container.spec;
      running.add(started);
      groups.set(name, { pid: started.pid, startedMs: clock.now().getTime() });
      void started.exited.then(() => {
        running.delete(started);
        if (groups.get(name)?.pid === started.pid) groups.delete(name);
      });
      return started;
    },
    dial: async (port) => {
      if (address !== undefined) return { host: address, port };
      const actual = ports.get(port);
      if (actual !== undefined) return { host: '127.0.0.1', port: actual };
      throw new KnownError('unreachable', `nothing listens on port ${port} of the pod`);
    },
    usage: () => readUsage(groups),
    close: async () => {
      for (const each of running) each.kill('SIGKILL');
      await Promise.all([...running].map((each) => each.exited));
      if (address !== undefined) addresses?.free(address);
    },
  };
}

/** Loaded before every program. Node takes the types off itself, and keeps the result in the compile cache. */
const preload = new URL(
  import.meta.url.endsWith('.ts') ? './preload.ts' : './preload.js',
  import.meta.url,
).href;
