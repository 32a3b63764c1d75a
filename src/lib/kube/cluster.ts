import type { JsonRecord, Key, Kind, KubeObject } from '../../base/index.ts';

/** Which objects: all namespaces when none is named. Selectors are in the API's own text form. */
export interface Query {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface WatchQuery extends Query {
  /** Resource version after which changes are wanted; absent: every present object comes first, as `added`. */
  readonly since?: string;
  readonly signal: AbortSignal;
}

/** One change seen by a watch. A `bookmark` carries only a resource version. */
export interface Change<O extends KubeObject> {
  readonly type: 'added' | 'modified' | 'deleted' | 'bookmark';
  readonly object: O;
}

export interface Listed<O extends KubeObject> {
  readonly items: O[];
  /** The list's resource version: watch from here. */
  readonly version: string;
}

export interface WriteHow {
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
  readonly subresource?: 'status' | 'scale' | 'finalize' | 'binding' | 'eviction' | 'token';
}

export interface ApplyHow extends WriteHow {
  readonly fieldManager: string;
  /** Take over fields that another manager owns. */
  readonly force?: boolean;
}

export interface PatchHow extends WriteHow {
  /** `merge` RFC 7386, `json` RFC 6902, `strategic` only for built-in kinds. */
  readonly type: 'merge' | 'json' | 'strategic';
}

export interface DeleteHow {
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

/** A resource as discovery lists it. It is a `Kind`, so it can be used in every verb. */
export interface Resource extends Kind {
  readonly group: string;
  readonly version: string;
  readonly singular: string;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
}

/** A status condition as Kubernetes writes it. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  lastUpdateTime?: string;
  observedGeneration?: number;
}

/**
 * A Kubernetes cluster. `undefined` means "not there". Failures are `KnownError`s that carry the
 * server's own message and HTTP status: 404 `not-found`, 409 AlreadyExists `exists`, other 409
 * `conflict`, 401 and 403 `denied`, 422 and 400 `invalid`, 5xx and network `unreachable`.
 */
export interface Cluster {
  get<O extends KubeObject>(kind: Kind<O>, key: Key): Promise<O | undefined>;
  list<O extends KubeObject>(kind: Kind<O>, query?: Query): Promise<Listed<O>>;
  /**
   * Ends when the signal aborts or the server closes; never swallows an error: a version that is too
   * old throws `KnownError('conflict')` with status 410, and the caller lists again. `watchCache` does.
   */
  watch<O extends KubeObject>(kind: Kind<O>, query: WatchQuery): AsyncIterable<Change<O>>;
  create<O extends KubeObject>(kind: Kind<O>, object: O, how?: WriteHow): Promise<O>;
  /** PUT: with a resourceVersion in the object it fails with `conflict` when the live one has moved on. */
  replace<O extends KubeObject>(kind: Kind<O>, object: O, how?: WriteHow): Promise<O>;
  patch<O extends KubeObject>(
    kind: Kind<O>,
    key: Key,
    patch: JsonRecord | JsonRecord[],
    how: PatchHow,
  ): Promise<O>;
  /** Server-side apply; creates when absent. */
  apply<O extends KubeObject>(kind: Kind<O>, object: O, how: ApplyHow): Promise<O>;
  /** Deleting what is not there is fine. */
  delete(kind: Kind, key: Key, how?: DeleteHow): Promise<void>;
  /** Every resource of every served version, from aggregated discovery; cached until `refresh`. */
  resources(refresh?: boolean): Promise<readonly Resource[]>;
  /** The resource of an apiVersion and kind; looks again once when it is not known. */
  resourceOf(apiVersion: string, kind: string): Promise<Resource | undefined>;
  version(): Promise<{ major: string; minor: string; gitVersion: string }>;
  /** Any other request, e.g. `/api/v1/namespaces/n/pods/p/log?follow=true`, a service proxy, `/openapi/v2`. */
  raw(path: string, init?: RequestInit): Promise<Response>;
}
