import type { KubeObject } from '../../base/index.ts';
import { textMap } from './manifest.ts';

// Rule: Flux's annotations, with the prefixes of its older versions. When the same policy stands
// under several prefixes the original's answer is random; ours is the order of this list.
const prefixes = ['fluxcd.io/', 'flux.weave.works/'] as const;
const filterPrefix = 'filter.fluxcd.io/';

/**
 * The policies of an object by their bare names: `automated`, `locked`, `locked_user`, `locked_msg`,
 * `ignore`, and `tag.<container>` for its filters.
 */
export function policiesOf(object: KubeObject): Record<string, string> {
  const policies: Record<string, string> = {};
  const annotations = textMap(object, 'annotations');
  for (const prefix of prefixes.toReversed()) {
    for (const [key, value] of Object.entries(annotations)) {
      if (key.startsWith(prefix)) policies[key.slice(prefix.length)] = value;
    }
  }
  for (const [key, value] of Object.entries(annotations)) {
    if (key.startsWith(filterPrefix)) policies[`tag.${key.slice(filterPrefix.length)}`] = value;
  }
  return policies;
}

/** Whether a switch is on: only the text `true` is. */
export function hasPolicy(object: KubeObject, policy: 'automated' | 'locked'): boolean {
  return policiesOf(object)[policy] === 'true';
}

/** `true`: leave the object alone; `sync_only`: everything but garbage collection. */
export function ignoreOf(object: KubeObject): 'true' | 'sync_only' | undefined {
  const value = policiesOf(object)['ignore'];
  return value === 'true' || value === 'sync_only' ? value : undefined;
}

/**
 * The annotation under which a policy is to be written: the one the object has already, else
 * `fluxcd.io/<policy>`.
 */
export function policyAnnotation(object: KubeObject, policy: string): string {
  const annotations = textMap(object, 'annotations');
  const container = /^tag\.(.+)$/.exec(policy)?.[1];
  const candidates = prefixes.map((prefix) => `${prefix}${policy}`);
  if (container !== undefined) candidates.push(`${filterPrefix}${container}`);
  return candidates.find((key) => key in annotations) ?? `fluxcd.io/${policy}`;
}
