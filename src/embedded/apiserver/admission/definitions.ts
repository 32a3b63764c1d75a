import { crdFinalizer } from '../crds/crd-controller.ts';
import { methodNotAllowed } from '../http/status-error.ts';
import type { AdmissionRequest } from './admission.ts';

/** A new definition gets the finalizer that lets its objects go first; a dying one takes no new objects. */
export function definitions({ call, operation, object, subresource }: AdmissionRequest): void {
  const { resource } = call;
  if (operation !== 'create' || !object || subresource !== undefined) return;
  if (resource.custom?.terminating) throw methodNotAllowed();
  if (resource.group !== 'apiextensions.k8s.io' || resource.kind !== 'CustomResourceDefinition')
    return;
  const finalizers = object.metadata.finalizers ?? [];
  if (!finalizers.includes(crdFinalizer))
    object.metadata.finalizers = [...finalizers, crdFinalizer];
}
