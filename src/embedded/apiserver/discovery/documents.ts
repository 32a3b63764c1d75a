import { createHash } from 'node:crypto';
import type { JsonRecord } from '../../../base/index.ts';
import type { ServedGroup, ServedVersion } from '../resources/resource-registry.ts';
import type { ServedResource } from '../resources/served-resource.ts';

/** `v1` for the core group, `apps/v1` otherwise. */
export function groupVersionText(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Body of `/api`. */
export function apiVersions(groups: readonly ServedGroup[], server: string): JsonRecord {
  const core = groups.find(({ group }) => group === '');
  return {
    kind: 'APIVersions',
    versions: (core?.versions ?? []).map(({ version }) => version),
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: server }],
  };
}

/** Body of `/apis`. */
export function apiGroupList(groups: readonly ServedGroup[]): JsonRecord {
  const named = groups.filter(({ group }) => group !== '');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: named.map(groupFacts) };
}

/** Body of `/apis/G`. */
export function apiGroup(group: ServedGroup): JsonRecord {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupFacts(group) };
}

function groupFacts({ group, versions }: ServedGroup): JsonRecord {
  const all = versions.map(({ version }) => ({
    groupVersion: groupVersionText(group, version),
    version,
  }));
  return { name: group, versions: all, preferredVersion: all[0] };
}

/** Body of `/api/v1` and `/apis/G/V`. */
export function apiResourceList({ group, version, resources }: ServedVersion): JsonRecord {
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: groupVersionText(group, version),
    resources: resources.flatMap(resourceEntries),
  };
}

function resourceEntries(resource: ServedResource): JsonRecord[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories } = resource;
  const main: JsonRecord = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(resource.virtual ? {} : { storageVersionHash: storageVersionHash(resource) }),
  };
  const subs = resource.subresources.map(
    ({ name, kind: subKind, group, version, verbs: subVerbs }) => ({
      name: `${plural}/${name}`,
      singularName: '',
      namespaced,
      ...(group === undefined ? {} : { group }),
      ...(version === undefined ? {} : { version }),
      kind: subKind,
      verbs: subVerbs,
    }),
  );
  return [main, ...subs];
}

/** Changes when objects begin to be stored in another version; migrations go by it. */
function storageVersionHash({ storageApiVersion, kind }: ServedResource): string {
  const version = storageApiVersion.includes('/') ? storageApiVersion : `/${storageApiVersion}`;
  const hash = createHash('sha256').update(`${version}/${kind}`).digest();
  return hash.subarray(0, 8).toString('base64');
}

/** The aggregated form: every resource of the given groups in one document. */
export function aggregated(groups: readonly ServedGroup[], version: string): JsonRecord {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ group, versions }) => ({
      metadata: { name: group, creationTimestamp: null },
      versions: versions.map((each) => ({
        version: each.version,
        resources: each.resources.map(aggregatedResource),
        freshness: 'Current',
      })),
    })),
  };
}

function aggregatedResource(resource: ServedResource): JsonRecord {
  const { group, version, plural, singular, kind, namespaced, verbs, shortNames, categories } =
    resource;
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(resource.subresources.length === 0
      ? {}
      : {
          subresources: resource.subresources.map((sub) => ({
            subresource: sub.name,
            responseKind: {
              group: sub.group ?? group,
              version: sub.version ?? version,
              kind: sub.kind,
            },
            verbs: sub.verbs,
          })),
        }),
  };
}
