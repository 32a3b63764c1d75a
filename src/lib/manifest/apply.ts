import { isRecord, keyOf, KnownError } from '../../base/index.ts';
import type { JsonRecord, Key, Kind, KubeObject } from '../../base/index.ts';
import { threeWayMergePatch, typeOf } from '../schema/index.ts';
import { textMap } from './manifest.ts';

/** Annotation in which `kubectl apply` keeps what it applied last. */
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** The part of a cluster that applying needs; `lib/kube`'s `Cluster` is one. */
export interface ApplyCluster {
  get(kind: Kind, key: Key): Promise<KubeObject | undefined>;
  create(kind: Kind, object: KubeObject, how?: { fieldManager?: string }): Promise<KubeObject>;
  patch(
    kind: Kind,
    key: Key,
    patch: JsonRecord,
    how: { type: 'merge' | 'strategic'; fieldManager?: string },
  ): Promise<KubeObject>;
  apply(
    kind: Kind,
    object: KubeObject,
    how: { fieldManager: string; force?: boolean },
  ): Promise<KubeObject>;
}

export interface ApplyObjectHow {
  readonly fieldManager: string;
  /** Let the server merge by field ownership instead of by the last-applied annotation. */
  readonly serverSide?: boolean;
  /** The live object when the caller has just read it; `null`: it is known to be absent. */
  readonly live?: KubeObject | null;
}

/** What applying did, in kubectl's own words, and the object afterwards. */
export interface Applied {
  readonly action: 'created' | 'configured' | 'unchanged' | 'serverside-applied';
  readonly object: KubeObject;
}

const attempts = 5;

/**
 * Makes one live object what it is declared to be, as `kubectl apply` does: created when absent, else
 * changed by a patch computed from what was applied last, what is wanted and what is live; fields
 * that others own stay. Nothing is written when nothing differs. A conflict is tried again from a
 * fresh look. Throws the cluster's `KnownError`s.
 */
export async function applyObject(
  cluster: ApplyCluster,
  kind: Kind,
  desired: KubeObject,
  how: ApplyObjectHow,
): Promise<Applied> {
  const { fieldManager } = how;
  if (how.serverSide === true) {
    const object = await cluster.apply(kind, desired, { fieldManager, force: true });
    return { action: 'serverside-applied', object };
  }
  let live = how.live === undefined ? await cluster.get(kind, keyOf(desired)) : how.live;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await applyOnce(cluster, kind, desired, { fieldManager, live: live ?? null });
    } catch (thrown) {
      if (attempt === attempts || !isOvertaken(thrown)) throw thrown;
      live = await cluster.get(kind, keyOf(desired));
    }
  }
}

async function applyOnce(
  cluster: ApplyCluster,
  kind: Kind,
  desired: KubeObject,
  how: { readonly fieldManager: string; readonly live: KubeObject | null },
): Promise<Applied> {
  const { fieldManager, live } = how;
  if (live === null) {
    const object = await cluster.create(kind, withLastApplied(desired), { fieldManager });
    return { action: 'created', object };
  }
  const { patch, type } = applyPatch(desired, live);
  if (Object.keys(patch).length === 0) return { action: 'unchanged', object: live };
  const object = await cluster.patch(kind, keyOf(desired), patch, { type, fieldManager });
  return { action: 'configured', object };
}

/** The patch that leads from the live object to the declared one; empty when nothing differs. */
export function applyPatch(
  desired: KubeObject,
  live: KubeObject,
): { readonly patch: JsonRecord; readonly type: 'merge' | 'strategic' } {
  const known = typeOf(desired.apiVersion, desired.kind);
  const modified = withLastApplied(desired);
  const [before, now] = [live, modified].map(
    (each) => textMap(each, 'annotations')[lastAppliedAnnotation],
  );
  const patch = threeWayMergePatch({
    type: known,
    // Applied from the same content before: nothing can have left it, so it is not read again.
    original: before === now ? desired : lastAppliedOf(live),
    modified,
    current: live,
  });
  return { patch, type: known === undefined ? 'merge' : 'strategic' };
}

// An object that is applied again and again is the same value each time.
const annotated = new WeakMap<KubeObject, KubeObject>();

/** The object with the annotation that kubectl would write: its own content as compact JSON and a newline. */
export function withLastApplied(desired: KubeObject): KubeObject {
  const known = annotated.get(desired);
  if (known !== undefined) return known;
  const { [lastAppliedAnnotation]: _old, ...annotations } = textMap(desired, 'annotations');
  const bare = { ...desired, metadata: { ...desired.metadata, annotations } };
  const text = `${JSON.stringify(sorted(bare))}\n`;
  const made = {
    ...bare,
    metadata: { ...bare.metadata, annotations: { ...annotations, [lastAppliedAnnotation]: text } },
  };
  annotated.set(desired, made);
  return made;
}

/** What was applied last, `{}` when nobody applied this object or the annotation is not JSON. */
function lastAppliedOf(live: KubeObject): JsonRecord {
  const text = textMap(live, 'annotations')[lastAppliedAnnotation];
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/** Someone wrote, created or deleted the object between our look and our write. */
function isOvertaken(thrown: unknown): boolean {
  if (!(thrown instanceof KnownError)) return false;
  return thrown.code === 'conflict' || thrown.code === 'exists';
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((key) => [key, sorted(value[key])]),
  );
}
