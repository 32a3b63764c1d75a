import type { Engine } from './engine.ts';

/** What we read of `podman inspect` and `docker inspect`; both give the same form. */
export interface Inspected {
  readonly Id: string;
  readonly State: {
    readonly Running?: boolean;
    readonly ExitCode?: number;
    readonly OOMKilled?: boolean;
    readonly StartedAt?: string;
  };
  readonly Config: { readonly Labels?: Record<string, string> | null };
  readonly NetworkSettings?: {
    readonly IPAddress?: string;
    readonly Networks?: Record<string, { readonly IPAddress?: string }> | null;
    readonly Ports?: Record<string, Array<{ HostIp?: string; HostPort?: string }> | null> | null;
  };
}

/** Labels of our containers; they are how they are found again. */
export const labels = {
  /** Which platform they belong to, since several can share an engine. */
  platform: 'dev.trice.platform',
  uid: 'dev.trice.pod-uid',
  pod: 'dev.trice.pod',
  container: 'dev.trice.container',
  attempt: 'dev.trice.attempt',
} as const;

/** The value of the container label of infra containers: no container can have this name. */
export const infraName = '_infra';

/** The same for the container that has the addresses of services. */
export const proxyName = '_proxy';

/** All containers with a label, those that have ended too. */
export async function inspectAll(
  engine: Engine,
  wanted: Readonly<Record<string, string>>,
): Promise<Inspected[]> {
  const filters = Object.entries(wanted).flatMap(([name, value]) => [
    '--filter',
    `label=${name}=${value}`,
  ]);
  const ids = (await engine.run(['ps', '-a', '-q', '--no-trunc', ...filters])).split('\n');
  const some = ids.filter((each) => each !== '');
  if (some.length === 0) return [];
  // One that ends meanwhile makes the call fail, and yet the others are told.
  const { stdout } = await engine.ask(['container', 'inspect', ...some]);
  return stdout.trim() === '' ? [] : (JSON.parse(stdout) as Inspected[]);
}

/** One container; undefined when it is gone. */
export async function inspectOne(engine: Engine, id: string): Promise<Inspected | undefined> {
  const { code, stdout } = await engine.ask(['container', 'inspect', id]);
  return code === 0 ? (JSON.parse(stdout) as Inspected[])[0] : undefined;
}

/** Removes containers, running or not; members first, infra last, since that one carries the network. */
export async function removeAll(engine: Engine, all: readonly Inspected[]): Promise<void> {
  const isInfra = (each: Inspected): boolean =>
    each.Config.Labels?.[labels.container] === infraName;
  for (const group of [all.filter((each) => !isInfra(each)), all.filter(isInfra)]) {
    if (group.length === 0) continue;
    const running = group.filter((each) => each.State.Running === true).map(({ Id }) => Id);
    // `rm -f` on its own would give each of them ten seconds; their grace is over already.
    if (running.length > 0) await engine.ask(['kill', ...running]);
    await engine.run(['rm', '-f', '-v', ...group.map(({ Id }) => Id)]);
  }
}
