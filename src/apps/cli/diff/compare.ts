import {
  keyOf,
  KnownError,
  messageOf,
  type Kind,
  type KubeObject,
  type Logger,
} from '../../../base/index.ts';
import { listMarked } from '../../../features/sync/index.ts';
import type { Cluster } from '../../../lib/kube/index.ts';
import {
  applyPatch,
  checksumAnnotation,
  diffObjects,
  gcMarkLabel,
  gcMarkOf,
  ignoreOf,
  resourceId,
  withLastApplied,
  type FieldChange,
  type Manifest,
} from '../../../lib/manifest/index.ts';

/** What would become of one object. */
export interface ObjectDiff {
  readonly id: string;
  readonly action: 'create' | 'change' | 'delete' | 'unknown';
  /** Where it is declared; absent for what is deleted. */
  readonly file?: string;
  readonly line?: number;
  readonly fields: readonly FieldChange[];
  /** Why it could not be found out. */
  readonly message?: string;
}

export interface Comparison {
  readonly cluster: Cluster;
  readonly manifests: readonly Manifest[];
  /** The manifests are all there is: what the cluster has of this set besides would be deleted. */
  readonly setName?: string;
  readonly defaultNamespace: string;
  readonly log: Logger;
}

const manager = 'trice-diff';

/**
 * What applying the manifests would do, found out with dry runs: the server's own defaults and webhooks
 * count. Nothing is written. Values of Secrets and of encrypted files are masked.
 */
export async function compare(comparison: Comparison): Promise<ObjectDiff[]> {
  const { manifests } = comparison;
  const wanted = new Set<string>();
  const diffs: ObjectDiff[] = [];
  for (const manifest of manifests) {
    const found = await one(manifest, comparison);
    wanted.add(found.id);
    if (found.action !== undefined) diffs.push({ ...found, action: found.action });
  }
  return [...diffs, ...(await deletions(comparison, wanted))];
}

type One = Omit<ObjectDiff, 'action'> & { readonly action?: ObjectDiff['action'] };

async function one(manifest: Manifest, { cluster, defaultNamespace }: Comparison): Promise<One> {
  const { object, file, line } = manifest;
  const kind = await cluster.resourceOf(object.apiVersion, object.kind);
  const desired = placed(object, kind?.namespaced !== false ? defaultNamespace : undefined);
  const base = { id: resourceId(desired), file, line, fields: [] };
  if (ignoreOf(desired) === 'true') return base;
  if (kind === undefined) {
    const message = `the cluster does not serve ${object.apiVersion} ${object.kind}`;
    return { ...base, action: 'unknown', message };
  }
  const isSecret = object.kind === 'Secret' || manifest.isDecrypted === true;
  try {
    const { action, fields } = await fieldsOf(cluster, kind, desired);
    if (action === undefined) return base;
    return { ...base, action, fields: manifest.isDecrypted === true ? fields.map(masked) : fields };
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    // A server's words may quote what it was sent.
    const message = isSecret ? `the server refuses it (${thrown.code})` : messageOf(thrown);
    return { ...base, action: 'unknown', message };
  }
}

async function fieldsOf(
  cluster: Cluster,
  kind: Kind,
  desired: KubeObject,
): Promise<Pick<One, 'action' | 'fields'>> {
  const live = await cluster.get(kind, keyOf(desired));
  if (live === undefined) return { action: 'create', fields: await made(cluster, kind, desired) };
  const fields = await changed(cluster, kind, { desired, live });
  return fields.length === 0 ? { fields } : { action: 'change', fields };
}

/** A new object as its file has it; that the server would take it is found out on the way. */
async function made(cluster: Cluster, kind: Kind, desired: KubeObject): Promise<FieldChange[]> {
  try {
    await cluster.create(kind, desired, { dryRun: true, fieldManager: manager });
  } catch (thrown) {
    // Its namespace may come with the same manifests.
    const isEarly = thrown instanceof KnownError && thrown.code === 'not-found';
    if (!isEarly) throw thrown;
  }
  const { apiVersion: _a, kind: _k, metadata, ...rest } = desired;
  const { name: _n, namespace: _ns, ...more } = metadata;
  const to = { ...rest, ...(Object.keys(more).length === 0 ? {} : { metadata: more }) };
  return diffObjects(
    { kind: desired.kind } as KubeObject,
    { kind: desired.kind, ...to } as KubeObject,
  );
}

async function changed(
  cluster: Cluster,
  kind: Kind,
  { desired, live }: { readonly desired: KubeObject; readonly live: KubeObject },
): Promise<FieldChange[]> {
  const typed = { ...live, apiVersion: desired.apiVersion, kind: desired.kind };
  const { patch, type } = applyPatch(withMarksOf(live, desired), typed);
  if (Object.keys(patch).length === 0) return [];
  const how = { type, dryRun: true, fieldManager: manager } as const;
  const after = await cluster.patch(kind, keyOf(desired), patch, how);
  return diffObjects(
    plain(typed),
    plain({ ...after, apiVersion: desired.apiVersion, kind: desired.kind }),
  );
}

/** With the marks that the sync has put on the live object: they are its own business. */
function withMarksOf(live: KubeObject, desired: KubeObject): KubeObject {
  const { annotations, labels, ...metadata } = desired.metadata;
  const kept = (name: string, from: Record<string, string> | undefined): Record<string, string> =>
    from?.[name] === undefined ? {} : { [name]: from[name] };
  const notes = { ...kept(checksumAnnotation, live.metadata.annotations), ...annotations };
  const marks = { ...kept(gcMarkLabel, live.metadata.labels), ...labels };
  return {
    ...desired,
    metadata: {
      ...metadata,
      ...(Object.keys(notes).length === 0 ? {} : { annotations: notes }),
      ...(Object.keys(marks).length === 0 ? {} : { labels: marks }),
    },
  };
}

/** Without what servers and clients note for themselves. */
function plain(object: KubeObject): KubeObject {
  const { managedFields: _m, resourceVersion: _r, generation: _g, ...metadata } = object.metadata;
  const own = Object.keys(
    withLastApplied({ ...object, metadata: { name: '' } }).metadata.annotations ?? {},
  );
  const annotations = Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(([name]) => !own.includes(name)),
  );
  const { status: _s, ...rest } = object;
  return { ...rest, metadata: { ...metadata, annotations } } as KubeObject;
}

function placed(object: KubeObject, fallback: string | undefined): KubeObject {
  const { namespace, ...metadata } = object.metadata;
  const place = fallback === undefined ? {} : { namespace: namespace || fallback };
  return { ...object, metadata: { ...metadata, ...place } };
}

function masked(change: FieldChange): FieldChange {
  return {
    path: change.path,
    ...('from' in change ? { from: '[hidden]' } : {}),
    ...('to' in change ? { to: '[hidden]' } : {}),
  };
}

/** Objects that this sync made and that are declared no more. */
async function deletions(
  { cluster, setName, log }: Comparison,
  wanted: ReadonlySet<string>,
): Promise<ObjectDiff[]> {
  if (setName === undefined) return [];
  const live = await listMarked(cluster, log);
  return [...live]
    .filter(
      ([id, object]) =>
        !wanted.has(id) &&
        ignoreOf(object) === undefined &&
        object.metadata.labels?.[gcMarkLabel] === gcMarkOf(setName, id),
    )
    .map(([id]): ObjectDiff => ({ id, action: 'delete', fields: [] }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
