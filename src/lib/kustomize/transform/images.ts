import { isRecord } from '../../../base/index.ts';
import type { TransformerConfig } from '../config/transformer-config.ts';
import { wrongKind } from '../merge/expect-kind.ts';
import type { Image } from '../read/kustomization.ts';
import { setField } from '../resource/blank.ts';
import type { Resource } from '../resource/resource.ts';
import { isScalar, scalarText } from '../resource/scalar-text.ts';
import { applyFieldSpec } from './apply-field-spec.ts';
import { compileGo } from './go-regexp.ts';

/** Changes the image of that name in all containers and in the configured fields. */
export function setImages(
  list: readonly Resource[],
  image: Image,
  config: TransformerConfig,
): void {
  const change = changer(image);
  for (const resource of list) {
    if (resource.kind === 'CustomResourceDefinition') continue;
    inContainers(resource.object, change);
    for (const spec of config.images) {
      // kustomize names no kind of node here, so that a missing field is never made.
      applyFieldSpec(resource, spec, (place) => {
        if (!isScalar(place.value)) throw wrongKind('ScalarNode', place.value);
        place.set(change(scalarText(place.value)));
      });
    }
  }
}

type Change = (text: string) => string;

function inContainers(value: unknown, change: Change): void {
  if (Array.isArray(value)) {
    for (const each of value) inContainers(each, change);
    return;
  }
  if (!isRecord(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    inContainers(inner, change);
    if (key !== 'containers' && key !== 'initContainers') continue;
    for (const container of Array.isArray(inner) ? inner : []) changeIn(container, change);
  }
}

function changeIn(container: unknown, change: Change): void {
  if (!isRecord(container)) {
    if (container === null || container === undefined) return;
    throw wrongKind('MappingNode', container);
  }
  const image = container['image'];
  if (image === undefined || image === null) return;
  if (!isScalar(image)) throw wrongKind('ScalarNode', image);
  setField(container, 'image', change(scalarText(image)));
}

function changer(image: Image): Change {
  const tagAndDigest =
    '(:[a-zA-Z0-9_.{}-]*)?(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?$';
  const pattern = compileGo(`^${image.name ?? ''}${tagAndDigest}`);
  return (text) => (pattern?.(text) === true ? changed(text, image) : text);
}

function changed(text: string, image: Image): string {
  const { newName = '', newTag = '', digest: newDigest = '', tagSuffix = '' } = image;
  let { name, tag, digest } = split(text);
  if (newName !== '') name = newName;
  if (newTag !== '' || newDigest !== '') {
    tag = newTag;
    digest = newDigest;
  } else if (tagSuffix !== '') {
    tag += tagSuffix;
    digest = '';
  }
  return name + (tag === '' ? '' : `:${tag}`) + (digest === '' ? '' : `@${digest}`);
}

/** Cuts an image at its tag and digest; a colon before the first `/` belongs to a port. */
function split(text: string): { name: string; tag: string; digest: string } {
  const slash = Math.max(text.indexOf('/'), 0);
  const at = text.indexOf('@', slash);
  const colon = text.indexOf(':', slash);
  const digest = at < 0 ? '' : text.slice(at + 1);
  const end = at < 0 ? text.length : at;
  if (colon < 0 || colon > end) return { name: text.slice(0, end), tag: '', digest };
  return { name: text.slice(0, colon), tag: text.slice(colon + 1, end), digest };
}
