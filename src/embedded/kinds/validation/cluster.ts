import type { KubeObject } from '../../../base/index.ts';
import { deepEqual } from '../../../lib/schema/index.ts';
import type { FieldError } from '../../../lib/schema/index.ts';
import { recordAt, recordsAt, textAt } from '../records.ts';
import { forbidden, immutable, invalidValue, required, unsupported } from './errors.ts';
import { goRoleRef } from './go-values.ts';

/** RoleBinding and ClusterRoleBinding. */
export function bindingErrors(object: KubeObject): FieldError[] {
  const role = recordAt(object, 'roleRef');
  const kinds = object.kind === 'RoleBinding' ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  const errors: FieldError[] = [];
  if (role['apiGroup'] !== 'rbac.authorization.k8s.io') {
    errors.push(unsupported('roleRef.apiGroup', role['apiGroup'], ['rbac.authorization.k8s.io']));
  }
  if (!kinds.includes(textAt(role, 'kind'))) {
    errors.push(unsupported('roleRef.kind', role['kind'] ?? '', kinds));
  }
  if (textAt(role, 'name') === '') errors.push(required('roleRef.name'));
  recordsAt(object, 'subjects').forEach((subject, at) => {
    const field = `subjects[${at}]`;
    if (textAt(subject, 'name') === '') errors.push(required(`${field}.name`));
    // An account named by a RoleBinding may be of its own namespace.
    if (subject['kind'] !== 'ServiceAccount' || object.kind === 'RoleBinding') return;
    if (textAt(subject, 'namespace') === '') errors.push(required(`${field}.namespace`));
  });
  return errors;
}

export function bindingUpdateErrors(object: KubeObject, old: KubeObject): FieldError[] {
  if (deepEqual(object['roleRef'], old['roleRef'])) return [];
  return [invalidValue('roleRef', goRoleRef(recordAt(object, 'roleRef')), 'cannot change roleRef')];
}

/** StorageClass. */
export function storageClassErrors(object: KubeObject): FieldError[] {
  return textAt(object, 'provisioner') === '' ? [required('provisioner')] : [];
}

export function storageClassUpdateErrors(object: KubeObject, old: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  if (!deepEqual(object['parameters'] ?? {}, old['parameters'] ?? {})) {
    errors.push(forbidden('parameters', 'updates to parameters are forbidden.'));
  }
  if (object['provisioner'] !== old['provisioner']) {
    errors.push(forbidden('provisioner', 'updates to provisioner are forbidden.'));
  }
  if (object['reclaimPolicy'] !== old['reclaimPolicy']) {
    errors.push(forbidden('reclaimPolicy', 'updates to reclaimPolicy are forbidden.'));
  }
  if (object['volumeBindingMode'] !== old['volumeBindingMode']) {
    errors.push(immutable('volumeBindingMode', object['volumeBindingMode']));
  }
  return errors;
}

/** A priority that pods have been given stays what it was. */
export function priorityClassUpdateErrors(object: KubeObject, old: KubeObject): FieldError[] {
  const policy = object['preemptionPolicy'];
  return [
    ...(object['value'] === old['value']
      ? []
      : [forbidden('value', 'may not be changed in an update.')]),
    ...(policy === old['preemptionPolicy'] ? [] : [immutable('preemptionPolicy', policy)]),
  ];
}

/** Both webhook configurations. */
export function webhookErrors(object: KubeObject): FieldError[] {
  return recordsAt(object, 'webhooks').flatMap((webhook, at) => {
    const field = `webhooks[${at}]`;
    const config = recordAt(webhook, 'clientConfig');
    const errors: FieldError[] = [];
    if (textAt(webhook, 'name') === '') errors.push(required(`${field}.name`));
    if ((config['url'] === undefined) === (config['service'] === undefined)) {
      errors.push(required(`${field}.clientConfig`, 'exactly one of url or service is required'));
    }
    if (object.apiVersion.endsWith('/v1') && webhook['sideEffects'] === undefined) {
      errors.push(required(`${field}.sideEffects`, 'must specify one of None, NoneOnDryRun'));
    }
    return errors;
  });
}
