import type { KubeObject } from '../../base/index.ts';
import { invalid } from '../../base/index.ts';

/** The namespace part of the id of a cluster-scoped object. */
export const clusterScope = '<cluster>';

/** The parts of an id `namespace:kind/name`; the kind is in lower case. */
export interface ResourceId {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
}

const full = /^(<cluster>|[a-zA-Z0-9_-]+):([a-zA-Z0-9_-]+)\/([a-zA-Z0-9_.:-]+)$/;
const legacy = /^([a-zA-Z0-9_-]+)\/([a-zA-Z0-9_-]+)$/;

/** Flux's name of an object: `namespace:kind/name`, `<cluster>:kind/name` without a namespace. */
export function resourceId(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  const scope = namespace === undefined || namespace === '' ? clusterScope : namespace;
  return `${scope}:${object.kind.toLowerCase()}/${name}`;
}

/** Reads `namespace:kind/name`, and the old `namespace/service`. Throws `KnownError('invalid')`. */
export function parseResourceId(text: string): ResourceId {
  const found = full.exec(text);
  if (found) return { namespace: found[1]!, kind: found[2]!.toLowerCase(), name: found[3]! };
  const old = legacy.exec(text);
  if (old) return { namespace: old[1]!, kind: 'service', name: old[2]! };
  throw invalid(`parsing "${text}": invalid service ID: write namespace:kind/name`);
}

/** As a command line takes it: a bare `kind/name` lies in the given namespace. */
export function parseResourceIdIn(namespace: string, text: string): ResourceId {
  const bare = /^([a-zA-Z0-9_-]+)\/([a-zA-Z0-9_.:-]+)$/.exec(text);
  if (bare) return { namespace, kind: bare[1]!.toLowerCase(), name: bare[2]! };
  return parseResourceId(text);
}

/** The text of an id. */
export function idText(id: ResourceId): string {
  return `${id.namespace}:${id.kind}/${id.name}`;
}
