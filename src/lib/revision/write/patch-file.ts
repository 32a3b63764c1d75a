import { isRecord } from '../../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { resourceId } from '../../manifest/index.ts';
import type { Manifest } from '../../manifest/index.ts';
import { createMergePatch, strategicDiff, typeOf } from '../../schema/index.ts';
import { stringify } from '../../yaml/index.ts';
import type { Reading } from '../reading.ts';
import { editsOf } from './changed-files.ts';
import type { ObjectChange } from './changed-files.ts';
import { editedObject } from './edited-object.ts';

/**
 * The whole text of a patch file, as fluxd writes it: what leads from each generated object to the
 * wanted one, in the order of the ids, without those that are as generated. `bases` are objects whose
 * generated form changes in the same commit.
 */
export function patchFileText(
  reading: Reading,
  patchFile: string,
  changes: readonly ObjectChange[],
  bases: ReadonlyMap<Manifest, KubeObject> = new Map(),
): string {
  const docs: Array<readonly [id: string, text: string]> = [];
  for (const [manifest, maker] of reading.makers) {
    if (maker.is === 'commands' || maker.patchFile !== patchFile) continue;
    const own = changes.filter((change) => change.manifest === manifest);
    const wanted = editedObject(manifest.object, own.flatMap(editsOf));
    const patch = patchBetween(bases.get(manifest) ?? maker.generated, wanted);
    if (patch !== undefined) docs.push([resourceId(wanted), stringify(patch)]);
  }
  return docs
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => `---\n${text}`)
    .join('');
}

/** A strategic merge patch for kinds that Kubernetes defines, a JSON merge patch for all others. */
function patchBetween(generated: KubeObject, wanted: KubeObject): JsonRecord | undefined {
  const type = typeOf(wanted.apiVersion, wanted.kind);
  const patch =
    type === undefined
      ? createMergePatch(generated, wanted)
      : strategicDiff(type, generated, wanted);
  if (!isRecord(patch) || Object.keys(patch).length === 0) return undefined;
  const { apiVersion, kind, metadata } = wanted;
  const changedMeta = isRecord(patch['metadata']) ? patch['metadata'] : {};
  const named = {
    ...changedMeta,
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
  };
  return { ...patch, apiVersion, kind, metadata: named };
}
