import { KnownError, type OwnerReference } from '../../../base/index.ts';
import { createLoop, type Loop } from '../loop.ts';
import type { LoopPorts } from '../loop-ports.ts';
import {
  decideDependent,
  decideOwner,
  isWaiting,
  type CollectStep,
  type OwnerState,
} from './decide-collect.ts';
import { createGraph, graphNode, type Graph, type GraphNode } from './graph.ts';
import type { Listen } from './watch-all.ts';

/** How soon an owner of a kind that is not known (yet) is looked for again. */
const unknownKindMs = 30_000;

export interface CollectLoop extends Loop {
  readonly listen: Listen;
}

/** Garbage collection by owner: what has lost every owner goes; foreground and orphan deletions are finished. */
export function startCollectLoop(ports: LoopPorts): CollectLoop {
  const graph = createGraph();
  const loop: Loop = createLoop({
    ...ports,
    name: 'garbagecollector',
    workers: 8,
    reconcile: async (uid) => {
      const node = graph.get(uid);
      if (node === undefined) return undefined;
      const dependents = graph.dependents(uid);
      for (const step of decideOwner(node, dependents)) await act(ports, step);
      if (isWaiting(node)) for (const each of dependents) loop.enqueue(each.uid);
      if (node.isDeleting || node.owners.length === 0) return undefined;
      const states = await ownerStates(ports, graph, node);
      if (states === undefined) return unknownKindMs;
      await act(ports, decideDependent(node, states, dependents.length > 0));
      return undefined;
    },
  });
  const listen: Listen = (kind, object, gone) => {
    const node = graphNode(kind, object);
    if (gone) {
      const dependents = graph.dependents(node.uid);
      graph.remove(node.uid);
      for (const each of dependents) loop.enqueue(each.uid);
    } else {
      graph.put(node);
      if (node.owners.length > 0 || node.isDeleting) loop.enqueue(node.uid);
    }
    for (const owner of node.owners) if (isWaiting(graph.get(owner.uid))) loop.enqueue(owner.uid);
  };
  return { ...loop, listen };
}

/** How each owner stands; undefined when one is of a kind nobody serves. */
async function ownerStates(
  ports: LoopPorts,
  graph: Graph,
  node: GraphNode,
): Promise<Map<string, OwnerState> | undefined> {
  const states = new Map<string, OwnerState>();
  for (const owner of node.owners) {
    const known = graph.get(owner.uid);
    if (known !== undefined && (known.namespace ?? node.namespace) === node.namespace) {
      states.set(owner.uid, isWaiting(known) ? 'waiting' : 'solid');
    } else if (known !== undefined || graph.isDead(owner.uid)) states.set(owner.uid, 'gone');
    else {
      const state = await liveState(ports, owner, node.namespace);
      if (state === undefined) return undefined;
      states.set(owner.uid, state);
    }
  }
  return states;
}

async function liveState(
  { cluster }: LoopPorts,
  owner: OwnerReference,
  namespace: string | undefined,
): Promise<OwnerState | undefined> {
  const resource = await cluster.resourceOf(owner.apiVersion, owner.kind);
  if (resource === undefined) return undefined;
  if (resource.namespaced && namespace === undefined) return 'gone';
  const at = resource.namespaced ? { namespace: namespace ?? '' } : {};
  const live = await cluster.get(resource, { ...at, name: owner.name });
  return live?.metadata.uid === owner.uid ? 'solid' : 'gone';
}

async function act(ports: LoopPorts, step: CollectStep): Promise<void> {
  try {
    await write(ports, step);
  } catch (thrown) {
    // Gone meanwhile is what was wanted.
    if (!(thrown instanceof KnownError && thrown.code === 'not-found')) throw thrown;
  }
}

async function write({ cluster }: LoopPorts, step: CollectStep): Promise<void> {
  if (step.do === 'nothing') return;
  const { kind, uid, name, namespace } = step.node;
  const key = namespace === undefined ? { name } : { namespace, name };
  switch (step.do) {
    case 'delete':
      await cluster.delete(kind, key, { propagation: step.propagation, preconditions: { uid } });
      return;
    case 'disown':
    case 'unfinalize': {
      const live = await cluster.get(kind, key);
      if (live?.metadata.uid !== uid) return;
      const { resourceVersion, ownerReferences = [], finalizers = [] } = live.metadata;
      const metadata =
        step.do === 'disown'
          ? { ownerReferences: ownerReferences.filter((each) => !step.uids.includes(each.uid)) }
          : { finalizers: finalizers.filter((each) => each !== step.finalizer) };
      const patch = { metadata: { uid, resourceVersion, ...metadata } };
      await cluster.patch(kind, key, patch, { type: 'merge' });
    }
  }
}
