import type { KubeObject } from '../../../base/index.ts';
/** The object in another version of its kind (built-ins only; a new object, or the same one when nothing changes). */
export function convert(object: KubeObject, apiVersion: string): KubeObject {
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}
