import { createHash } from 'node:crypto';
import { isRecord } from '../../base/index.ts';
import { RegistryRefusal } from './errors.ts';
import { algorithmOf, digestName, isDigest, tagName } from './names.ts';
import type { RegistryCall, Room } from './registry.ts';
import type { StoredManifest } from './storage.ts';

const maxManifestBytes = 4 * 2 ** 20;
const indexType = 'application/vnd.oci.image.index.v1+json';

/** `GET`, `HEAD`, `PUT` and `DELETE /v2/<name>/manifests/<tag or digest>`. */
export function serveManifests(room: Room, call: RegistryCall): Promise<Response> {
  const { method } = call;
  if (method === 'GET' || method === 'HEAD') return get(room, call);
  if (method === 'PUT') return put(room, call);
  if (method === 'DELETE') return remove(room, call);
  throw new RegistryRefusal('UNSUPPORTED', `${method} is not served for manifests`);
}

async function get(room: Room, call: RegistryCall): Promise<Response> {
  const { repository, reference } = call;
  const digest = isDigest(reference)
    ? reference
    : await room.storage.tag(repository, tagName(reference));
  const manifest = digest && (await room.storage.manifest(repository, digest));
  if (!manifest) throw unknownManifest(repository, reference);
  const headers = {
    'content-type': manifest.mediaType,
    'content-length': String(manifest.bytes.length),
    'docker-content-digest': manifest.digest,
    etag: `"${manifest.digest}"`,
  };
  const body = call.method === 'HEAD' ? null : new Uint8Array(manifest.bytes);
  return new Response(body, { headers });
}

async function put(room: Room, call: RegistryCall): Promise<Response> {
  const { repository, reference, request } = call;
  const tags = tagsOf(call);
  const bytes = await limitedBody(request);
  const algorithm = isDigest(reference) ? algorithmOf(reference) : 'sha256';
  const digest = `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
  if (isDigest(reference) && reference !== digest) {
    throw new RegistryRefusal('DIGEST_INVALID', `the manifest has digest ${digest}`);
  }
  const manifest = parseManifest(bytes);
  const mediaType = typeOf(request, manifest);
  await checkContent(room, repository, manifest);
  const subject = subjectOf(manifest);
  await room.storage.putManifest(repository, { digest, mediaType, bytes }, subject);
  for (const tag of tags) {
    await room.storage.putTag(repository, tag, digest);
    room.options.log.info('', { event: 'image-pushed', repository, tag, digest });
    room.options.onPush({ repository, tag, digest });
  }
  const headers = {
    location: `/v2/${repository}/manifests/${digest}`,
    'docker-content-digest': digest,
    'content-length': '0',
    ...(subject === undefined ? {} : { 'oci-subject': subject }),
  };
  const answer = new Response(null, { status: 201, headers });
  if (isDigest(reference)) for (const tag of tags) answer.headers.append('oci-tag', tag);
  return answer;
}

/** The tags that a push sets: the one in its path, or those in the query of a push by digest. */
function tagsOf({ reference, url }: RegistryCall): string[] {
  if (!isDigest(reference)) return [tagName(reference)];
  return url.searchParams.getAll('tag').map(tagName);
}

async function remove(room: Room, call: RegistryCall): Promise<Response> {
  const { repository, reference } = call;
  const removed = isDigest(reference)
    ? await room.storage.removeManifest(repository, reference)
    : await room.storage.removeTag(repository, tagName(reference));
  if (!removed) throw unknownManifest(repository, reference);
  return new Response(null, { status: 202 });
}

/** `GET /v2/<name>/referrers/<digest>`: manifests that name this one as their subject. */
export async function serveReferrers(room: Room, call: RegistryCall): Promise<Response> {
  const wanted = call.url.searchParams.get('artifactType');
  const all = await room.storage.referrers(call.repository, digestName(call.reference));
  const manifests = all
    .map(describe)
    .filter(({ artifactType }) => wanted === null || artifactType === wanted);
  const headers: Record<string, string> = { 'content-type': indexType };
  if (wanted !== null) headers['oci-filters-applied'] = 'artifactType';
  return Response.json({ schemaVersion: 2, mediaType: indexType, manifests }, { headers });
}

function describe({ digest, mediaType, bytes }: StoredManifest): Record<string, unknown> {
  const manifest = parseManifest(bytes);
  const config = manifest['config'];
  const artifactType =
    manifest['artifactType'] ?? (isRecord(config) ? config['mediaType'] : undefined);
  const { annotations } = manifest;
  return {
    mediaType,
    digest,
    size: bytes.length,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

async function limitedBody(request: Request): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > maxManifestBytes) {
      throw new RegistryRefusal('SIZE_INVALID', `a manifest may have ${maxManifestBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseManifest(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (isRecord(value)) return value;
  } catch {
    // Told below.
  }
  throw new RegistryRefusal('MANIFEST_INVALID', 'the manifest is not a JSON object');
}

function typeOf(request: Request, manifest: Record<string, unknown>): string {
  const sent = request.headers.get('content-type')?.split(';')[0]?.trim();
  const written = manifest['mediaType'];
  if (typeof written === 'string' && sent !== undefined && sent !== '' && sent !== written) {
    throw new RegistryRefusal(
      'MANIFEST_INVALID',
      `the manifest says ${written}, Content-Type says ${sent}`,
    );
  }
  if (sent !== undefined && sent !== '') return sent;
  if (typeof written === 'string') return written;
  throw new RegistryRefusal('MANIFEST_INVALID', 'the manifest has no media type');
}

function subjectOf(manifest: Record<string, unknown>): string | undefined {
  const { subject } = manifest;
  return isRecord(subject) ? digestName(String(subject['digest'])) : undefined;
}

/** A manifest is taken only when everything it names is there: a tag never leads to a hole. */
async function checkContent(
  room: Room,
  repository: string,
  manifest: Record<string, unknown>,
): Promise<void> {
  const blobs = [
    manifest['config'],
    ...listOf(manifest['layers']),
    ...listOf(manifest['fsLayers']),
  ];
  for (const blob of blobs.filter(isRecord)) {
    if (listOf(blob['urls']).length > 0) continue;
    const digest = digestName(String(blob['digest'] ?? blob['blobSum']));
    if ((await room.storage.blobSize(repository, digest)) !== undefined) continue;
    throw new RegistryRefusal('MANIFEST_BLOB_UNKNOWN', `blob ${digest} is not in ${repository}`);
  }
  for (const entry of listOf(manifest['manifests']).filter(isRecord)) {
    const digest = digestName(String(entry['digest']));
    if (await room.storage.manifest(repository, digest)) continue;
    throw new RegistryRefusal(
      'MANIFEST_BLOB_UNKNOWN',
      `manifest ${digest} is not in ${repository}`,
    );
  }
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function unknownManifest(repository: string, reference: string): RegistryRefusal {
  return new RegistryRefusal('MANIFEST_UNKNOWN', `${repository} has no manifest ${reference}`);
}
