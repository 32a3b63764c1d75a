import { isRecord } from '../../../base/index.ts';
import type { KubeObject } from '../../../base/index.ts';
import { parseManifestFile, resourceId } from '../../manifest/index.ts';
import type { Manifest, ManifestFailure, ManifestFile } from '../../manifest/index.ts';
import { mergePatch, strategicMerge, typeOf } from '../../schema/index.ts';

export interface Patched {
  readonly manifests: readonly Manifest[];
  /** As it was before the patch, for each manifest. */
  readonly generated: ReadonlyMap<Manifest, KubeObject>;
  /** Patches of objects that are not generated (any more): told, and left out. */
  readonly failures: readonly ManifestFailure[];
}

/**
 * Lays the documents of a patch file over generated manifests: a strategic merge patch for kinds that
 * Kubernetes defines, a JSON merge patch for all others. Throws when the patch file cannot be read.
 */
export function patchManifests(manifests: readonly Manifest[], file: ManifestFile): Patched {
  const ids = new Set(manifests.map(({ object }) => resourceId(object)));
  const patches = parseManifestFile(file).map((patch) => ({
    ...patch,
    id: resourceId(patch.object),
  }));
  const failures = patches
    .filter(({ id }) => !ids.has(id))
    .map(({ id, line }) => ({
      file: file.path,
      line,
      message: `${file.path}: patch refers to missing resource (${id}); it is left out`,
    }));
  const generated = new Map<Manifest, KubeObject>();
  for (const each of manifests) {
    const own = patches.filter(({ id }) => id === resourceId(each.object));
    const object = own.reduce((sum, patch) => patchedObject(sum, patch.object), each.object);
    generated.set({ ...each, object }, each.object);
  }
  return { manifests: [...generated.keys()], generated, failures };
}

/** One patch of either form laid over an object. */
export function patchedObject(object: KubeObject, patch: KubeObject): KubeObject {
  const type = typeOf(object.apiVersion, object.kind);
  const result =
    type === undefined ? mergePatch(object, patch) : strategicMerge(type, object, patch);
  return isRecord(result) ? (result as KubeObject) : object;
}
