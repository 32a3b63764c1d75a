import { KnownError, invalid, isRecord, systemClock } from '../../base/index.ts';
import type { Clock } from '../../base/index.ts';
import type { Transport } from '../http/index.ts';
import type {
  FetchedManifest,
  ImageConfig,
  ImageIndex,
  ImageManifest,
  Platform,
  RegistryClient,
  RegistryCredentials,
} from './client.ts';
import { checkDigestName, digestOf, verifying, wrongDigest } from './digest.ts';
import { imageText } from './image-ref.ts';
import type { ImageRef } from './image-ref.ts';
import { acceptedManifests } from './media-types.ts';
import { createRegistryAuth } from './registry-auth.ts';
import { createAsk } from './registry-http.ts';
import type { Ask } from './registry-http.ts';

export interface RegistryClientOptions {
  /** Node's own `fetch` unless told otherwise. */
  readonly transport?: Transport;
  readonly credentials?: RegistryCredentials;
  /** Registries that speak plain http; loopback hosts do anyway. */
  readonly insecureHosts?: readonly string[];
  readonly clock?: Clock;
}

const maxManifestBytes = 8 * 2 ** 20;
const maxPages = 1_000;
const usual: Platform = { os: 'linux', architecture: 'amd64' };

/** A client for any registry; tokens are kept as long as it lives. */
export function createRegistryClient(options: RegistryClientOptions = {}): RegistryClient {
  const { transport = fetch, clock = systemClock, insecureHosts = [] } = options;
  const auth = createRegistryAuth({ transport, clock, credentials: options.credentials });
  const ask = createAsk({ transport, auth, insecureHosts });
  return { ...reading(ask), ...writing(ask) };
}

type Reading = 'ping' | 'tags' | 'manifest' | 'image' | 'imageConfig' | 'blob' | 'hasBlob';

function reading(ask: Ask): Pick<RegistryClient, Reading> {
  return {
    ping: async (registry, signal) => {
      const ref = { domain: registry, path: '', text: registry };
      const response = await ask(ref, { path: '/v2/', signal });
      await response.body?.cancel();
    },
    tags: (ref, signal) => readTags(ask, ref, signal),
    manifest: (ref, signal) => fetchManifest(ask, ref, signal),
    image: async (ref, { platform = usual, signal } = {}) => {
      const { digest, manifest } = await platformManifest(ask, { ref, platform, signal });
      if (isRecord(manifest['config']))
        return { digest, manifest: manifest as unknown as ImageManifest };
      throw invalid(`${imageText(ref)} is no image of schema 2 or OCI`);
    },
    imageConfig: (ref, { platform = usual, signal } = {}) =>
      readConfig(ask, { ref, platform, signal }),
    blob: async (ref, digest, { range, signal } = {}) => {
      checkDigestName(digest);
      const headers = range === undefined ? {} : { range: `bytes=${range.from}-${range.to ?? ''}` };
      const response = await ask(ref, { path: `blobs/${digest}`, headers, signal });
      if (response.body === null) return new Blob([]).stream();
      const isWhole = range === undefined || response.status === 200;
      return isWhole ? response.body.pipeThrough(verifying(digest)) : response.body;
    },
    hasBlob: async (ref, digest) => {
      checkDigestName(digest);
      const path = `blobs/${digest}`;
      return (await ask(ref, { method: 'HEAD', path, expect: [404] })).ok;
    },
  };
}

type Writing = 'pushBlob' | 'pushManifest' | 'deleteManifest';

function writing(ask: Ask): Pick<RegistryClient, Writing> {
  const actions = 'pull,push';
  return {
    pushBlob: async (ref, { digest, bytes, mountFrom }) => {
      checkDigestName(digest);
      const there = await ask(ref, {
        method: 'HEAD',
        path: `blobs/${digest}`,
        actions,
        expect: [404],
      });
      if (there.ok) return;
      const mount = mountFrom === undefined ? '' : `?mount=${digest}&from=${mountFrom}`;
      const alsoPull = mountFrom === undefined ? {} : { alsoPull: mountFrom };
      const started = await ask(ref, {
        method: 'POST',
        path: `blobs/uploads/${mount}`,
        actions,
        ...alsoPull,
      });
      await started.body?.cancel();
      if (started.status === 201) return;
      const location = started.headers.get('location');
      if (location === null)
        throw new KnownError('failed', `registry gave no upload location for ${imageText(ref)}`);
      const path = `${location}${location.includes('?') ? '&' : '?'}digest=${digest}`;
      const headers = { 'content-type': 'application/octet-stream' };
      const done = await ask(ref, { method: 'PUT', path, headers, actions, body: bytes });
      await done.body?.cancel();
    },
    pushManifest: async (ref, { mediaType, bytes }) => {
      const digest = digestOf(bytes);
      if (ref.digest !== undefined && ref.digest !== digest) throw wrongDigest(ref.digest, digest);
      const path = `manifests/${ref.digest ?? ref.tag ?? 'latest'}`;
      const headers = { 'content-type': mediaType };
      const done = await ask(ref, { method: 'PUT', path, headers, actions, body: bytes });
      await done.body?.cancel();
      return digest;
    },
    deleteManifest: async (ref) => {
      const path = `manifests/${ref.digest ?? ref.tag ?? 'latest'}`;
      const done = await ask(ref, { method: 'DELETE', path, actions: 'pull,push,delete' });
      await done.body?.cancel();
    },
  };
}

