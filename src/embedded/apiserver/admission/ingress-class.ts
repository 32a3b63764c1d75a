import { isRecord } from '../../../base/index.ts';
import type { AdmissionRequest } from './admission.ts';

const isDefault = 'ingressclass.kubernetes.io/is-default-class';
const byAnnotation = 'kubernetes.io/ingress.class';

/** A new Ingress that names no class gets the default one; of several the newest, by name where that ties. */
export function ingressClass({ call, operation, object, subresource }: AdmissionRequest): void {
  if (operation !== 'create' || subresource !== undefined || object?.kind !== 'Ingress') return;
  const { spec } = object;
  if (!isRecord(spec) || typeof spec['ingressClassName'] === 'string') return;
  if (object.metadata.annotations?.[byAnnotation] !== undefined) return;
  const [standard] = call.state.store
    .list('/networking.k8s.io/ingressclasses/')
    .items.map((stored) => stored.parse().metadata)
    .filter(({ annotations }) => annotations?.[isDefault] === 'true')
    .toSorted((a, b) => {
      const [left, right] = [a.creationTimestamp ?? '', b.creationTimestamp ?? ''];
      if (left !== right) return left < right ? 1 : -1;
      return a.name < b.name ? -1 : 1;
    });
  if (standard) spec['ingressClassName'] = standard.name;
}
