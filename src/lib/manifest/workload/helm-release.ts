import { isRecord } from '../../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { textMap } from '../manifest.ts';
import type { Container, FieldPath, ImagePlace } from './containers.ts';

const groups: Readonly<Record<string, readonly string[]>> = {
  HelmRelease: ['helm.fluxcd.io/', 'flux.weave.works/'],
  FluxHelmRelease: ['helm.integrations.flux.weave.works/'],
};

/** Name of the container that is `values.image` itself. */
const chartImage = 'chart-image';

/** Whether an object is a HelmRelease of any version that Flux knew. */
export function isHelmRelease(object: KubeObject): boolean {
  return groups[object.kind]?.some((group) => object.apiVersion.startsWith(group)) === true;
}

/**
 * The images in the values of a HelmRelease: `values` itself when it has an image, each top-level map
 * that has one, and those that annotations map by path. `chart-image` first, then by name.
 */
export function helmReleaseContainers(object: KubeObject): Container[] {
  const spec = object['spec'];
  const values = isRecord(spec) && isRecord(spec['values']) ? spec['values'] : {};
  const found = new Map<string, Container>();
  const add = (name: string, image: ReadImage | undefined): void => {
    if (image !== undefined) found.set(name, { name, ...image });
  };
  add(chartImage, imageIn(values, ['spec', 'values']));
  for (const [key, value] of Object.entries(values)) {
    if (isRecord(value)) add(key, imageIn(value, ['spec', 'values', key]));
  }
  for (const [alias, map] of aliases(object)) add(alias, mappedImage(values, map));
  return [...found.values()].toSorted((a, b) => rank(a.name, b.name));
}

type ReadImage = Omit<Container, 'name'>;

function rank(a: string, b: string): number {
  if (a === chartImage || b === chartImage) return a === chartImage ? -1 : 1;
  return a < b ? -1 : 1;
}

/** The six forms of an image in a map of values (Flux reference 6.4). */
function imageIn(map: JsonRecord, path: FieldPath): ReadImage | undefined {
  const image = map['image'];
  if (isRecord(image)) {
    return partsOf(image, 'repository', [...path, 'image']);
  }
  return partsOf(map, 'image', path);
}

function partsOf(map: JsonRecord, name: string, path: FieldPath): ReadImage | undefined {
  const image = textIn(map, name);
  if (image === undefined) return undefined;
  const tag = textIn(map, 'tag');
  const registry = textIn(map, 'registry');
  const place: ImagePlace =
    tag === undefined && registry === undefined
      ? { form: 'whole', image: [...path, name] }
      : {
          form: 'parts',
          image: [...path, name],
          ...(tag === undefined ? {} : { tag: [...path, 'tag'] }),
          ...(registry === undefined ? {} : { registry: [...path, 'registry'] }),
        };
  return { image: joined(image, tag, registry), at: place };
}

function joined(image: string, tag: string | undefined, registry: string | undefined): string {
  return `${registry === undefined ? '' : `${registry}/`}${image}${tag === undefined ? '' : `:${tag}`}`;
}

/** A text that is not empty; a number counts as absent, as in Flux. */
function textIn(map: JsonRecord, key: string): string | undefined {
  const value = map[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

interface PathMap {
  repository?: string;
  registry?: string;
  tag?: string;
}

function aliases(object: KubeObject): Map<string, PathMap> {
  const found = new Map<string, PathMap>();
  for (const [key, value] of Object.entries(textMap(object, 'annotations'))) {
    const [, part, alias] = /^(repository|registry|tag)\.fluxcd\.io\/(.+)$/.exec(key) ?? [];
    if (alias === undefined) continue;
    found.set(alias, { ...found.get(alias), [part as keyof PathMap]: value });
  }
  return found;
}

function mappedImage(values: JsonRecord, map: PathMap): ReadImage | undefined {
  const image = mappedText(values, map.repository);
  if (image === undefined) return undefined;
  const tag = mappedText(values, map.tag);
  const registry = mappedText(values, map.registry);
  const place: ImagePlace =
    tag === undefined && registry === undefined
      ? { form: 'whole', image: image.path }
      : {
          form: 'parts',
          image: image.path,
          ...(tag === undefined ? {} : { tag: tag.path }),
          ...(registry === undefined ? {} : { registry: registry.path }),
        };
  return { image: joined(image.text, tag?.text, registry?.text), at: place };
}

function mappedText(
  values: JsonRecord,
  dotted: string | undefined,
): { readonly text: string; readonly path: FieldPath } | undefined {
  if (dotted === undefined) return undefined;
  const keys = dotted.split('.');
  const value = keys.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), values);
  return typeof value === 'string' && value !== ''
    ? { text: value, path: ['spec', 'values', ...keys] }
    : undefined;
}
