import type { KubeObject } from '../../base/index.ts';
/** The values field selectors see, metadata.name and metadata.namespace included. */
export function fieldsOf(object: KubeObject): Record<string, string> {
  return {
    'metadata.name': object.metadata.name,
    'metadata.namespace': object.metadata.namespace ?? '',
  };
}
/** The labels a kind's field selectors may name; any other is a 400 `field label not supported: F`. */
export function fieldLabelsOf(apiVersion: string, kind: string): readonly string[] {
  void apiVersion;
  void kind;
  return ['metadata.name', 'metadata.namespace'];
}
