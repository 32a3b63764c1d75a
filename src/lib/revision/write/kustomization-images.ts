import { isRecord } from '../../../base/index.ts';
import type { KubeObject } from '../../../base/index.ts';
import { containersOf, editFile, imageEdits } from '../../manifest/index.ts';
import type { FileEdit, Manifest, NewImage } from '../../manifest/index.ts';
import { parse, stringify } from '../../yaml/index.ts';
import type { Reading } from '../reading.ts';
import type { ObjectChange } from './changed-files.ts';
import { editedObject } from './edited-object.ts';

export interface WrittenImages {
  /** The kustomization file. */
  readonly text: string;
  /** Objects as the kustomization makes them afterwards, where that is different. */
  readonly bases: ReadonlyMap<Manifest, KubeObject>;
}

interface Wanted {
  readonly manifest: Manifest;
  readonly container: string;
  readonly image: NewImage;
  /** Name of the present image, as it is written. */
  readonly name: string;
}

/**
 * Writes new images into `images:` of a kustomization, which sets them for everything that uses the
 * name. Where something else uses it too and is to stay as it is, nothing is written here: the patch
 * file then makes the difference.
 */
export function imagesInKustomization(
  reading: Reading,
  { file, text }: { readonly file: string; readonly text: string },
  changes: readonly ObjectChange[],
): WrittenImages {
  const wanted = changes.flatMap(wantedOf);
  const bases = new Map<Manifest, KubeObject>();
  let written = text;
  for (const name of new Set(wanted.map((each) => each.name))) {
    const own = wanted.filter((each) => each.name === name);
    const [first] = own;
    if (first === undefined || !isForAll(reading, file, own)) continue;
    written = withImage(written, file, { name, image: first.image });
    for (const { manifest, container, image } of own) {
      const maker = reading.makers.get(manifest);
      const made = maker?.is === 'kustomization' ? maker.generated : manifest.object;
      const base = bases.get(manifest) ?? made;
      const edits = imageEdits({ ...manifest, object: base, at: [] }, container, image);
      bases.set(manifest, editedObject(base, edits));
    }
  }
  return { text: written, bases };
}

/** What kustomize's own images can change: whole references of containers. */
function wantedOf({ manifest, images = [] }: ObjectChange): Wanted[] {
  const containers = containersOf(manifest.object);
  return images.flatMap(({ container, image }) => {
    const found = containers.find(({ name }) => name === container);
    const isPod = found?.at.form === 'whole' && found.at.image.includes('containers');
    const isInit = found?.at.form === 'whole' && found.at.image.includes('initContainers');
    if (found === undefined || (!isPod && !isInit)) return [];
    return [{ manifest, container, image, name: nameIn(found.image) }];
  });
}

/** The name before tag and digest. */
function nameIn(reference: string): string {
  const [name = ''] = reference.split('@');
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
}

/** Whether every container with that image name is to get the same new image. */
function isForAll(reading: Reading, file: string, own: readonly Wanted[]): boolean {
  const [first] = own;
  if (first === undefined) return false;
  const isSame = own.every(({ image }) => fullName(image) === fullName(first.image));
  if (!isSame) return false;
  for (const [manifest, maker] of reading.makers) {
    if (maker.is !== 'kustomization' || maker.file !== file) continue;
    for (const { name, image } of containersOf(maker.generated)) {
      if (nameIn(image) !== first.name) continue;
      const isMeant = own.some((each) => each.manifest === manifest && each.container === name);
      if (!isMeant) return false;
    }
  }
  return true;
}

function fullName({ domain, path, tag }: NewImage): string {
  return `${domain === undefined ? '' : `${domain}/`}${path}:${tag}`;
}

interface Entry {
  readonly name: string;
  readonly newName?: string;
  readonly hasDigest: boolean;
}

/** What an entry makes of its image's name. */
function nameAfter({ name, newName = name }: Entry): string {
  return newName;
}

function entriesOf(text: string, file: string): Entry[] {
  const found = parse(text, { file });
  const list = isRecord(found) ? found['images'] : undefined;
  if (!Array.isArray(list)) return [];
  return list.map((each: unknown) => {
    const { name, newName, digest } = isRecord(each) ? each : {};
    return {
      name: String(name ?? ''),
      ...(typeof newName === 'string' ? { newName } : {}),
      hasDigest: digest !== undefined,
    };
  });
}

/** The kustomization's text with an entry for an image: the one that is there, changed, or a new one. */
function withImage(
  text: string,
  file: string,
  { name, image }: { readonly name: string; readonly image: NewImage },
): string {
  const entries = entriesOf(text, file);
  const found = entries.findIndex((entry) => nameAfter(entry) === name);
  const target = fullName(image);
  const newName = target.slice(0, target.length - image.tag.length - 1);
  const fields = { ...(newName === name ? {} : { newName }), newTag: image.tag };
  if (entries.length === 0) {
    const start = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    return `${start}${stringify({ images: [{ name, ...fields }] })}`;
  }
  if (found === -1) return withEntry(text, entries.length, { name, ...fields });
  const edits = Object.entries(fields).map(([field, value]) => editAt([found, field], value));
  const hasDigest = entries[found]?.hasDigest === true;
  return editFile(text, hasDigest ? [...edits, editAt([found, 'digest'], undefined)] : edits);
}

function editAt(path: FileEdit['path'], value: string | undefined): FileEdit {
  return { document: 0, path: ['images', ...path], value };
}

const placeholder = 'flux-image-entry';

/** The list with one more entry. Single values can be appended, so one stands in for the map at first. */
function withEntry(text: string, at: number, fields: Readonly<Record<string, string>>): string {
  const held = editFile(text, [editAt([at], placeholder)]);
  const inFlow = JSON.stringify(fields);
  return held.replace(
    new RegExp(`^( *)- ${placeholder}$|${placeholder}`, 'm'),
    (_match, indent: string | undefined) => {
      if (indent === undefined) return inFlow;
      const lines = stringify(fields).trimEnd().split('\n');
      return `${indent}- ${lines.join(`\n${indent}  `)}`;
    },
  );
}
