import { isRecord, KnownError, type Key, type KubeObject } from '../../../base/index.ts';
import { problemText, readReport, stateLabel } from '../../../features/sync/index.ts';
import { kinds, type Cluster, type Resource } from '../../../lib/kube/index.ts';
import {
  gcMarkLabel,
  gcMarkOf,
  healthOf,
  ignoreOf,
  policiesOf,
  resourceId,
  syncSetName,
} from '../../../lib/manifest/index.ts';

/** Why an object is as it is, as far as the cluster tells. */
export interface Why {
  readonly id: string;
  /** Undefined when there is no such object. */
  readonly health?: { readonly status: string; readonly message: string };
  /** Who made it, from itself upwards. */
  readonly origins: readonly string[];
  readonly policies: Readonly<Record<string, string>>;
  /** Who wrote its fields, the last one first. */
  readonly writers: ReadonlyArray<{ readonly manager: string; readonly at: string }>;
  /** What the sync has to say of it. */
  readonly problems: readonly string[];
  /** Newest first. */
  readonly events: ReadonlyArray<{
    readonly at: string;
    readonly reason: string;
    readonly message: string;
  }>;
}

const antecedents = ['helm.fluxcd.io/antecedent', 'flux.weave.works/antecedent'];
const mostOwners = 10;

/** Finds out about one object. Throws a `KnownError` when its kind is not served. */
export async function explain(
  cluster: Cluster,
  wanted: { readonly namespace: string; readonly kind: string; readonly name: string },
): Promise<Why> {
  const kind = await resourceNamed(cluster, wanted.kind);
  const place = kind.namespaced ? { namespace: wanted.namespace } : {};
  const key = { ...place, name: wanted.name };
  const found = await cluster.get(kind, key);
  const object: KubeObject | undefined = found && {
    ...found,
    apiVersion: kind.apiVersion,
    kind: kind.kind,
  };
  const id = resourceId({ apiVersion: kind.apiVersion, kind: kind.kind, metadata: key });
  const { items } = await cluster.list(kinds.ConfigMap, { labelSelector: stateLabel });
  const problems = items.flatMap((state) => {
    const { name, problems: all } = readReport(state);
    return all.filter((each) => each.id === id).map((each) => `${name}: ${problemText(each)}`);
  });
  const events = await eventsOf(cluster, wanted.namespace, kind.kind, wanted.name);
  if (object === undefined) return { id, origins: [], policies: {}, writers: [], problems, events };
  const ignored = ignoreOf(object);
  const { 'sync-checksum': _own, ...policies } = policiesOf(object);
  return {
    id,
    health: healthOf(object),
    origins: await originsOf(cluster, object, items),
    policies: { ...policies, ...(ignored === undefined ? {} : { ignore: ignored }) },
    writers: writersOf(object),
    problems,
    events,
  };
}

async function resourceNamed(cluster: Cluster, name: string): Promise<Resource> {
  const wanted = name.toLowerCase();
  const found = (await cluster.resources()).find(
    ({ kind, plural, singular, shortNames }) =>
      [kind.toLowerCase(), plural, singular].includes(wanted) || shortNames.includes(wanted),
  );
  if (found === undefined) {
    throw new KnownError('not-found', `the cluster does not serve a kind "${name}"`);
  }
  return found;
}

/** The object's own marks, then those of the objects that own it. */
async function originsOf(
  cluster: Cluster,
  object: KubeObject,
  states: readonly KubeObject[],
): Promise<string[]> {
  const origins: string[] = [];
  let at: KubeObject | undefined = object;
  for (let step = 0; at !== undefined && step < mostOwners; step += 1) {
    origins.push(...marksOf(at, states));
    const owner: { apiVersion: string; kind: string; name: string } | undefined =
      at.metadata.ownerReferences?.find(({ controller }) => controller === true);
    if (owner === undefined) break;
    const key = ownerKey(at, owner.name);
    const kind = await cluster.resourceOf(owner.apiVersion, owner.kind);
    const live: KubeObject | undefined = kind && (await cluster.get(kind, key));
    origins.push(
      `owned by ${owner.kind} ${owner.name}${live === undefined ? ', which is gone' : ''}`,
    );
    at = live && { ...live, apiVersion: owner.apiVersion, kind: owner.kind };
  }
  return origins;
}

function ownerKey({ metadata }: KubeObject, name: string): Key {
  const { namespace } = metadata;
  return namespace === undefined ? { name } : { namespace, name };
}

function marksOf(object: KubeObject, states: readonly KubeObject[]): string[] {
  const { labels = {}, annotations = {} } = object.metadata;
  const mark = labels[gcMarkLabel];
  const release = antecedents.map((name) => annotations[name]).find(Boolean);
  const helm = annotations['meta.helm.sh/release-name'];
  return [
    ...(mark === undefined ? [] : [`applied by the sync of ${syncOf(object, mark, states)}`]),
    ...(release === undefined ? [] : [`released by ${release}`]),
    ...(release === undefined && helm !== undefined
      ? [`installed by the Helm release ${helm}`]
      : []),
  ];
}

function syncOf(object: KubeObject, mark: string, states: readonly KubeObject[]): string {
  const id = resourceId(object);
  for (const state of states) {
    const { name, url, branch, revision } = readReport(state);
    const data = isRecord(state['data']) ? state['data'] : {};
    const paths = String(data['paths'] ?? '')
      .split(/[\n,]/)
      .filter(Boolean);
    const isOurs = gcMarkOf(syncSetName({ url, branch, paths }), id) === mark;
    if (isOurs) return `${name}, ${url} (${branch}) at ${revision.slice(0, 7)}`;
  }
  return 'a repository that is not synced any more';
}

function writersOf({ metadata }: KubeObject): Why['writers'] {
  const fields: readonly unknown[] = Array.isArray(metadata.managedFields)
    ? metadata.managedFields
    : [];
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return fields
    .filter(isRecord)
    .map(({ manager, time, subresource }) => ({
      manager:
        subresource === undefined ? text(manager) : `${text(manager)} (${text(subresource)})`,
      at: text(time),
    }))
    .toSorted((a, b) => (a.at < b.at ? 1 : -1));
}

async function eventsOf(
  cluster: Cluster,
  namespace: string,
  kind: string,
  name: string,
): Promise<Why['events']> {
  const { items } = await cluster.list(kinds.Event, {
    fieldSelector: `involvedObject.name=${name},involvedObject.kind=${kind}`,
  });
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return items
    .filter(({ metadata }) => [namespace, 'default'].includes(metadata.namespace ?? ''))
    .map((event) => ({
      at: text(event['lastTimestamp']) || text(event['eventTime']),
      reason: text(event['reason']),
      message: text(event['message']),
    }))
    .toSorted((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, 10);
}
