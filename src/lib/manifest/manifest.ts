import type { JsonRecord, KubeObject } from '../../base/index.ts';

/** An object as a file of a repository declares it. Lines and documents are those of the file's text. */
export interface Manifest {
  readonly object: KubeObject;
  /** Path in the repository, with `/`. */
  readonly file: string;
  /** First line of the document, from 1. */
  readonly line: number;
  /** Which document of the file, from 0; empty documents are not counted. */
  readonly document: number;
  /** Where the object stands inside its document: `[]`, or `['items', 3]` in a List. */
  readonly at: ReadonlyArray<string | number>;
  /** It stood in an encrypted file: nothing of it may be shown, whatever its kind. */
  readonly isDecrypted?: boolean;
}

/** Why one file could not be read. The other files of the repository are not affected. */
export interface ManifestFailure {
  readonly file: string;
  readonly line?: number;
  readonly message: string;
}

/** A file of a repository: its path and its text. */
export interface ManifestFile {
  readonly path: string;
  readonly text: string;
}

/** What a set of files declares, and which of them could not be read. */
export interface Manifests {
  readonly manifests: Manifest[];
  readonly failures: ManifestFailure[];
}

/** Annotations or labels of any object, `{}` when it has none or they are not a map of texts. */
export function textMap(
  object: KubeObject,
  field: 'annotations' | 'labels',
): Record<string, string> {
  const found: unknown = (object.metadata as unknown as JsonRecord | undefined)?.[field];
  return typeof found === 'object' && found !== null ? (found as Record<string, string>) : {};
}
