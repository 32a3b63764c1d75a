import { KnownError } from '../../../base/index.ts';
import {
  containersOf,
  imageEdits,
  parseManifests,
  resourceId,
} from '../../../lib/manifest/index.ts';
import type { FileEdit, Manifest } from '../../../lib/manifest/index.ts';
import { parseImage } from '../../../lib/oci/index.ts';
import type { ImageChange } from '../decide.ts';
import type { Snapshot } from '../observe.ts';

/** Edits and check for new images. */
export interface PlannedImages {
  readonly edits: ReadonlyMap<string, readonly FileEdit[]>;
  readonly verify: (texts: ReadonlyMap<string, string>) => void;
}

/** Turns changes of images into edits of files, and into a check that nothing but them changes. Pure. */
export function planImages(snapshot: Snapshot, changes: readonly ImageChange[]): PlannedImages {
  const edits = new Map<string, FileEdit[]>();
  for (const change of changes) {
    const found = snapshot.workloads.find(({ id }) => id === change.id);
    if (found === undefined)
      throw new KnownError('not-found', `${change.id} is not in the repository`);
    const { manifest } = found;
    const { domain, path, tag = '' } = parseImage(change.target);
    const image = { path, tag, ...(domain === '' ? {} : { domain }) };
    const made = imageEdits(manifest, change.container, image);
    edits.set(manifest.file, [...(edits.get(manifest.file) ?? []), ...made]);
  }
  return { edits, verify: (texts) => verify(snapshot, changes, texts) };
}

/** Reads everything anew: each workload must have the images it had, but for the changes. */
function verify(
  snapshot: Snapshot,
  changes: readonly ImageChange[],
  texts: ReadonlyMap<string, string>,
): void {
  const { manifests } = parseManifests([...texts].map(([path, text]) => ({ path, text })));
  const after = new Map(manifests.map((manifest) => [placeOf(manifest), manifest]));
  for (const { id, manifest } of snapshot.workloads) {
    const now = after.get(placeOf(manifest));
    if (now === undefined) throw failed(`${id} is gone from ${manifest.file}`);
    const wanted = containersOf(manifest.object).map(({ name, image }) => {
      const change = changes.find((each) => each.id === id && each.container === name);
      return `${name}=${change?.target ?? image}`;
    });
    const found = containersOf(now.object).map(({ name, image }) => `${name}=${image}`);
    if (found.join() !== wanted.join()) {
      throw failed(`${id} would have ${found.join(', ')} instead of ${wanted.join(', ')}`);
    }
  }
}

/** The same document of the same file before and after an edit. */
function placeOf({ file, document, at, object }: Manifest): string {
  return JSON.stringify([file, document, at, resourceId(object)]);
}

function failed(what: string): KnownError {
  return new KnownError('failed', `verifying changes: failed to verify changes: ${what}`);
}
