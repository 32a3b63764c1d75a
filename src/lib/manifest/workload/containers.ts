import { isRecord } from '../../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { helmReleaseContainers, isHelmRelease } from './helm-release.ts';

/** A container of a workload, and its image as one text. */
export interface Container {
  readonly name: string;
  readonly image: string;
  /** Where the image stands, for an edit. */
  readonly at: ImagePlace;
}

/** The fields below the object's root that together hold an image. Paths as lib/yaml's edits take them. */
export type ImagePlace =
  /** One field holds the whole reference. */
  | { readonly form: 'whole'; readonly image: FieldPath }
  /** Name and tag, and maybe the registry, stand in fields of their own. */
  | {
      readonly form: 'parts';
      readonly image: FieldPath;
      readonly tag?: FieldPath;
      readonly registry?: FieldPath;
    };

export type FieldPath = ReadonlyArray<string | number>;

const podTemplatePaths: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

/** Whether Flux counts an object as a workload: what can be listed, released and automated. */
export function isWorkload(object: KubeObject): boolean {
  return object.kind in podTemplatePaths || isHelmRelease(object);
}

/** The containers and init containers of a workload, in the order in which fluxctl lists them. */
export function containersOf(object: KubeObject): Container[] {
  if (isHelmRelease(object)) return helmReleaseContainers(object);
  const path = podTemplatePaths[object.kind];
  if (path === undefined) return [];
  const spec = at(object, path);
  if (!isRecord(spec)) return [];
  return ['containers', 'initContainers'].flatMap((list) => listed(spec, list, path));
}

function listed(spec: JsonRecord, list: string, path: readonly string[]): Container[] {
  const containers = spec[list];
  if (!Array.isArray(containers)) return [];
  return containers.flatMap((container: unknown, index) => {
    if (!isRecord(container) || typeof container['name'] !== 'string') return [];
    const image = container['image'];
    if (typeof image !== 'string' || image === '') return [];
    const place: ImagePlace = { form: 'whole', image: [...path, list, index, 'image'] };
    return [{ name: container['name'], image, at: place }];
  });
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((here, key) => (isRecord(here) ? here[key] : undefined), value);
}
