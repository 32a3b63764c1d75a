import type { KubeObject } from '../../../base/index.ts';
import { trackUpdate } from '../../../lib/schema/index.ts';
import { keptByStatus } from '../../kinds/index.ts';
import type { ServedResource } from '../resources/served-resource.ts';

/** One write whose fields get an owner. Objects are in the version they are stored in. */
export interface TrackedWrite {
  readonly resource: ServedResource;
  readonly live: KubeObject | undefined;
  readonly manager: string;
  readonly now: string;
  readonly subresource: string | undefined;
}

/** Writes metadata.managedFields of an object that is about to be stored, in place. */
export function trackOwnership(object: KubeObject, write: TrackedWrite): void {
  const { resource, live, manager, now, subresource } = write;
  const { strategy } = resource;
  const tracked = trackUpdate({
    type: strategy.type,
    live: live && strategy.toVersion(live),
    updated: strategy.toVersion(object),
    manager,
    now,
    subresource,
    resetFields: resetFieldsOf(resource, subresource),
  }) as unknown as KubeObject;
  const { managedFields } = tracked.metadata;
  if (managedFields === undefined || managedFields.length === 0)
    delete object.metadata.managedFields;
  else object.metadata.managedFields = managedFields;
}

/** Fields an endpoint never takes: status on the main one; spec, and what else the kind keeps, on /status. */
export function resetFieldsOf(
  resource: ServedResource,
  subresource: string | undefined,
): readonly (readonly string[])[] {
  if (!resource.hasStatus) return [];
  if (subresource !== 'status') return [['status']];
  if (resource.custom) return [['spec'], ['metadata']];
  return [['spec'], ...keptByStatus(resource.kind).map((field) => ['metadata', field])];
}
