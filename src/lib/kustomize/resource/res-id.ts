import { clusterScopedKinds } from '../config/cluster-scoped.ts';

/** Group, version and kind; empty texts stand for "any" in selectors. */
export interface Gvk {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** What names an object inside one build. */
export interface ResId extends Gvk {
  readonly name: string;
  readonly namespace: string;
}

/** The namespace that kustomize gives to kinds without one. */
export const noNamespace = '_non_namespaceable_';

/** `apps/v1` → group and version; a version alone has the empty group. */
export function groupVersion(apiVersion: string): { group: string; version: string } {
  const at = apiVersion.indexOf('/');
  return at < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, at), version: apiVersion.slice(at + 1) };
}

export function apiVersionOf({ group, version }: Gvk): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Only kinds that kustomize knows: an unknown kind counts as namespaced. */
export function isClusterScoped(gvk: Gvk): boolean {
  return clusterScopedKinds.has(`${apiVersionOf(gvk)} ${gvk.kind}`);
}

/** `Kind.version.group`, with kustomize's marks for what is empty. */
export function gvkText({ group, version, kind }: Gvk): string {
  return [kind || '[noKind]', version || '[noVer]', group || '[noGrp]'].join('.');
}

/** As errors name an object: `Deployment.v1.apps/web.[noNs]`. */
export function idText(id: ResId): string {
  return `${gvkText(id)}/${id.name || '[noName]'}.${id.namespace || '[noNs]'}`;
}

/** An id as Go's `%#v` prints it. */
export function goIdText(id: ResId): string {
  const text = JSON.stringify;
  const gvk = `resid.Gvk{Group:${text(id.group)}, Version:${text(id.version)}, Kind:${text(id.kind)}, isClusterScoped:${isClusterScoped(id)}}`;
  return `resid.ResId{Gvk:${gvk}, Name:${text(id.name)}, Namespace:${text(id.namespace)}}`;
}

export function effectiveNamespace(id: ResId): string {
  if (isClusterScoped(id)) return noNamespace;
  return id.namespace === '' ? 'default' : id.namespace;
}

export function sameGvk(a: Gvk, b: Gvk): boolean {
  return a.group === b.group && a.version === b.version && a.kind === b.kind;
}

export function sameGvkAndName(a: ResId, b: ResId): boolean {
  return a.name === b.name && sameGvk(a, b);
}

export function sameNamespace(a: ResId, b: ResId): boolean {
  return effectiveNamespace(a) === effectiveNamespace(b);
}

/** The same object: name, kind and the namespace that counts. */
export function sameId(a: ResId, b: ResId): boolean {
  return sameGvkAndName(a, b) && sameNamespace(a, b);
}

/** Whether a kind fits a selector whose empty parts fit everything. */
export function isSelected(gvk: Gvk, selector: Partial<Gvk>): boolean {
  return (
    fits(gvk.group, selector.group) &&
    fits(gvk.version, selector.version) &&
    fits(gvk.kind, selector.kind)
  );
}

function fits(value: string, wanted: string | undefined): boolean {
  return wanted === undefined || wanted === '' || value === wanted;
}

const orderFirst = [
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
const orderLast = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

/** Orders field specs and name references as kustomize does when it merges two configurations. */
export function compareGvk(a: Gvk, b: Gvk): number {
  const rank = rankOf(a.kind) - rankOf(b.kind);
  if (rank !== 0) return rank;
  const [left, right] = [sortText(a), sortText(b)];
  return left < right ? -1 : Number(left > right);
}

function rankOf(kind: string): number {
  const first = orderFirst.indexOf(kind);
  return first >= 0 ? first - orderFirst.length : orderLast.indexOf(kind) + 1;
}

function sortText({ group, version, kind }: Gvk): string {
  return [group || '~G', version || '~V', kind || '~K'].join('_');
}