async function readTags(
  ask: Ask,
  ref: ImageRef,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const tags: string[] = [];
  let path: string | undefined = 'tags/list';
  for (let page = 0; path !== undefined && page < maxPages; page += 1) {
    const response = await ask(ref, { path, signal });
    const body = (await response.json()) as { tags?: string[] | null };
    tags.push(...(body.tags ?? []));
    path = /<([^>]+)>\s*;\s*rel="?next"?/i.exec(response.headers.get('link') ?? '')?.[1];
  }
  return tags;
}

async function fetchManifest(
  ask: Ask,
  ref: ImageRef,
  signal: AbortSignal | undefined,
): Promise<FetchedManifest> {
  const path = `manifests/${ref.digest ?? ref.tag ?? 'latest'}`;
  const response = await ask(ref, { path, headers: { accept: acceptedManifests }, signal });
  const bytes = await limitedBytes(response, imageText(ref));
  const digest = digestOf(bytes);
  if (ref.digest?.startsWith('sha256:') && ref.digest !== digest)
    throw wrongDigest(ref.digest, digest);
  const manifest = parseJson(bytes, imageText(ref));
  const named = typeof manifest['mediaType'] === 'string' ? manifest['mediaType'] : undefined;
  const mediaType = response.headers.get('content-type')?.split(';')[0]?.trim() ?? named ?? '';
  return { digest, mediaType, manifest, bytes };
}

async function limitedBytes(response: Response, what: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxManifestBytes)
      throw new KnownError('too-large', `the document of ${what} is larger than 8 MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseJson(bytes: Buffer, what: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (isRecord(value)) return value;
  } catch {
    // Told below.
  }
  throw invalid(`the document of ${what} is not a JSON object`);
}

interface Wanted {
  readonly ref: ImageRef;
  readonly platform: Platform;
  readonly signal: AbortSignal | undefined;
}

/** The manifest a name stands for on a platform; an index is followed one step. */
async function platformManifest(
  ask: Ask,
  { ref, platform, signal }: Wanted,
): Promise<{ digest: string; manifest: Record<string, unknown> }> {
  const found = await fetchManifest(ask, ref, signal);
  const { manifests } = found.manifest as Partial<ImageIndex>;
  if (!Array.isArray(manifests))
    return { digest: found.digest, manifest: found.manifest as Record<string, unknown> };
  const { os, architecture } = platform;
  const entry = (manifests as ImageIndex['manifests']).find(
    (each) => each.platform?.os === os && each.platform.architecture === architecture,
  );
  if (entry === undefined) {
    // Flux's words for an image that it leaves out.
    throw new KnownError(
      'unsupported',
      `no suitable manifest (${os} ${architecture}) in manifestlist`,
    );
  }
  const inner = await fetchManifest(ask, { ...ref, digest: entry.digest }, signal);
  return { digest: inner.digest, manifest: inner.manifest as Record<string, unknown> };
}

async function readConfig(ask: Ask, wanted: Wanted): Promise<ImageConfig> {
  const { ref, signal } = wanted;
  const { manifest } = await platformManifest(ask, wanted);
  if (manifest['schemaVersion'] === 1) return schema1Config(manifest, imageText(ref));
  const { config } = manifest as Partial<ImageManifest>;
  if (config === undefined)
    throw invalid(`the manifest of ${imageText(ref)} names no configuration`);
  const response = await ask(ref, { path: `blobs/${config.digest}`, signal });
  const bytes = await limitedBytes(response, imageText(ref));
  if (digestOf(bytes) !== config.digest) throw wrongDigest(config.digest, digestOf(bytes));
  return completeConfig(parseJson(bytes, imageText(ref)));
}

/** The configuration of an old image is a JSON text in the first entry of its history. */
function schema1Config(manifest: Record<string, unknown>, what: string): ImageConfig {
  const [first] = (manifest['history'] ?? []) as Array<{ v1Compatibility?: string }>;
  return completeConfig(parseJson(Buffer.from(first?.v1Compatibility ?? '{}'), what));
}

function completeConfig(raw: Record<string, unknown>): ImageConfig {
  const known = raw as Partial<ImageConfig>;
  return {
    ...raw,
    created: known.created ?? '',
    architecture: known.architecture ?? '',
    os: known.os ?? '',
    config: known.config ?? {},
  };
}
