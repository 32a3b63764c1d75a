import { isRecord, type JsonRecord, type KubeObject } from '../../../base/index.ts';
import type { Store } from '../store/store.ts';
import type { Attributes, Authorizer } from './authorizer.ts';
import { rbacGroup, rbacObjects } from './rbac-objects.ts';
import type { User } from './user.ts';

const group = rbacGroup;

/** Role-based rules as they stand in the store at the moment of the question. */
export function rbacRules(store: Store): Authorizer['allows'] {
  return (attributes) => {
    const cluster = granted(store, attributes, `${group}/clusterrolebindings/`);
    if (cluster !== undefined || attributes.namespace === undefined) return cluster;
    return granted(store, attributes, `${group}/rolebindings/${attributes.namespace}/`);
  };
}

function granted(store: Store, attributes: Attributes, prefix: string): string | undefined {
  for (const binding of rbacObjects(store, prefix)) {
    const subject = subjectOf(binding, attributes.user);
    if (subject === undefined) continue;
    const reference = referenceOf(binding);
    const rules = rulesOf(store, reference, attributes.namespace);
    if (!rules.some((rule) => matches(rule, attributes))) continue;
    const { name, namespace } = binding.metadata;
    const place = namespace === undefined ? name : `${name}/${namespace}`;
    return `RBAC: allowed by ${binding.kind} "${place}" of ${reference['kind']} "${reference['name']}" to ${textOf(subject, namespace)}`;
  }
  return undefined;
}

/** Everything a user may do in a namespace, rule by rule as the roles say it. */
export function rulesOfUser(store: Store, user: User, namespace: string): JsonRecord[] {
  const prefixes = [`${group}/clusterrolebindings/`, `${group}/rolebindings/${namespace}/`];
  return prefixes
    .flatMap((prefix) => rbacObjects(store, prefix))
    .filter((binding) => subjectOf(binding, user) !== undefined)
    .flatMap((binding) => rulesOf(store, referenceOf(binding), namespace));
}

/** An account that is named without a namespace is of the binding's own. */
function subjectOf(binding: KubeObject, user: User): JsonRecord | undefined {
  const { namespace } = binding.metadata;
  return recordsIn(binding['subjects']).find((each) => isSubject({ namespace, ...each }, user));
}

function referenceOf(binding: KubeObject): JsonRecord {
  return isRecord(binding['roleRef']) ? binding['roleRef'] : {};
}

/** The rules of the role a binding refers to; none when there is no such role. */
export function rulesOf(
  store: Store,
  reference: JsonRecord,
  namespace: string | undefined,
): JsonRecord[] {
  const prefix =
    reference['kind'] === 'ClusterRole' ? `${group}/clusterroles/` : `${group}/roles/${namespace}/`;
  const role = rbacObjects(store, prefix).find(
    ({ metadata }) => metadata.name === reference['name'],
  );
  return role ? [...recordsIn(role['rules']), ...aggregatedRules(store, role)] : [];
}

/** A ClusterRole may be the sum of others, chosen by their labels, and these sums in their turn. */
function aggregatedRules(
  store: Store,
  role: KubeObject,
  seen: ReadonlySet<string> = new Set(),
): JsonRecord[] {
  const rule = isRecord(role['aggregationRule']) ? role['aggregationRule'] : undefined;
  if (!rule || seen.has(role.metadata.name)) return [];
  const further = new Set([...seen, role.metadata.name]);
  const selectors = recordsIn(rule['clusterRoleSelectors']).map((each) =>
    isRecord(each['matchLabels']) ? Object.entries(each['matchLabels']) : [],
  );
  return rbacObjects(store, `${group}/clusterroles/`).flatMap((other) => {
    const labels = other.metadata.labels ?? {};
    const chosen = selectors.some(
      (pairs) => pairs.length > 0 && pairs.every(([name, value]) => labels[name] === value),
    );
    if (!chosen) return [];
    return [...recordsIn(other['rules']), ...aggregatedRules(store, other, further)];
  });
}

function textOf({ kind, name, namespace }: JsonRecord, own: string | undefined): string {
  const full = kind === 'ServiceAccount' ? `${name}/${namespace ?? own}` : name;
  return `${kind} "${full}"`;
}

function isSubject(subject: JsonRecord, user: User): boolean {
  const { kind, name, namespace } = subject;
  if (kind === 'User') return name === user.name;
  if (kind === 'Group') return user.groups.includes(String(name));
  return kind === 'ServiceAccount' && user.name === `system:serviceaccount:${namespace}:${name}`;
}

function matches(rule: JsonRecord, attributes: Attributes): boolean {
  const { path, verb } = attributes;
  if (!has(textsIn(rule['verbs']), verb)) return false;
  if (path !== undefined)
    return textsIn(rule['nonResourceURLs']).some((url) => urlMatches(url, path));
  if (!has(textsIn(rule['apiGroups']), attributes.group)) return false;
  if (!resourceMatches(textsIn(rule['resources']), attributes)) return false;
  const names = textsIn(rule['resourceNames']);
  return names.length === 0 || names.includes(attributes.name);
}

function resourceMatches(
  resources: readonly string[],
  { resource, subresource }: Attributes,
): boolean {
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  return resources.some(
    (each) => each === '*' || each === full || (subresource !== '' && each === `*/${subresource}`),
  );
}

function urlMatches(rule: string, path: string): boolean {
  return rule.endsWith('*') ? path.startsWith(rule.slice(0, -1)) : rule === path;
}

function has(list: readonly string[], wanted: string): boolean {
  return list.includes('*') || list.includes(wanted);
}

function recordsIn(list: unknown): JsonRecord[] {
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

function textsIn(list: unknown): string[] {
  return Array.isArray(list) ? list.map(String) : [];
}
