import { KnownError, messageOf } from '../../../base/index.ts';
import type { Resource } from '../../../lib/kube/index.ts';
import type { Listen } from '../collect/watch-all.ts';
import { createLoop, type Loop } from '../loop.ts';
import type { LoopPorts } from '../loop-ports.ts';
import { shapes, type Namespace } from '../objects.ts';
import { writeStatus } from '../status-write.ts';
import { timeText } from '../time.ts';
import { isEmpty, namespaceConditions, type Remaining, type Sweep } from './decide-namespace.ts';

const finalizer = 'kubernetes';
/** A look without any news, for content of kinds that cannot be watched. */
const recheckMs = 5000;

export interface NamespaceLoop extends Loop {
  readonly listen: Listen;
}

/** Empties namespaces that are being deleted, then lets them go. */
export function startNamespaceLoop(ports: LoopPorts): NamespaceLoop {
  const { namespaces } = ports.stores;
  const isGoing = (name: string): boolean =>
    namespaces.get({ name })?.metadata.deletionTimestamp !== undefined;
  const loop = createLoop({
    ...ports,
    name: 'namespace',
    reconcile: async (name) => {
      const namespace = namespaces.get({ name });
      if (namespace === undefined || !isGoing(name)) return undefined;
      if (!(namespace.spec?.finalizers ?? []).includes(finalizer)) return undefined;
      return (await empty(ports, namespace)) ? undefined : recheckMs;
    },
  });
  namespaces.onChange(({ metadata }) => {
    if (isGoing(metadata.name)) loop.enqueue(metadata.name);
  });
  const listen: Listen = (_kind, { metadata }, gone) => {
    const { namespace } = metadata;
    if (gone && namespace !== undefined && isGoing(namespace)) loop.enqueue(namespace);
  };
  return { ...loop, listen };
}

/** One pass; true when the namespace is let go. */
async function empty(ports: LoopPorts, namespace: Namespace): Promise<boolean> {
  const { cluster, stores, clock } = ports;
  const { name } = namespace.metadata;
  const sweep = await sweepOut(ports, name);
  const conditions = namespaceConditions(
    namespace.status?.conditions ?? [],
    sweep,
    timeText(clock.now()),
  );
  await writeStatus(cluster, stores.namespaces, namespace, { phase: 'Terminating', conditions });
  if (!isEmpty(sweep)) return false;
  const live = await cluster.get(shapes.Namespace, { name });
  if (live === undefined || live.metadata.uid !== namespace.metadata.uid) return true;
  const finalizers = (live.spec?.finalizers ?? []).filter((each) => each !== finalizer);
  await cluster.replace(
    shapes.Namespace,
    { ...live, spec: { ...live.spec, finalizers } },
    { subresource: 'finalize' },
  );
  return true;
}

async function sweepOut(ports: LoopPorts, namespace: string): Promise<Sweep> {
  const remaining: Remaining[] = [];
  const failures: string[] = [];
  const seen = new Set<string>();
  for (const resource of await ports.cluster.resources(true)) {
    const id = `${resource.plural}.${resource.group}`;
    const wanted =
      resource.namespaced && ['list', 'delete'].every((v) => resource.verbs.includes(v));
    if (!wanted || seen.has(id)) continue;
    seen.add(id);
    try {
      remaining.push(await sweepResource(ports, resource, namespace));
    } catch (thrown) {
      const isUnserved = thrown instanceof KnownError && thrown.code === 'not-found';
      if (!isUnserved) failures.push(`${id}: ${messageOf(thrown)}`);
    }
  }
  return { remaining, failures };
}

async function sweepResource(
  { cluster }: LoopPorts,
  resource: Resource,
  namespace: string,
): Promise<Remaining> {
  const before = (await cluster.list(resource, { namespace })).items;
  const toGo = before.filter((each) => each.metadata.deletionTimestamp === undefined);
  for (const each of toGo) await cluster.delete(resource, each.metadata);
  const after = toGo.length === 0 ? before : (await cluster.list(resource, { namespace })).items;
  return {
    resource: resource.plural,
    group: resource.group,
    count: after.length,
    finalizers: after.flatMap((each) => each.metadata.finalizers ?? []),
  };
}
