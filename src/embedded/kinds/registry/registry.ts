import { clusterRows } from './cluster-rows.ts';
import { coreRows } from './core-rows.ts';
import type { ResourceRow } from './resource-row.ts';
import { workloadRows } from './workload-rows.ts';
import type { BuiltinResource, BuiltinSubresource, Profile } from '../resource.ts';

/** Groups in discovery order; custom groups come after these, by name. A name is resolved to the first that has it. */
export const groupOrder: readonly string[] = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'extensions',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
];

const allVerbs = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
] as const;

const statusVerbs = ['get', 'patch', 'update'] as const;

/** Subresources that are not of the parent's own kind. */
const special: Readonly<Record<string, BuiltinSubresource>> = {
  scale: {
    name: 'scale',
    kind: 'Scale',
    group: 'autoscaling',
    version: 'v1',
    verbs: statusVerbs,
  },
  eviction: {
    name: 'eviction',
    kind: 'Eviction',
    group: 'policy',
    version: 'v1',
    verbs: ['create'],
  },
  token: {
    name: 'token',
    kind: 'TokenRequest',
    group: 'authentication.k8s.io',
    version: 'v1',
    verbs: ['create'],
  },
  binding: { name: 'binding', kind: 'Binding', verbs: ['create'] },
  exec: { name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
  attach: { name: 'attach', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
  portforward: { name: 'portforward', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
  log: { name: 'log', kind: '', verbs: ['get'] },
  finalize: { name: 'finalize', kind: '', verbs: ['update'] },
};

const proxyKind: Readonly<Record<string, string>> = {
  Pod: 'PodProxyOptions',
  Service: 'ServiceProxyOptions',
  Node: 'NodeProxyOptions',
};

function subresource(name: string, kind: string): BuiltinSubresource {
  if (name === 'proxy') {
    const verbs = ['create', 'delete', 'get', 'patch', 'update'];
    return { name, kind: proxyKind[kind] ?? kind, verbs };
  }
  const found = special[name];
  if (found !== undefined) return { ...found, kind: found.kind === '' ? kind : found.kind };
  return { name, kind, verbs: statusVerbs };
}

function resource(row: ResourceRow): BuiltinResource {
  const [group, version] = splitVersion(row.at);
  const names = row.sub?.split(' ') ?? [];
  const storageVersion = row.storedAs ?? row.at;
  return {
    group,
    version,
    apiVersion: row.at,
    plural: row.plural,
    singular: row.kind.toLowerCase(),
    kind: row.kind,
    listKind: `${row.kind}List`,
    namespaced: row.scope !== 'cluster',
    shortNames: row.short?.split(' ') ?? [],
    categories: row.all === true ? ['all'] : [],
    subresources: names.map((name) => subresource(name, row.kind)),
    hasStatus: names.includes('status'),
    storageVersion,
    storageGroup: splitVersion(storageVersion)[0],
    storagePlural: row.plural,
    ...treatment(row),
    ...(row.deprecated === undefined
      ? {}
      : { deprecation: `${row.at} ${row.kind} is deprecated in ${row.deprecated}` }),
  };
}

/** How the server treats the resource: what a row leaves out has the usual value. */
function treatment(
  row: ResourceRow,
): Pick<
  BuiltinResource,
  | 'verbs'
  | 'virtual'
  | 'profiles'
  | 'listed'
  | 'deleteReply'
  | 'defaultPropagation'
  | 'generation'
  | 'unconditionalUpdate'
  | 'createOnPut'
  | 'nameRule'
> {
  return {
    verbs: row.verbs ?? allVerbs,
    virtual: row.verbs?.includes('update') === false,
    profiles: row.legacyOnly === true ? ['legacy'] : ['modern', 'legacy'],
    listed: true,
    deleteReply: row.deleteReply ?? 'status',
    defaultPropagation: row.orphans === true ? 'Orphan' : 'Background',
    generation: row.generation === true,
    unconditionalUpdate: row.locked !== true,
    createOnPut: row.createOnPut === true,
    nameRule: row.nameRule ?? 'subdomain',
  };
}

function splitVersion(apiVersion: string): [group: string, version: string] {
  const [group = '', version] = apiVersion.split('/');
  return version === undefined ? ['', group] : [group, version];
}

/** Every served version of every built-in resource: groups in discovery order, newer versions first. */
export const builtinResources: readonly BuiltinResource[] = [
  ...coreRows,
  ...workloadRows,
  ...clusterRows,
]
  .map(resource)
  .toSorted((a, b) => groupOrder.indexOf(a.group) - groupOrder.indexOf(b.group));

const byKind = new Map(
  builtinResources.map((each) => [`${each.apiVersion} ${each.kind}`, each] as const),
);

const newInLegacy: ReadonlySet<string> = new Set(
  [...coreRows, ...workloadRows, ...clusterRows]
    .filter(({ since = 0 }) => since > 20)
    .map(({ at, plural }) => `${at} ${plural}`),
);

const newSubresources: ReadonlySet<string> = new Set(['ephemeralcontainers', 'resize']);

/** What a profile serves. Legacy knows no singular names, and warns only of what was deprecated in its day. */
export function resourcesOf(profile: Profile): readonly BuiltinResource[] {
  const served = builtinResources.filter(({ profiles }) => profiles.includes(profile));
  return profile === 'modern' ? served : served.map(inLegacy);
}

function inLegacy({ deprecation, ...resource }: BuiltinResource): BuiltinResource {
  const [, minor = '0'] = /v1\.(\d+)\+/.exec(deprecation ?? '') ?? [];
  return {
    ...resource,
    singular: '',
    subresources: resource.subresources.filter(({ name }) => !newSubresources.has(name)),
    listed: !newInLegacy.has(`${resource.apiVersion} ${resource.plural}`),
    ...(deprecation === undefined || Number(minor) > 20 ? {} : { deprecation }),
  };
}

/** The resource of an apiVersion and kind; undefined for custom and unknown kinds. */
export function resourceOf(apiVersion: string, kind: string): BuiltinResource | undefined {
  return byKind.get(`${apiVersion} ${kind}`);
}
