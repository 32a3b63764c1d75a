import type { Clock, Logger } from '../../base/index.ts';
import type { ImageRef, ImageStore } from '../../lib/oci/index.ts';
import type { BaseImage } from './base-image.ts';
import type { Template } from './template.ts';

/** What a builder is asked to make. */
export interface BuildTask {
  readonly name: string;
  readonly ref: ImageRef;
  /** The laid-out folder. */
  readonly context: string;
  readonly template: Template;
  /** Images are kept here. */
  readonly store: ImageStore;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly noCache: boolean;
  /** What our own builder puts below its layers. A Dockerfile names its base itself. */
  readonly base?: BaseImage;
  /** When the image says it was made; the clock's time when absent and the content is new. */
  readonly created?: Date;
  readonly clock: Clock;
  readonly log: Logger;
  /** Lines a person wants to see while it runs. */
  readonly onLine: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface BuiltImage {
  /** As named. */
  readonly image: string;
  readonly digest: string;
  /** `trice`, `buildah`, `podman` or `docker`. */
  readonly builder: string;
  /** Layers that were taken from an earlier build, and all of them. */
  readonly cachedLayers: number;
  readonly layers: number;
  /** What a person should know, such as dependencies that are not installed. */
  readonly warnings: readonly string[];
}

/** Makes an image of a context and keeps it in the store. */
export interface Builder {
  readonly name: string;
  build(task: BuildTask): Promise<BuiltImage>;
}
