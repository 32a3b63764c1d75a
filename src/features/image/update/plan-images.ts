import { KnownError } from '../../../base/index.ts';
import { containersOf, resourceId } from '../../../lib/manifest/index.ts';
import type { Manifest } from '../../../lib/manifest/index.ts';
import type { ObjectChange } from '../../../lib/revision/index.ts';
import { parseImage } from '../../../lib/oci/index.ts';
import type { ImageChange } from '../decide.ts';
import type { Snapshot } from '../observe.ts';

/** Changes of objects, and a check for new images. */
export interface PlannedImages {
  readonly changes: readonly ObjectChange[];
  readonly verify: (after: Snapshot) => void;
}

/** Turns changes of images into changes of objects, and into a check that nothing but them changes. Pure. */
export function planImages(snapshot: Snapshot, changes: readonly ImageChange[]): PlannedImages {
  const planned = new Map<string, Required<Pick<ObjectChange, 'manifest' | 'id' | 'images'>>>();
  for (const { id, container, target } of changes) {
    const manifest = snapshot.workloads.find((each) => each.id === id)?.manifest;
    if (manifest === undefined) throw new KnownError('not-found', `${id} is not in the repository`);
    const { domain, path, tag = '' } = parseImage(target);
    const image = { path, tag, ...(domain === '' ? {} : { domain }) };
    const before = planned.get(id)?.images ?? [];
    planned.set(id, { manifest, id, images: [...before, { container, image }] });
  }
  return { changes: [...planned.values()], verify: (after) => verify(snapshot, changes, after) };
}

/** Each workload must have the images it had, but for the changes. */
function verify(before: Snapshot, changes: readonly ImageChange[], after: Snapshot): void {
  const places = new Map(after.workloads.map(({ manifest }) => [placeOf(manifest), manifest]));
  for (const { id, manifest } of before.workloads) {
    const now = places.get(placeOf(manifest));
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
