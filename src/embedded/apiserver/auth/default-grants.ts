import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import {
  defaultBindings,
  defaultClusterRoles,
  defaultRoles,
  type DefaultBinding,
} from './default-roles.ts';

const rbac = 'rbac.authorization.k8s.io';

/** Every role and binding of a new cluster, with the key it is stored under. */
export function defaultGrants(): ReadonlyArray<readonly [key: string, object: KubeObject]> {
  const clusterRoles = Object.entries(defaultClusterRoles).map(([name, rules]) =>
    labelled('ClusterRole', name, { rules: rules.map(ruleOf) }),
  );
  const roles = Object.entries(defaultRoles).map(([name, rules]) =>
    labelled('Role', name, { rules: rules.map(ruleOf) }),
  );
  const sums = (['admin', 'edit', 'view'] as const).map(summed);
  return [...clusterRoles, ...sums, ...roles, ...defaultBindings.map(bindingOf)].map((object) => [
    keyOf(object),
    object,
  ]);
}

function keyOf({ kind, metadata: { namespace, name } }: KubeObject): string {
  const place = namespace === undefined ? name : `${namespace}/${name}`;
  return `/${rbac}/${kind.toLowerCase()}s/${place}`;
}

const verbSets: Readonly<Record<string, string>> = {
  read: 'get,list,watch',
  write: 'create,delete,deletecollection,patch,update',
  all: 'create,delete,deletecollection,get,list,patch,update,watch',
};

function ruleOf(text: string): JsonRecord {
  const [verbs = '', groups = '', resources, names] = text.split(' ');
  const ofVerbs = { verbs: (verbSets[verbs] ?? verbs).split(',') };
  if (resources === undefined) return { ...ofVerbs, nonResourceURLs: groups.split(',') };
  return {
    ...ofVerbs,
    apiGroups: groups.split(',').map((group) => (group === 'core' ? '' : group)),
    resources: resources.split(','),
    ...(names === undefined ? {} : { resourceNames: names.split(',') }),
  };
}

function labelled(kind: string, path: string, rest: JsonRecord): KubeObject {
  const [name = '', namespace] = path.split('/').reverse();
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...aggregation(name) },
    annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
  };
  return { apiVersion: `${rbac}/v1`, kind, metadata, ...rest };
}

const aggregateTo = (role: string): string => `${rbac}/aggregate-to-${role}`;
const sumOf: Readonly<Record<string, string>> = { edit: 'admin', view: 'edit' };

/** view is a part of edit, edit of admin; each has one more part of its own. */
function aggregation(name: string): Record<string, string> {
  const into = /^system:aggregate-to-(\w+)$/.exec(name)?.[1] ?? sumOf[name];
  return into === undefined ? {} : { [aggregateTo(into)]: 'true' };
}

function summed(name: string): KubeObject {
  const clusterRoleSelectors = [{ matchLabels: { [aggregateTo(name)]: 'true' } }];
  return labelled('ClusterRole', name, { aggregationRule: { clusterRoleSelectors }, rules: [] });
}

function bindingOf({ name: path, role, to }: DefaultBinding): KubeObject {
  const kind = path.includes('/') ? 'Role' : 'ClusterRole';
  const name = role ?? path.split('/').at(-1) ?? path;
  const roleRef = { apiGroup: rbac, kind, name };
  const subjects = to.length === 0 ? {} : { subjects: to.map(subjectOf) };
  return labelled(`${kind}Binding`, path, { roleRef, ...subjects });
}

function subjectOf(text: string): JsonRecord {
  const [kind, name = ''] = text.split(' ');
  if (kind !== 'ServiceAccount') return { apiGroup: rbac, kind, name };
  const [namespace, account] = name.split('/');
  return { kind, namespace, name: account };
}
