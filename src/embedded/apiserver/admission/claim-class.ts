import { isRecord } from '../../../base/index.ts';
import type { AdmissionRequest } from './admission.ts';

const isDefault = 'storageclass.kubernetes.io/is-default-class';

/** A new volume claim that names no class gets the default one, when there is one. */
export function claimClass({ call, operation, object }: AdmissionRequest): void {
  if (operation !== 'create' || call.resource.plural !== 'persistentvolumeclaims') return;
  const spec = object?.['spec'];
  const named = object?.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'];
  if (!isRecord(spec) || spec['storageClassName'] !== undefined || named !== undefined) return;
  const standard = call.state.store
    .list('/storage.k8s.io/storageclasses/')
    .items.map((stored) => stored.parse())
    .find((each) => each.metadata.annotations?.[isDefault] === 'true');
  if (standard) spec['storageClassName'] = standard.metadata.name;
}
