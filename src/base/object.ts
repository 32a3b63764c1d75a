import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';

/** Data as JSON has it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A map of JSON-like values whose shape is not known here. */
export type JsonRecord = Record<string, unknown>;

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** The metadata of an object; times are RFC 3339 texts in UTC. */
export interface ObjectMeta {
  name: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: JsonRecord[];
}

/** Any object of the cluster. A kind with a known shape narrows `spec` and `status`. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  // Fields other than these four differ by kind (data, rules, subsets …): read them through a typed kind.
  [field: string]: unknown;
}

/** A name within a kind; cluster-scoped kinds have no namespace. */
export interface Key {
  readonly namespace?: string;
  readonly name: string;
}

/** What a client must know of a kind to address its objects. `parse` checks what the server sent. */
export interface Kind<O extends KubeObject = KubeObject> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Throws a `KnownError('invalid')`; absent means: trust the server. */
  readonly parse?: (raw: unknown) => O;
}

/** What every piece of work is handed: when to stop, where to log, what time it is. */
export interface Run {
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly clock: Clock;
}

/** Whether a value is a plain map (not null, not a list). */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The key of an object. */
export function keyOf(object: KubeObject): Key {
  const { name, namespace } = object.metadata;
  return namespace === undefined ? { name } : { namespace, name };
}

/** `namespace/name`, or `name` alone for a cluster-scoped object. */
export function keyText(key: Key): string {
  return key.namespace === undefined ? key.name : `${key.namespace}/${key.name}`;
}
