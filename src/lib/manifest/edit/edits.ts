import { notFound } from '../../../base/index.ts';
import { edit } from '../../yaml/index.ts';
import { textMap } from '../manifest.ts';
import type { Manifest } from '../manifest.ts';
import { policyAnnotation } from '../policies.ts';
import { containersOf } from '../workload/containers.ts';
import type { FieldPath, ImagePlace } from '../workload/containers.ts';

/** A new image for one container, in the parts in which a file may hold it. */
export interface NewImage {
  /** Domain as written, absent for Docker Hub's short form. */
  readonly domain?: string;
  /** Name without domain and tag. */
  readonly path: string;
  readonly tag: string;
}

/** One change of one scalar of a file, as lib/yaml's `edit` takes it. */
export interface FileEdit {
  readonly document: number;
  readonly path: ReadonlyArray<string | number>;
  readonly value: string | undefined;
}

/** The edits that give one container of a manifest a new image. Throws when there is no such container. */
export function imageEdits(manifest: Manifest, container: string, image: NewImage): FileEdit[] {
  const found = containersOf(manifest.object).find(({ name }) => name === container);
  if (found === undefined) {
    const { kind, metadata } = manifest.object;
    throw notFound(`${manifest.file}: ${kind} ${metadata.name} has no container "${container}"`);
  }
  return placeEdits(found.at, image).map(({ path, value }) => ({
    document: manifest.document,
    path: [...manifest.at, ...path],
    value,
  }));
}

function placeEdits(place: ImagePlace, image: NewImage): { path: FieldPath; value: string }[] {
  const name = image.domain === undefined ? image.path : `${image.domain}/${image.path}`;
  if (place.form === 'whole') return [{ path: place.image, value: `${name}:${image.tag}` }];
  const base = place.registry === undefined ? name : image.path;
  const edits: { path: FieldPath; value: string }[] = [];
  if (place.registry !== undefined && image.domain !== undefined) {
    edits.push({ path: place.registry, value: image.domain });
  }
  if (place.tag === undefined) {
    return [...edits, { path: place.image, value: `${base}:${image.tag}` }];
  }
  return [...edits, { path: place.image, value: base }, { path: place.tag, value: image.tag }];
}

/**
 * The edits that set policies (`automated`, `tag.app` …), or remove those whose value is undefined.
 * The map of annotations goes with its last key.
 */
export function policyEdits(
  manifest: Manifest,
  policies: Readonly<Record<string, string | undefined>>,
): FileEdit[] {
  const before = textMap(manifest.object, 'annotations');
  const after = new Map(Object.entries(before));
  const edits: FileEdit[] = [];
  for (const [policy, value] of Object.entries(policies)) {
    const key = policyAnnotation(manifest.object, policy);
    if (before[key] === value) continue;
    if (value === undefined) after.delete(key);
    else after.set(key, value);
    edits.push(annotationEdit(manifest, key, value));
  }
  if (edits.length === 0 || after.size > 0) return edits;
  return [annotationEdit(manifest, undefined, undefined)];
}

function annotationEdit(
  manifest: Manifest,
  key: string | undefined,
  value: string | undefined,
): FileEdit {
  const path = [...manifest.at, 'metadata', 'annotations', ...(key === undefined ? [] : [key])];
  return { document: manifest.document, path, value };
}

/** A file's text after the edits; every other byte stays. */
export function editFile(text: string, edits: readonly FileEdit[]): string {
  return edit(
    text,
    edits.map(({ document, path, value }) => ({ document, path: [...path], value })),
  );
}
