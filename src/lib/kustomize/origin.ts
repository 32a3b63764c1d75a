import { posix } from 'node:path';
import { stringify } from '../yaml/index.ts';
import type { Resource } from './resource/resource.ts';

export const originAnnotation = 'config.kubernetes.io/origin';

/** Where an object comes from, as `buildMetadata: [originAnnotations]` writes it. */
export interface Origin {
  readonly path: string;
  below(path: string): Origin;
  mark(resource: Resource): void;
}

export function originOf(buildMetadata: readonly string[]): Origin | undefined {
  return buildMetadata.includes('originAnnotations') ? makeOrigin('') : undefined;
}

function makeOrigin(path: string): Origin {
  return {
    path,
    below: (more) => makeOrigin(posix.join(path, more)),
    mark: (resource) => annotate(resource, { path }),
  };
}

/** The note on an object that a kustomization generated. */
export function markGenerated(
  resource: Resource,
  { origin, fileName, by }: { origin: Origin; fileName: string; by: string },
): void {
  annotate(resource, {
    configuredIn: posix.join(origin.path, fileName),
    configuredBy: { apiVersion: 'builtin', kind: by },
  });
}

function annotate(resource: Resource, note: unknown): void {
  resource.setMetaMap('annotations', {
    ...resource.metaMap('annotations'),
    [originAnnotation]: stringify(note),
  });
}
