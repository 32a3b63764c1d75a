import { listen, type Handler, type Listening } from '../../../lib/http/index.ts';
import { isRecord, KnownError, type Clock } from '../../../base/index.ts';
import type {
  ContainerToStart,
  ExecCommand,
  Executing,
  Exited,
  PodDriver,
  RunningContainer,
  Sandbox,
} from '../driver.ts';
import type { ContainerSpec, Pod } from '../pod/pod.ts';

/** How containers of an image behave. The first rule that matches counts. */
export interface SimulatedRule extends Behaviour {
  /** Image names; `*` stands for anything. */
  readonly image: string;
}

interface Behaviour {
  /** Time from created to started. */
  readonly startDelayMs?: number;
  /** It ends by itself after this time; absent: containers of Jobs end at once, others run on. */
  readonly exitAfterMs?: number;
  readonly exitCode?: number;
  /** Lines on standard output at the start. */
  readonly lines?: readonly string[];
  /** What readiness probes hear; true unless told otherwise. */
  readonly ready?: boolean;
  /** What liveness and startup probes hear. */
  readonly live?: boolean;
  /** The image cannot be pulled, with this message. */
  readonly pullError?: string;
  /** Really answers on every port of the pod. */
  readonly handler?: Handler;
}

/** The behaviour of one pod as JSON; it goes before every rule. */
export const simulateAnnotation = 'trice.dev/simulate';

export interface SimulatedDriverOptions {
  readonly clock: Clock;
  readonly rules?: readonly SimulatedRule[];
  /** Takes pods that no rule or annotation names too. */
  readonly everything?: boolean;
}

/** Pretends to run containers: for tests, and for parts of the platform that answer from this process. */
export function simulatedDriver(options: SimulatedDriverOptions): PodDriver {
  const { clock, rules = [], everything = false } = options;
  const known = new Set<string>();
  let count = 1;
  const behaviourOf = (pod: Pod, image: string): Behaviour | undefined => {
    const own = ownBehaviour(pod);
    const rule = rules.find((each) => matches(each.image, image));
    if (own === undefined && rule === undefined && !everything) return undefined;
    return { ...rule, ...own };
  };
  return {
    name: 'simulated',
    // Silent: nobody is to install a simulation.
    refuses: async (pod, { image }) => (behaviourOf(pod, image) === undefined ? '' : undefined),
    pull: async (image) => {
      const failure = rules.find((each) => matches(each.image, image))?.pullError;
      if (failure !== undefined) throw new KnownError('not-found', failure);
      const cached = known.has(image);
      known.add(image);
      return { id: `${image}@simulated`, cached, bytes: 0 };
    },
    openSandbox: async (pod, { podIP }) => {
      count += 1;
      const made = podIP ?? `10.244.${count >> 8}.${count & 255}`;
      return openPlace(pod, made, clock, (spec) => behaviourOf(pod, spec.image) ?? {});
    },
  };
}

function ownBehaviour(pod: Pod): Behaviour | undefined {
  const text = pod.metadata.annotations?.[simulateAnnotation];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch (cause) {
    throw new KnownError('invalid', `annotation ${simulateAnnotation} is not JSON`, { cause });
  }
}

function matches(pattern: string, image: string): boolean {
  const parts = pattern.split('*').map((each) => each.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(image);
}

function openPlace(
  pod: Pod,
  podIP: string,
  clock: Clock,
  behaviourOf: (spec: ContainerSpec) => Behaviour,
): Sandbox {
  const servers = new Map<number, Promise<Listening>>();
  const handler = pod.spec.containers.map((each) => behaviourOf(each).handler).find(Boolean);
  const isJob = pod.metadata.ownerReferences?.some((each) => each.kind === 'Job') === true;
  return {
    podIP,
    start: async (container) => {
      const behaviour = behaviourOf(container.spec);
      const endsAtOnce = isJob || isInit(pod, container.spec);
      const exitAfterMs = behaviour.exitAfterMs ?? (endsAtOnce ? 0 : undefined);
      if (behaviour.startDelayMs !== undefined) await clock.sleep(behaviour.startDelayMs);
      return startContainer(
        container,
        { ...behaviour, ...(exitAfterMs === undefined ? {} : { exitAfterMs }) },
        clock,
      );
    },
    dial: async (port) => {
      if (handler === undefined)
        throw new KnownError(
          'unreachable',
          `the simulated pod ${pod.metadata.name} answers no calls`,
        );
      const server = servers.get(port) ?? listen({ handler, host: '127.0.0.1', port: 0 });
      servers.set(port, server);
      return { host: '127.0.0.1', port: (await server).port };
    },
    probe: async (name, _probe, kind) => {
      const spec = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find(
        (each) => each.name === name,
      );
      const { ready = true, live = true } = spec === undefined ? {} : behaviourOf(spec);
      return kind === 'readiness' ? ready : live;
    },
    close: async () => {
      for (const server of servers.values()) await (await server).close();
    },
  };
}

function isInit(pod: Pod, { name, restartPolicy }: ContainerSpec): boolean {
  const isListed = pod.spec.initContainers?.some((each) => each.name === name) === true;
  return isListed && restartPolicy !== 'Always';
}

function startContainer(
  container: ContainerToStart,
  behaviour: Behaviour,
  clock: Clock,
): RunningContainer {
  const { promise, resolve } = Promise.withResolvers<Exited>();
  const stop = new AbortController();
  for (const line of behaviour.lines ?? []) container.log('stdout', Buffer.from(`${line}\n`));
  if (behaviour.exitAfterMs !== undefined)
    clock.sleep(behaviour.exitAfterMs, stop.signal).then(
      () => resolve({ exitCode: behaviour.exitCode ?? 0 }),
      () => {},
    );
  return {
    id: `simulated://${container.spec.name}-${container.attempt}`,
    exited: promise,
    kill: (signal) => {
      stop.abort();
      resolve(signal === 'SIGKILL' ? { exitCode: 137, signal: 9 } : { exitCode: 143, signal: 15 });
    },
    exec: (command) => Promise.resolve(echo(command)),
  };
}

/** `exit N` ends with N; everything else is written back. */
function echo({ command }: ExecCommand): Executing {
  const code = command[0] === 'exit' ? Number(command[1] ?? 0) : 0;
  const text = command[0] === 'exit' ? '' : `${command.join(' ')}\n`;
  return {
    stdout: new Blob([text]).stream(),
    stderr: new Blob([]).stream(),
    exit: Promise.resolve(code),
  };
}
