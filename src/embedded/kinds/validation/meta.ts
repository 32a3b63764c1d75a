import type { KubeObject } from '../../../base/index.ts';
import type { FieldError } from '../../../lib/schema/index.ts';
/** Complaints about metadata of any object, custom ones too. */
export function validateMeta(
  object: KubeObject,
  rule: {
    readonly namespaced: boolean;
    readonly nameRule: 'subdomain' | 'label' | 'dns1035' | 'pathSegment';
  },
): FieldError[] {
  void object;
  void rule;
  return [];
}
/** Complaints about a change of metadata: immutable name, namespace, uid; no new finalizers while deleting. */
export function validateMetaUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  void object;
  void old;
  return [];
}
