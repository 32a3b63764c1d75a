import { randomUUID } from 'node:crypto';
import type { KubeObject, ObjectMeta } from '../../../base/index.ts';
import { badRequest } from '../http/status-error.ts';

/** Sets what only the server sets on a new object, and drops what a client may not. */
export function setNewMetadata(metadata: ObjectMeta, now: string): void {
  if (metadata.resourceVersion)
    throw badRequest('resourceVersion should not be set on objects to be created');
  metadata.uid = randomUUID();
  metadata.creationTimestamp = now;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete (metadata as { selfLink?: string }).selfLink;
  delete metadata.resourceVersion;
}

/** What an update cannot change comes back from the object that is kept. */
export function keepMetadata({ metadata }: KubeObject, { metadata: old }: KubeObject): void {
  metadata.uid ||= old.uid!;
  metadata.creationTimestamp = old.creationTimestamp!;
  for (const field of ['deletionTimestamp', 'deletionGracePeriodSeconds', 'generation'] as const) {
    if (old[field] === undefined) delete metadata[field];
    else Object.assign(metadata, { [field]: old[field] });
  }
  delete (metadata as { selfLink?: string }).selfLink;
}
