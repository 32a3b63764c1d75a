import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { RegistryRefusal } from './errors.ts';
import { digestName } from './names.ts';
import type { RegistryCall, Room } from './registry.ts';

/** `GET`, `HEAD` and `DELETE /v2/<name>/blobs/<digest>`, one range at a time. */
export async function serveBlobs({ storage }: Room, call: RegistryCall): Promise<Response> {
  const digest = digestName(call.reference);
  const { repository, method } = call;
  const size = await storage.blobSize(repository, digest);
  if (size === undefined)
    throw new RegistryRefusal('BLOB_UNKNOWN', `blob ${digest} is not in ${repository}`);
  if (method === 'DELETE') {
    await storage.removeBlob(repository, digest);
    return new Response(null, { status: 202 });
  }
  if (method !== 'GET' && method !== 'HEAD') throw new RegistryRefusal('UNSUPPORTED', method);
  const headers = {
    'content-type': 'application/octet-stream',
    'docker-content-digest': digest,
    etag: `"${digest}"`,
    'accept-ranges': 'bytes',
    'cache-control': 'max-age=31536000',
  };
  const range = rangeOf(call.request.headers.get('range'), size);
  const { from, to } = range ?? { from: 0, to: size - 1 };
  const length = { 'content-length': String(to - from + 1) };
  const partial = range ? { 'content-range': `bytes ${from}-${to}/${size}` } : {};
  const isEmpty = method === 'HEAD' || size === 0;
  const file = isEmpty
    ? null
    : createReadStream(storage.blobPath(digest), { start: from, end: to });
  const body = file === null ? null : (Readable.toWeb(file) as ReadableStream<Uint8Array>);
  return new Response(body, {
    status: range ? 206 : 200,
    headers: { ...headers, ...length, ...partial },
  });
}

/** The bytes of a `Range` header, both ends included; undefined when the whole is wanted. */
function rangeOf(header: string | null, size: number): { from: number; to: number } | undefined {
  const found = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (found === null || (found[1] === '' && found[2] === '')) return undefined;
  const [, first = '', last = ''] = found;
  const from = first === '' ? Math.max(size - Number(last), 0) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (from <= to) return { from, to };
  const headers = { 'content-range': `bytes */${size}` };
  throw new RegistryRefusal('RANGE_INVALID', `the blob has ${size} bytes`, headers);
}
