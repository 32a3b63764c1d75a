import type { Kind, KubeObject, Run } from '../../../base/index.ts';
import { isRecord } from '../../../base/index.ts';
import { decodeRelease } from '../../../lib/helm/index.ts';
import type { Release, ReleaseStatus } from '../../../lib/helm/index.ts';
import { kinds, watchCache } from '../../../lib/kube/index.ts';
import type { Cluster } from '../../../lib/kube/index.ts';

/** The newest revision of a release, by its Secret's labels. */
export interface ReleaseLook {
  readonly version: number;
  readonly status: ReleaseStatus;
  /** Changes with every write of the Secret. */
  readonly stamp: string;
  /** Whether this revision, or one before it, has ever been deployed. */
  readonly wasDeployed: boolean;
  /** Undefined when it went meanwhile. */
  read(): Promise<Release | undefined>;
}

export interface ReleaseName {
  readonly namespace: string;
  readonly name: string;
}

/** The newest revisions of all releases, followed by a watch: looking at one asks the cluster nothing. */
export interface ReleaseHeads {
  look(of: ReleaseName): Promise<ReleaseLook | undefined>;
  /** We wrote it: until the watch has caught up, looking asks the cluster. */
  touched(of: ReleaseName): void;
  /** Called on every change, also our own. */
  onChange(listen: (of: ReleaseName) => void): void;
}

interface Head {
  readonly secret: string;
  readonly version: number;
  readonly status: ReleaseStatus;
  readonly stamp: string;
}

/** Follows the release Secrets of one namespace, or of all. Only their labels are kept. */
export function watchReleaseHeads(cluster: Cluster, run: Run, namespace?: string): ReleaseHeads {
  const index = new Map<string, Map<string, Head>>();
  const touched = new Set<string>();
  let isReady = false;
  const cache = watchCache(cluster, { ...kinds.Secret, parse: withoutData }, run, {
    labelSelector: 'owner=helm',
    ...(namespace === undefined ? {} : { namespace }),
  });
  cache.ready.then(
    () => (isReady = true),
    () => {},
  );
  cache.onChange(({ type, object }) => {
    const id = idOf(nameOf(object));
    const heads = index.get(id) ?? new Map<string, Head>();
    if (type === 'deleted') heads.delete(object.metadata.name);
    else index.set(id, heads.set(object.metadata.name, headOf(object)));
    if (heads.size === 0) index.delete(id);
  });
  return {
    look: async (of) => {
      const known = [...(index.get(idOf(of))?.values() ?? [])];
      const isCovered = namespace === undefined || namespace === of.namespace;
      if (isReady && isCovered && !touched.has(idOf(of))) return lookOf(cluster, of, known);
      const live = (await list(cluster, of)).map(headOf);
      if (newest(live)?.stamp === newest(known)?.stamp) touched.delete(idOf(of));
      return lookOf(cluster, of, live);
    },
    touched: (of) => void touched.add(idOf(of)),
    onChange: (listen) => cache.onChange(({ object }) => listen(nameOf(object))),
  };
}

async function list(cluster: Cluster, { namespace, name }: ReleaseName): Promise<KubeObject[]> {
  const labelSelector = `name=${name},owner=helm`;
  const kind: Kind = { ...kinds.Secret, parse: withoutData };
  return (await cluster.list(kind, { namespace, labelSelector })).items;
}

function lookOf(
  cluster: Cluster,
  { namespace }: ReleaseName,
  heads: readonly Head[],
): ReleaseLook | undefined {
  const head = newest(heads);
  if (head === undefined) return undefined;
  return {
    ...head,
    wasDeployed: heads.some(({ status }) => status === 'deployed' || status === 'superseded'),
    read: async () => {
      const secret = await cluster.get(kinds.Secret, { namespace, name: head.secret });
      const data = isRecord(secret?.['data']) ? secret['data']['release'] : undefined;
      if (typeof data !== 'string') return undefined;
      return decodeRelease(Buffer.from(data, 'base64').toString('utf8'));
    },
  };
}

function newest(heads: readonly Head[]): Head | undefined {
  return heads.toSorted((a, b) => a.version - b.version).at(-1);
}

/** Revisions are large, and their labels tell all that is asked again and again. */
function withoutData(raw: unknown): KubeObject {
  const { data: _data, ...rest } = raw as KubeObject;
  return rest as KubeObject;
}

function headOf({ metadata }: KubeObject): Head {
  const { labels = {}, name, uid = '', resourceVersion = '' } = metadata;
  return {
    secret: name,
    version: Number(labels['version'] ?? 0),
    status: (labels['status'] ?? 'unknown') as ReleaseStatus,
    stamp: `${uid}/${resourceVersion}`,
  };
}

function nameOf({ metadata }: KubeObject): ReleaseName {
  return { namespace: metadata.namespace ?? '', name: metadata.labels?.['name'] ?? '' };
}

function idOf({ namespace, name }: ReleaseName): string {
  return `${namespace}/${name}`;
}
