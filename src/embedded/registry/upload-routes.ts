import { rm } from 'node:fs/promises';
import { RegistryRefusal } from './errors.ts';
import { algorithmOf, digestName, repositoryName } from './names.ts';
import type { RegistryCall, Room } from './registry.ts';
import { rangeOf } from './uploads.ts';

/** `/v2/<name>/blobs/uploads/…`: start (or mount, or all in one), add a chunk, ask, finish, give up. */
export function serveUploads(room: Room, call: RegistryCall): Promise<Response> {
  const { method, reference } = call;
  if (reference === '' && method === 'POST') return begin(room, call);
  if (reference !== '' && method === 'PATCH') return addChunk(room, call);
  if (reference !== '' && method === 'PUT') return finish(room, call, reference);
  if (reference !== '' && method === 'GET') return status(room, call);
  if (reference !== '' && method === 'DELETE') return cancel(room, call);
  throw new RegistryRefusal('UNSUPPORTED', `${method} is not served for uploads`);
}

async function begin(room: Room, call: RegistryCall): Promise<Response> {
  const { searchParams } = call.url;
  const mount = searchParams.get('mount');
  const from = searchParams.get('from');
  if (mount !== null && from !== null) {
    const digest = digestName(mount);
    const isMounted = await room.storage.mountBlob(call.repository, digest, repositoryName(from));
    if (isMounted) return created(call.repository, digest);
  }
  const id = await room.uploads.start();
  if (searchParams.has('digest')) return finish(room, call, id);
  return accepted(call.repository, id, 0);
}

async function addChunk(room: Room, call: RegistryCall): Promise<Response> {
  const { reference: id, request } = call;
  const size = await room.uploads.append(id, request.body, startOf(request));
  return accepted(call.repository, id, size);
}

/** Where a chunk says that it begins; undefined when it does not say. */
function startOf({ headers }: Request): number | undefined {
  const range = /^(?:bytes[ =])?(\d+)-\d+/.exec(headers.get('content-range') ?? '');
  return range === null ? undefined : Number(range[1]);
}

async function finish(room: Room, call: RegistryCall, id: string): Promise<Response> {
  const wanted = digestName(call.url.searchParams.get('digest'));
  await room.uploads.append(id, call.request.body, startOf(call.request));
  const { file, digest } = await room.uploads.finish(id, algorithmOf(wanted));
  if (digest !== wanted) {
    await rm(file, { force: true });
    throw new RegistryRefusal('DIGEST_INVALID', `the content has digest ${digest}`);
  }
  await room.storage.adoptBlob(call.repository, digest, file);
  return created(call.repository, digest);
}

async function status(room: Room, call: RegistryCall): Promise<Response> {
  const size = await room.uploads.size(call.reference);
  const headers = uploadHeaders(call.repository, call.reference, size);
  return new Response(null, { status: 204, headers });
}

async function cancel(room: Room, call: RegistryCall): Promise<Response> {
  await room.uploads.cancel(call.reference);
  return new Response(null, { status: 204 });
}

function accepted(repository: string, id: string, size: number): Response {
  const headers = { ...uploadHeaders(repository, id, size), 'content-length': '0' };
  return new Response(null, { status: 202, headers });
}

function uploadHeaders(repository: string, id: string, size: number): Record<string, string> {
  return {
    location: `/v2/${repository}/blobs/uploads/${id}`,
    range: rangeOf(size),
    'docker-upload-uuid': id,
  };
}

function created(repository: string, digest: string): Response {
  const headers = {
    location: `/v2/${repository}/blobs/${digest}`,
    'docker-content-digest': digest,
    'content-length': '0',
  };
  return new Response(null, { status: 201, headers });
}
