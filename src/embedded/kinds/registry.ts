import type { BuiltinResource } from './resource.ts';
/** Every served version of every built-in resource, in discovery order. */
export const builtinResources: readonly BuiltinResource[] = [];
/** Groups in discovery order; custom groups come after these, by name. */
export const groupOrder: readonly string[] = [];
/** The resource of an apiVersion and kind. */
export function resourceOf(apiVersion: string, kind: string): BuiltinResource | undefined {
  return builtinResources.find((each) => each.apiVersion === apiVersion && each.kind === kind);
}
