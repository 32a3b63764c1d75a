import type { KubeObject } from '../../base/index.ts';
import type { Mirror } from '../git/index.ts';
import type { Manifest, ManifestFailure } from '../manifest/index.ts';
import type { Updater } from './generate/flux-yaml.ts';

/** What one revision of a repository declares. */
export interface Reading {
  readonly revision: string;
  readonly manifests: readonly Manifest[];
  readonly failures: readonly ManifestFailure[];
  /**
   * What the files that cannot be read now declared when they last could: those objects stay as they
   * are. `undefined`: some file never was readable, so nobody knows what it stands for.
   */
  readonly lastGood: readonly Manifest[] | undefined;
  /** Who made the manifests that do not stand in a file as they are. */
  readonly makers: ReadonlyMap<Manifest, Maker>;
}

/** What made a manifest. Paths are from the root of the repository, `''` is the root. */
export type Maker =
  /** A kustomization, built here, with the patch file beside it laid over what it makes. */
  | {
      readonly is: 'kustomization';
      readonly folder: string;
      readonly file: string;
      readonly patchFile: string;
      /** As the kustomization makes it. */
      readonly generated: KubeObject;
    }
  /** Commands of a `.flux.yaml`, with a patch file laid over what they print. */
  | {
      readonly is: 'patch';
      /** Where the commands run. */
      readonly folder: string;
      /** The `.flux.yaml`. */
      readonly file: string;
      readonly patchFile: string;
      /** As the commands printed it. */
      readonly generated: KubeObject;
    }
  /** Commands of a `.flux.yaml` that has commands for updates, too. */
  | {
      readonly is: 'commands';
      readonly folder: string;
      readonly file: string;
      readonly updaters: readonly Updater[];
    };

/** Where revisions are read: a mirror of a repository, or files in memory. */
export type Source = Pick<Mirror, 'files' | 'read' | 'load' | 'log' | 'export'>;

/** Reads revisions; what did not change is not read again, and keeps its objects' identity. */
export interface RevisionReader {
  /**
   * Throws when the revision cannot be read as a whole: a git path that is missing, a command that
   * failed. A bad file is no such failure: it is in the result. The signal ends commands.
   */
  read(revision: string, signal?: AbortSignal): Promise<Reading>;
}

/** A part of a reading, before the parts are put together. */
export type Part = Omit<Reading, 'revision'>;

/** The parts as one; if one part does not know what its bad files stood for, the whole does not. */
export function joinParts(revision: string, parts: readonly Part[]): Reading {
  const isKnown = parts.every(({ lastGood }) => lastGood !== undefined);
  return {
    revision,
    manifests: parts.flatMap(({ manifests }) => manifests),
    failures: parts.flatMap(({ failures }) => failures),
    lastGood: isKnown ? parts.flatMap(({ lastGood }) => lastGood ?? []) : undefined,
    makers: new Map(parts.flatMap(({ makers }) => [...makers])),
  };
}
