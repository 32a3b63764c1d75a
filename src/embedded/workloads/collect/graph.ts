import type { Kind, KubeObject, OwnerReference } from '../../../base/index.ts';

/** What garbage collection needs of an object, and nothing else. */
export interface GraphNode {
  readonly kind: Kind;
  readonly uid: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly version: string | undefined;
  readonly owners: readonly OwnerReference[];
  readonly finalizers: readonly string[];
  readonly isDeleting: boolean;
}

/** Every object by uid, with its dependents. */
export interface Graph {
  get(uid: string): GraphNode | undefined;
  dependents(uid: string): GraphNode[];
  put(node: GraphNode): void;
  remove(uid: string): void;
  /** Whether an object of this uid was seen to go. */
  isDead(uid: string): boolean;
}

const remembered = 5000;

/** An empty graph. */
export function createGraph(): Graph {
  const nodes = new Map<string, GraphNode>();
  const below = new Map<string, Set<string>>();
  const dead = new Set<string>();
  const unlink = (node: GraphNode | undefined): void => {
    for (const owner of node?.owners ?? []) {
      const uids = below.get(owner.uid);
      uids?.delete(node?.uid ?? '');
      if (uids?.size === 0) below.delete(owner.uid);
    }
  };
  return {
    get: (uid) => nodes.get(uid),
    dependents: (uid) => [...(below.get(uid) ?? [])].flatMap((each) => nodes.get(each) ?? []),
    put: (node) => {
      unlink(nodes.get(node.uid));
      nodes.set(node.uid, node);
      for (const owner of node.owners) {
        const uids = below.get(owner.uid) ?? new Set();
        below.set(owner.uid, uids.add(node.uid));
      }
    },
    remove: (uid) => {
      unlink(nodes.get(uid));
      nodes.delete(uid);
      dead.add(uid);
      const [oldest] = dead;
      if (dead.size > remembered && oldest !== undefined) dead.delete(oldest);
    },
    isDead: (uid) => dead.has(uid),
  };
}

/** An object as the graph holds it. */
export function graphNode(kind: Kind, { metadata }: KubeObject): GraphNode {
  return {
    kind,
    uid: metadata.uid ?? '',
    name: metadata.name,
    namespace: metadata.namespace,
    version: metadata.resourceVersion,
    owners: metadata.ownerReferences ?? [],
    finalizers: metadata.finalizers ?? [],
    isDeleting: metadata.deletionTimestamp !== undefined,
  };
}
