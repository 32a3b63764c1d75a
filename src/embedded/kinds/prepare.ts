import type { KubeObject } from '../../base/index.ts';
/** What create does to the body before defaulting and validation (in place): drops status where it is a subresource, sets generation 1, namespace finalizer and phase, generated selectors of Jobs … */
export function prepareCreate(object: KubeObject): void {
  void object;
}
/** What update keeps of the stored object (in place, on `object`): status on the main endpoint, everything but status on /status; bumps generation when spec changed. */
export function prepareUpdate(object: KubeObject, old: KubeObject, subresource?: string): void {
  void object;
  void old;
  void subresource;
}
/** Whether anything that counts for metadata.generation differs. */
export function specChanged(object: KubeObject, old: KubeObject): boolean {
  void object;
  void old;
  return false;
}
