import { forbidden, objectNotFound } from '../http/status-error.ts';
import { namespaceState } from './namespace-state.ts';
import type { AdmissionRequest } from './admission.ts';

const forever: readonly string[] = ['default', 'kube-system', 'kube-public'];

/** Nothing is created in a namespace that is absent or on its way out, and three are never deleted. */
export function namespaceLifecycle(request: AdmissionRequest): void {
  const { call, operation, namespace, name } = request;
  const { resource, state } = call;
  if (operation === 'delete' && resource.group === '' && resource.plural === 'namespaces') {
    if (forever.includes(name))
      throw forbidden(resource, name, 'this namespace may not be deleted');
    return;
  }
  if (operation !== 'create' || namespace === undefined) return;
  if (request.subresource !== undefined) return;
  const found = namespaceState(state.store, namespace);
  if (found === 'absent') throw objectNotFound({ group: '', plural: 'namespaces' }, namespace);
  if (found === 'active') return;
  const message = `namespace ${namespace} is being terminated`;
  throw forbidden(
    resource,
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
    [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }],
  );
}
