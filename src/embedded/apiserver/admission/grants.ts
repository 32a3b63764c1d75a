import { isRecord, type JsonRecord, type KubeObject } from '../../../base/index.ts';
import { deepEqual } from '../../../lib/schema/index.ts';
import type { Attributes } from '../auth/authorizer.ts';
import { rulesOf } from '../auth/rbac.ts';
import { forbidden } from '../http/status-error.ts';
import type { AdmissionRequest } from './admission.ts';
import { recordsIn } from './pod-resources.ts';

const group = 'rbac.authorization.k8s.io';

/** Nobody grants more than they hold, unless they may `escalate` the role or `bind` to it. */
export function grants(request: AdmissionRequest): void {
  const { call, operation, object } = request;
  if (call.resource.group !== group || operation === 'delete' || !object) return;
  const granted = grantedBy(request, object);
  const missing = granted.filter((each) => !allows(request, each));
  if (missing.length === 0) return;
  const { name, groups } = call.user;
  const quoted = groups.map((each) => JSON.stringify(each)).join(' ');
  throw forbidden(
    call.resource,
    request.name,
    `user ${JSON.stringify(name)} (groups=[${quoted}]) is attempting to grant RBAC permissions not currently held:\n${textOf(missing)}`,
  );
}

/** The single rights that a write gives away; none when the writer may do it anyway. */
function grantedBy(request: AdmissionRequest, object: KubeObject): Right[] {
  const { call, old, namespace } = request;
  if (object.kind === 'Role' || object.kind === 'ClusterRole') {
    const rules = recordsIn(object['rules']);
    if (old && deepEqual(rules, recordsIn(old['rules']))) return [];
    const role = { verb: 'escalate', group, resource: call.resource.plural, name: request.name };
    return allows(request, role) ? [] : rules.flatMap(rightsIn);
  }
  const reference = isRecord(object['roleRef']) ? object['roleRef'] : {};
  const plural = reference['kind'] === 'ClusterRole' ? 'clusterroles' : 'roles';
  const role = { verb: 'bind', group, resource: plural, name: String(reference['name']) };
  if (allows(request, role)) return [];
  return rulesOf(call.state.store, reference, namespace).flatMap(rightsIn);
}

/** One verb on one resource (or path), perhaps of one name. */
interface Right {
  readonly verb: string;
  readonly group: string;
  /** `pods` or `pods/log`. */
  readonly resource: string;
  readonly name: string;
  readonly path?: string;
}

function allows({ call, namespace }: AdmissionRequest, right: Right): boolean {
  const [resource = '', subresource = ''] = right.resource.split('/');
  const attributes: Attributes = {
    ...right,
    user: call.user,
    resource,
    subresource,
    namespace,
  };
  return call.state.authorizer.allows(attributes) !== undefined;
}

function rightsIn(rule: JsonRecord): Right[] {
  const texts = (field: string): string[] =>
    Array.isArray(rule[field]) ? rule[field].map(String) : [];
  const names = texts('resourceNames').length > 0 ? texts('resourceNames') : [''];
  const onResources = texts('apiGroups').flatMap((each) =>
    texts('resources').flatMap((resource) =>
      names.flatMap((name) =>
        texts('verbs').map((verb) => ({ verb, group: each, resource, name })),
      ),
    ),
  );
  const onPaths = texts('nonResourceURLs').flatMap((path) =>
    texts('verbs').map((verb) => ({ verb, group: '', resource: '', name: '', path })),
  );
  return [...onResources, ...onPaths];
}

/** Rights with the same target share a line, as a real server prints them. */
function textOf(rights: readonly Right[]): string {
  const lines = new Map<string, string[]>();
  for (const { verb, path, resource, name, group: of } of rights) {
    const named = name === '' ? '' : `, ResourceNames:[${JSON.stringify(name)}]`;
    const target =
      path === undefined
        ? `APIGroups:[${JSON.stringify(of)}], Resources:[${JSON.stringify(resource)}]${named}`
        : `NonResourceURLs:[${JSON.stringify(path)}]`;
    lines.set(target, [...(lines.get(target) ?? []), verb]);
  }
  return [...lines]
    .map(
      ([target, verbs]) => `{${target}, Verbs:[${verbs.map((v) => JSON.stringify(v)).join(' ')}]}`,
    )
    .toSorted()
    .join('\n');
}
