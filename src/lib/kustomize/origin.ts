import { posix } from 'node:path';
import type { Resource } from './resource/resource.ts';

export const originAnnotation = 'config.kubernetes.io/origin';
export const transformationsAnnotation = 'alpha.config.kubernetes.io/transformations';

/** A folder, or a file, seen from the one that is built; notes on objects name it. */
export interface Origin {
  readonly path: string;
  below(path: string): Origin;
}

/** Where a build starts, when its `buildMetadata` asks for anything. */
export function originOf(buildMetadata: readonly string[]): Origin | undefined {
  return buildMetadata.length > 0 ? makeOrigin('') : undefined;
}

function makeOrigin(path: string): Origin {
  return { path, below: (more) => makeOrigin(posix.join(path, more)) };
}

/** Notes the file that an object was read from. */
export function markRead(resource: Resource, origin: Origin): void {
  annotate(resource, originAnnotation, `path: ${origin.path}\n`);
}

/** Notes the kustomization and the built-in generator that made an object. */
export function markGenerated(resource: Resource, file: Origin, kind: string): void {
  annotate(resource, originAnnotation, configured(file, kind));
}

/** Notes that a built-in transformer of a kustomization went over an object. */
export function markTransformed(resource: Resource, file: Origin, kind: string): void {
  const notes = resource.metaMap('annotations');
  if (notes[originAnnotation] === undefined) {
    markGenerated(resource, file, kind);
    return;
  }
  const before = notes[transformationsAnnotation] ?? '';
  const lines = configured(file, kind)
    .replaceAll(/^(?=.)/gm, '  ')
    .replace('  ', '- ');
  annotate(resource, transformationsAnnotation, before + lines);
}

function configured({ path }: Origin, kind: string): string {
  return `configuredIn: ${path}\nconfiguredBy:\n  apiVersion: builtin\n  kind: ${kind}\n`;
}

function annotate(resource: Resource, key: string, text: string): void {
  resource.setMetaMap('annotations', { ...resource.metaMap('annotations'), [key]: text });
}

/** Takes the notes away that were not asked for. */
export function dropNotes(resource: Resource, buildMetadata: readonly string[]): void {
  const notes = resource.metaMap('annotations');
  if (!buildMetadata.includes('originAnnotations')) Reflect.deleteProperty(notes, originAnnotation);
  if (!buildMetadata.includes('transformerAnnotations')) {
    Reflect.deleteProperty(notes, transformationsAnnotation);
  }
  // Written back in any case, as texts; an empty map goes.
  resource.setMetaMap('annotations', notes);
}
