import { isRecord } from '../../../base/index.ts';
import type { KubeObject } from '../../../base/index.ts';
import { parseManifestFile, resourceId } from '../../../lib/manifest/index.ts';
import type { Manifest, ManifestFailure, ManifestFile } from '../../../lib/manifest/index.ts';
import { mergePatch, strategicMerge, typeOf } from '../../../lib/schema/index.ts';

export interface Patched {
  readonly manifests: readonly Manifest[];
  /** Patches of objects that are not generated (any more): told, and left out. */
  readonly failures: readonly ManifestFailure[];
}

/**
 * Lays the documents of a patch file over generated manifests: a strategic merge patch for kinds that
 * Kubernetes defines, a JSON merge patch for all others. Throws when the patch file cannot be read.
 */
export function patchManifests(manifests: readonly Manifest[], file: ManifestFile): Patched {
  const patched = new Map(manifests.map((each) => [resourceId(each.object), each]));
  const failures: ManifestFailure[] = [];
  for (const { object: patch, line } of parseManifestFile(file)) {
    const id = resourceId(patch);
    const target = patched.get(id);
    if (target === undefined) {
      failures.push({
        file: file.path,
        line,
        message: `${file.path}: patch refers to missing resource (${id}); it is left out`,
      });
    } else patched.set(id, { ...target, object: patchedObject(target.object, patch) });
  }
  return { manifests: [...patched.values()], failures };
}

function patchedObject(object: KubeObject, patch: KubeObject): KubeObject {
  const type = typeOf(object.apiVersion, object.kind);
  const result =
    type === undefined ? mergePatch(object, patch) : strategicMerge(type, object, patch);
  return isRecord(result) ? (result as KubeObject) : object;
}
