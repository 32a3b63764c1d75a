import type { Hidden } from '../../base/index.ts';
import type { ImageRef } from './image-ref.ts';

/** Name and password for a registry (`index.docker.io` is Docker Hub). */
export type RegistryCredentials = (
  registry: string,
) => Promise<{ readonly username: string; readonly password: Hidden<string> } | undefined>;

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: {
    readonly os: string;
    readonly architecture: string;
    readonly variant?: string;
  };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An image's manifest, Docker schema 2 or OCI; `layers` from bottom to top. */
export interface ImageManifest {
  readonly schemaVersion: number;
  readonly mediaType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** One name for several platforms: Docker manifest list or OCI index. */
export interface ImageIndex {
  readonly schemaVersion: number;
  readonly mediaType?: string;
  readonly manifests: readonly Descriptor[];
}

/** What an image runs with, as container runtimes read it. */
export interface RunConfig {
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Labels?: Readonly<Record<string, string>>;
  readonly WorkingDir?: string;
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
}

/** The configuration blob of an image. */
export interface ImageConfig {
  /** RFC 3339, as the builder wrote it; '' when it wrote none. */
  readonly created: string;
  readonly architecture: string;
  readonly os: string;
  readonly config: RunConfig;
  readonly rootfs?: { readonly type: 'layers'; readonly diff_ids: readonly string[] };
}

export interface Platform {
  readonly os: string;
  readonly architecture: string;
}

export interface FetchedManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly manifest: ImageManifest | ImageIndex | Record<string, unknown>;
  /** Exactly as sent. */
  readonly bytes: Buffer;
}

/**
 * Speaks the registry protocol (v2, OCI distribution 1.1). Failures are KnownErrors: `not-found`,
 * `denied`, `unreachable`, `timeout`; `status` is the registry's answer (429: slow down). Content is checked against
 * its digest. Passwords are sent to the registry and the token server it names, nowhere else.
 */
export interface RegistryClient {
  /** Asks whether a registry is there and lets the caller in; throws when not. */
  ping(registry: string, signal?: AbortSignal): Promise<void>;
  /** Every tag of a repository, in the registry's order. */
  tags(ref: ImageRef, signal?: AbortSignal): Promise<string[]>;
  /** The manifest or index a tag or digest names (`latest` when neither is written). */
  manifest(ref: ImageRef, signal?: AbortSignal): Promise<FetchedManifest>;
  /** The manifest of one platform, an index resolved (linux/amd64 unless told otherwise). */
  image(
    ref: ImageRef,
    options?: { readonly platform?: Platform; readonly signal?: AbortSignal },
  ): Promise<{ readonly digest: string; readonly manifest: ImageManifest }>;
  /** Configuration of one platform's image. Understands Docker schema 1 too. */
  imageConfig(
    ref: ImageRef,
    options?: { readonly platform?: Platform; readonly signal?: AbortSignal },
  ): Promise<ImageConfig>;
  /** A blob as a stream that errors at its end when the content is not what the digest says; a range is not checked. */
  blob(
    ref: ImageRef,
    digest: string,
    options?: {
      readonly range?: { readonly from: number; readonly to?: number };
      readonly signal?: AbortSignal;
    },
  ): Promise<ReadableStream<Uint8Array>>;
  hasBlob(ref: ImageRef, digest: string): Promise<boolean>;
  /** Uploads a blob unless it is there; `mountFrom` is a repository of the same registry that may have it. */
  pushBlob(
    ref: ImageRef,
    blob: {
      readonly digest: string;
      readonly bytes: Uint8Array;
      readonly mountFrom?: string;
    },
  ): Promise<void>;
  /** Stores a manifest under the ref's tag, or by digest, and gives its digest. */
  pushManifest(
    ref: ImageRef,
    manifest: { readonly mediaType: string; readonly bytes: Uint8Array },
  ): Promise<string>;
  deleteManifest(ref: ImageRef): Promise<void>;
}
