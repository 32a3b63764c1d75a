import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { KnownError } from '../../../base/index.ts';
import type { DriftSpec } from '../../../api/helm-release/index.ts';
import type { ReleaseObject } from '../../../lib/helm/index.ts';
import type { Cluster } from '../../../lib/kube/index.ts';
import { diffObjects } from '../../../lib/manifest/index.ts';
import { threeWayMergePatch, typeOf } from '../../../lib/schema/index.ts';
import type { DriftedField } from './drift.ts';
import { isIgnored } from './drift.ts';
import { managerOf } from './written-by.ts';

const fieldManager = 'helm';

/** The patch that makes a live object what the manifest says again; fields of others stay. */
export function repairPatch(
  object: KubeObject,
  live: KubeObject,
): { readonly patch: JsonRecord; readonly type: 'strategic' | 'merge' } {
  const type = typeOf(object.apiVersion, object.kind);
  const patch = threeWayMergePatch({ type, original: object, modified: object, current: live });
  return { patch, type: type === undefined ? 'merge' : 'strategic' };
}

/**
 * What of one object is not as its manifest says. The API server itself is asked what the patch would
 * change (a dry run), so that `1000m` and `1`, and defaults, are no difference. What an autoscaler
 * wrote through the scale subresource is its own; so is what the HelmRelease leaves to others.
 */
export async function findDrift(
  cluster: Cluster,
  { object, resource }: ReleaseObject,
  { live, spec }: { live: KubeObject | undefined; spec: DriftSpec },
): Promise<DriftedField[]> {
  const { kind } = object;
  const { name, namespace } = object.metadata;
  const shown = `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
  if (live === undefined) {
    const isLeft = isIgnored(spec, { kind, name, path: '' });
    return isLeft ? [] : [{ object: shown, path: '', manager: undefined }];
  }
  const { patch, type } = repairPatch(object, live);
  if (Object.keys(patch).length === 0) return [];
  const how = { type, fieldManager, dryRun: true } as const;
  const next = await tried(() => cluster.patch(resource, live.metadata, patch, how));
  if (next === undefined) return [];
  return diffObjects(comparable(live), comparable(next)).flatMap(({ path }) => {
    if (isIgnored(spec, { kind, name, path })) return [];
    const writer = managerOf(live, path);
    if (writer?.subresource === 'scale') return [];
    return [{ object: shown, path, manager: writer?.manager }];
  });
}

/** A patch that the server refuses (an immutable field) cannot repair: that is an upgrade's matter. */
async function tried(patch: () => Promise<KubeObject>): Promise<KubeObject | undefined> {
  try {
    return await patch();
  } catch (thrown) {
    const codes = ['invalid', 'not-found', 'denied', 'conflict'];
    if (thrown instanceof KnownError && codes.includes(thrown.code)) return undefined;
    throw thrown;
  }
}

function comparable(object: KubeObject): KubeObject {
  const { resourceVersion: _v, generation: _g, managedFields: _m, ...metadata } = object.metadata;
  const { status: _status, ...rest } = object;
  return { ...rest, metadata };
}
