import { createHash } from 'node:crypto';
import type { KubeObject } from '../../base/index.ts';
import { isRecord } from '../../base/index.ts';
import { textMap } from './manifest.ts';

/** Annotation that holds the checksum of the object as git has it. */
export const checksumAnnotation = 'fluxcd.io/sync-checksum';
/** Label that says which sync made an object; garbage collection touches only what carries it. */
export const gcMarkLabel = 'fluxcd.io/sync-gc-mark';

/**
 * One text for one content: JSON with sorted keys. It is what is compared and hashed; fluxd hashes
 * YAML, so an object that fluxd applied is written once more when we take over, and never again.
 */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value ?? null);
  const entries = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonicalText(value[key])}`);
  return `{${entries.join(',')}}`;
}

/** Hexadecimal SHA-1 of an object's content. */
export function checksumOf(object: KubeObject): string {
  return createHash('sha1').update(canonicalText(object)).digest('hex');
}

/** The name of a sync: the same for the same repository, branch and paths. `url` has no password. */
export function syncSetName(source: {
  readonly url: string;
  readonly branch: string;
  readonly paths: readonly string[];
}): string {
  const hash = createHash('sha256').update(source.url).update(source.branch);
  for (const path of source.paths) hash.update(path);
  return hash.digest('base64url');
}

/** The garbage collection mark of one object of one sync. */
export function gcMarkOf(setName: string, id: string): string {
  return `sha256.${createHash('sha256').update(setName).update(id).digest('base64url')}`;
}

/** The object with its checksum and mark; keys that the file itself has are kept. */
export function marked(object: KubeObject, setName: string, id: string): KubeObject {
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { [checksumAnnotation]: checksumOf(object), ...textMap(object, 'annotations') },
      labels: { [gcMarkLabel]: gcMarkOf(setName, id), ...textMap(object, 'labels') },
    },
  };
}
