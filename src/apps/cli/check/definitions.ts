import { isRecord, type KubeObject } from '../../../base/index.ts';
import { resourceOf } from '../../../embedded/kinds/index.ts';

/** What is known of one kind. */
export interface Definition {
  readonly isNamespaced: boolean;
  /** Of a custom resource; `undefined` says that anything goes. */
  readonly schema?: unknown;
  readonly isBuiltIn: boolean;
  /** Kubernetes minor version that serves it no more. */
  readonly removedIn?: number;
}

/** Finds what is known of a kind; undefined when nobody defines it. */
export type Definitions = (apiVersion: string, kind: string) => Definition | undefined;

/** The built-in kinds, and those that the given objects define. */
export function definitionsOf(objects: readonly KubeObject[]): Definitions {
  const custom = new Map(objects.flatMap(customOf));
  return (apiVersion, kind) => {
    const builtIn = resourceOf(apiVersion, kind);
    if (builtIn === undefined) return custom.get(`${apiVersion} ${kind}`);
    const [, minor] = /unavailable in v1\.(\d+)\+/.exec(builtIn.deprecation ?? '') ?? [];
    return {
      isNamespaced: builtIn.namespaced,
      isBuiltIn: true,
      ...(minor === undefined ? {} : { removedIn: Number(minor) }),
    };
  };
}

function customOf(object: KubeObject): Array<[string, Definition]> {
  const spec = object['spec'];
  if (object.kind !== 'CustomResourceDefinition' || !isRecord(spec)) return [];
  const { names, group, scope } = spec;
  if (!isRecord(names)) return [];
  const isNamespaced = scope !== 'Cluster';
  const shared = schemaOf(spec['validation']);
  const versions: unknown[] = Array.isArray(spec['versions'])
    ? spec['versions']
    : [{ name: spec['version'] }];
  return versions.filter(isRecord).map((version) => {
    const schema = schemaOf(version['schema']) ?? shared;
    const name = `${String(group)}/${String(version['name'])} ${String(names['kind'])}`;
    return [name, { isNamespaced, isBuiltIn: false, schema }];
  });
}

function schemaOf(holder: unknown): unknown {
  return isRecord(holder) ? holder['openAPIV3Schema'] : undefined;
}
