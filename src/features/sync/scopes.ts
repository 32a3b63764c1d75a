import { isRecord } from '../../base/index.ts';
import type { Kind, KubeObject } from '../../base/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import type { Manifest } from '../../lib/manifest/index.ts';

/** How an object's kind is addressed: served by the cluster, or about to be by a definition of the same repository. */
export interface Scope {
  readonly kind: Kind;
  readonly isServed: boolean;
}

/** Finds the scope of an apiVersion and kind; undefined when nobody defines it. */
export type ScopeOf = (apiVersion: string, kind: string) => Scope | undefined;

/** Learns the scopes of all these manifests: from discovery (read again once when one is missing), then from their CRDs. */
export async function loadScopes(
  cluster: Pick<Cluster, 'resources'>,
  manifests: readonly Manifest[],
): Promise<ScopeOf> {
  const defined = new Map(manifests.flatMap(({ object }) => definedBy(object)));
  let served = await servedKinds(cluster, false);
  const isKnown = ({ object }: Manifest): boolean =>
    served.has(nameOf(object.apiVersion, object.kind));
  if (!manifests.every(isKnown)) served = await servedKinds(cluster, true);
  return (apiVersion, kind) => {
    const name = nameOf(apiVersion, kind);
    return served.get(name) ?? defined.get(name);
  };
}

async function servedKinds(
  cluster: Pick<Cluster, 'resources'>,
  isFresh: boolean,
): Promise<Map<string, Scope>> {
  const resources = await cluster.resources(isFresh);
  return new Map(
    resources.map((kind) => [nameOf(kind.apiVersion, kind.kind), { kind, isServed: true }]),
  );
}

function definedBy(object: KubeObject): Array<[string, Scope]> {
  const spec = object['spec'];
  if (object.kind !== 'CustomResourceDefinition' || !isRecord(spec)) return [];
  const { names, group } = spec;
  if (!isRecord(names)) return [];
  const versions: unknown[] = Array.isArray(spec['versions'])
    ? spec['versions']
    : [{ name: spec['version'] }];
  return versions.filter(isRecord).map((version) => {
    const apiVersion = `${String(group)}/${String(version['name'])}`;
    const kind: Kind = {
      apiVersion,
      kind: String(names['kind']),
      plural: String(names['plural']),
      namespaced: spec['scope'] !== 'Cluster',
    };
    return [nameOf(apiVersion, kind.kind), { kind, isServed: false }];
  });
}

function nameOf(apiVersion: string, kind: string): string {
  return `${apiVersion}/${kind}`;
}
