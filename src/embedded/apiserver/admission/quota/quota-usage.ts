import { isRecord, type JsonRecord, type KubeObject } from '../../../../base/index.ts';
import { canonicalQuantity, deepEqual } from '../../../../lib/schema/index.ts';
import type { Store } from '../../store/store.ts';
import { amountsIn, recordsIn, sumAmounts, type Amounts } from '../pod-resources.ts';
import { inScope } from './scopes.ts';
import { computeNames, countedBy, usageOf, type Counted } from './usage.ts';

/** Where quotas are kept. */
export const quotaPrefix = '/core/resourcequotas/';

/** The quotas of a namespace. */
export function quotasOf(store: Store, namespace: string): KubeObject[] {
  return store.list(`${quotaPrefix}${namespace}/`).items.map((stored) => stored.parse());
}

/** The spec of a quota; empty when there is none. */
export function specOf(quota: KubeObject): JsonRecord {
  return isRecord(quota['spec']) ? quota['spec'] : {};
}

const computeChecked = ['cpu', 'memory'].flatMap((name) => [
  name,
  `requests.${name}`,
  `limits.${name}`,
]);

/** Where cpu or memory is limited, each container has to say what it wants. */
export function missingCompute({ group, plural }: Counted, pod: KubeObject, hard: Amounts): string {
  if (group !== '' || plural !== 'pods') return '';
  const required = computeChecked.filter((each) => hard[each] !== undefined).toSorted();
  const spec = isRecord(pod['spec']) ? pod['spec'] : {};
  const containers = [...recordsIn(spec['containers']), ...recordsIn(spec['initContainers'])];
  const lacking = (resource: string): string[] =>
    containers
      .filter(({ resources }) => {
        const given = isRecord(resources) ? resources : {};
        const named = computeNames(amountsIn(given['requests']), amountsIn(given['limits']));
        return named[resource] === undefined;
      })
      .map((container) => String(container['name']))
      .toSorted();
  return required
    .map((resource) => ({ resource, names: lacking(resource) }))
    .filter(({ names }) => names.length > 0)
    .map(({ resource, names }) => `${resource} for: ${names.join(',')}`)
    .join('; ');
}

/** What the objects in the store use of what a quota limits. */
export function usedOf(store: Store, quota: KubeObject): Amounts {
  const hard = Object.keys(amountsIn(specOf(quota)['hard']));
  const { namespace = '' } = quota.metadata;
  const kinds = new Map<string, Counted>();
  for (const counted of hard.map(countedBy))
    if (counted) kinds.set(`${counted.group}/${counted.plural}`, counted);
  const used = [...kinds.values()].map((counted) => {
    const at = `/${counted.group === '' ? 'core' : counted.group}/${counted.plural}/${namespace}/`;
    const objects = store.list(at).items.map((stored) => stored.parse());
    const chosen = objects.filter((object) => inScope(specOf(quota), counted, object));
    return sumAmounts(chosen.map((object) => usageOf(counted, object)));
  });
  // A kind counts only for its own resources: `count/pods` is no `pods`.
  const all: Record<string, string> = Object.assign({}, ...used) as Record<string, string>;
  return Object.fromEntries(hard.map((name) => [name, canonicalQuantity(all[name] ?? '0')]));
}

/** Brings the status of every quota in a namespace up to what the store holds. */
export function writeStatuses(store: Store, namespace: string): void {
  for (const stored of store.list(`${quotaPrefix}${namespace}/`).items) {
    const quota = stored.parse();
    const { hard = {} } = specOf(quota);
    const status = { hard, used: usedOf(store, quota) };
    if (!deepEqual(status, quota['status']))
      store.put(stored.key, { ...quota, status }, stored.revision);
  }
}
