import { isRecord } from '../../../base/index.ts';
import type { AdmissionRequest } from './admission.ts';

/** A signing request says who asks; nobody may ask in another's name. */
export function signingRequest({ call, operation, object }: AdmissionRequest): void {
  if (operation !== 'create' || object?.kind !== 'CertificateSigningRequest') return;
  const { spec } = object;
  if (!isRecord(spec)) return;
  const { name, uid, groups, extra } = call.user;
  for (const field of ['uid', 'groups', 'extra']) delete spec[field];
  Object.assign(spec, {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups: [...groups],
    ...(extra === undefined ? {} : { extra }),
  });
}
