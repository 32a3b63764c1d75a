import { invalid } from '../../../base/index.ts';
import type { SortOptions } from '../read/kustomization.ts';
import { gvkText, sameGvk } from '../resource/res-id.ts';
import type { Gvk, ResId } from '../resource/res-id.ts';
import type { Resource } from '../resource/resource.ts';

const first = [
  'Namespace',
  'ResourceQuota',
  'StorageClass',
  'CustomResourceDefinition',
  'ServiceAccount',
  'PodSecurityPolicy',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'Endpoints',
  'Service',
  'LimitRange',
  'PriorityClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
];
const last = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

/** The objects in the order `sortOptions` asks for; without them, kubectl sorts by kind. */
export function sortObjects(list: readonly Resource[], options?: SortOptions): Resource[] {
  const { order = 'legacy', legacySortOptions: own } = options ?? {};
  checkOrder(order, own !== undefined);
  if (order === 'fifo') return [...list];
  const kinds = own ?? { orderFirst: first, orderLast: last };
  const ranks = ranksOf(kinds.orderFirst ?? [], kinds.orderLast ?? []);
  return list
    .map((resource) => ({ resource, id: resource.id }))
    .toSorted((a, b) => compare(a.id, b.id, ranks))
    .map(({ resource }) => resource);
}

function checkOrder(order: string, hasKinds: boolean): void {
  if (order !== 'legacy' && order !== 'fifo') {
    throw invalid("the field 'sortOptions.order' must be one of [fifo, legacy]");
  }
  if (order === 'fifo' && hasKinds) {
    throw invalid(
      "the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'",
    );
  }
}

function ranksOf(before: readonly string[], after: readonly string[]): Map<string, number> {
  return new Map([
    ...before.map((kind, at) => [kind, at - before.length] as const),
    ...after.map((kind, at) => [kind, at + 1] as const),
  ]);
}

function compare(a: ResId, b: ResId, ranks: ReadonlyMap<string, number>): number {
  if (sameGvk(a, b)) return inOrder(idText(a), idText(b));
  const rank = (ranks.get(a.kind) ?? 0) - (ranks.get(b.kind) ?? 0);
  if (rank !== 0) return rank;
  const coreFirst = a.kind === 'Namespace' && b.kind === 'Namespace';
  const order = inOrder(kindText(a), kindText(b));
  return coreFirst && (a.group === '' || b.group === '') ? -order : order;
}

function inOrder(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function kindText({ group, version, kind }: Gvk): string {
  return [group || '~G', version || '~V', kind || '~K'].join('_');
}

function idText(id: ResId): string {
  return [gvkText(id), id.namespace || '~X', id.name || '~N'].join('|');
}
