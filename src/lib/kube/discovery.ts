import { isRecord, type JsonRecord } from '../../base/index.ts';
import type { Resource } from './cluster.ts';
import { errorOf } from './status-error.ts';

type Fetch = (path: string, accept: string) => Promise<Response>;

const aggregated =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,' +
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

export interface Discovery {
  resources(refresh?: boolean): Promise<readonly Resource[]>;
  resourceOf(apiVersion: string, kind: string): Promise<Resource | undefined>;
}

/**
 * What the server serves: two requests where it speaks aggregated discovery (1.27 and newer), one a
 * group version otherwise. A group version that cannot be read is left out, so that one broken
 * aggregated API does not stop everything.
 */
export function createDiscovery(fetch: Fetch): Discovery {
  let known: Promise<readonly Resource[]> | undefined;
  const resources = (refresh = false): Promise<readonly Resource[]> => {
    if (known === undefined || refresh) {
      known = readAll(fetch);
      known.catch(() => (known = undefined));
    }
    return known;
  };
  const find = async (
    apiVersion: string,
    kind: string,
    refresh: boolean,
  ): Promise<Resource | undefined> =>
    (await resources(refresh)).find((each) => each.apiVersion === apiVersion && each.kind === kind);
  return {
    resources,
    resourceOf: async (apiVersion, kind) =>
      (await find(apiVersion, kind, false)) ?? find(apiVersion, kind, true),
  };
}

async function readAll(fetch: Fetch): Promise<Resource[]> {
  const [core, groups] = await Promise.all([readJson(fetch, '/api'), readJson(fetch, '/apis')]);
  const found = [await resourcesIn(fetch, core), await resourcesIn(fetch, groups)];
  return found.flat();
}

async function readJson(fetch: Fetch, path: string, accept = aggregated): Promise<JsonRecord> {
  const answer = await fetch(path, accept);
  if (!answer.ok) throw await errorOf(answer);
  const body: unknown = await answer.json();
  return isRecord(body) ? body : {};
}

async function resourcesIn(fetch: Fetch, body: JsonRecord): Promise<Resource[]> {
  if (body['kind'] === 'APIGroupDiscoveryList')
    return records(body['items']).flatMap(aggregatedGroup);
  const versions =
    body['kind'] === 'APIVersions'
      ? (body['versions'] as string[]).map((version) => ({
          path: `/api/${version}`,
          apiVersion: version,
        }))
      : records(body['groups'])
          .flatMap((group) => records(group['versions']))
          .map((each) => String(each['groupVersion']))
          .map((apiVersion) => ({ path: `/apis/${apiVersion}`, apiVersion }));
  const lists = await Promise.all(
    versions.map(async ({ path, apiVersion }) => {
      const list = await readJson(fetch, path, 'application/json').catch(() => ({ resources: [] }));
      return records(list['resources'])
        .filter((each) => !String(each['name']).includes('/'))
        .map((each) => plainResource(apiVersion, each));
    }),
  );
  return lists.flat();
}

function aggregatedGroup(item: JsonRecord): Resource[] {
  const group = String((item['metadata'] as JsonRecord | undefined)?.['name'] ?? '');
  return records(item['versions']).flatMap((each) => {
    const version = String(each['version']);
    return records(each['resources']).map((resource) => ({
      ...common(group, version, resource),
      plural: String(resource['resource']),
      singular: String(resource['singularResource'] ?? ''),
      kind: String((resource['responseKind'] as JsonRecord | undefined)?.['kind'] ?? ''),
      namespaced: resource['scope'] === 'Namespaced',
    }));
  });
}

function plainResource(apiVersion: string, resource: JsonRecord): Resource {
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  return {
    ...common(group, version, resource),
    plural: String(resource['name']),
    singular: String(resource['singularName'] ?? ''),
    kind: String(resource['kind']),
    namespaced: resource['namespaced'] === true,
  };
}

function common(
  group: string,
  version: string,
  resource: JsonRecord,
): Pick<Resource, 'apiVersion' | 'group' | 'version' | 'verbs' | 'shortNames' | 'categories'> {
  const texts = (name: string): string[] => (resource[name] as string[] | undefined) ?? [];
  return {
    apiVersion: group === '' ? version : `${group}/${version}`,
    group,
    version,
    verbs: texts('verbs'),
    shortNames: texts('shortNames'),
    categories: texts('categories'),
  };
}

function records(value: unknown): JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
