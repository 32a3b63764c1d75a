import { createHash, randomUUID } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RegistryRefusal } from './errors.ts';
import type { Algorithm } from './names.ts';

const idPattern = /^[0-9a-f-]{36}$/;

/**
 * Uploads that are not done: a file each, named by a random id, that grows chunk by chunk. The digest is
 * computed as bytes arrive; after a restart it is computed again from the file.
 */
export class Uploads {
  readonly #dir: string;
  readonly #maxBytes: number;
  readonly #hashes = new Map<string, { readonly hash: Hash; readonly size: number }>();
  readonly #busy = new Set<string>();

  /** The folder must exist by the first call. */
  constructor(dir: string, maxBytes: number) {
    this.#dir = dir;
    this.#maxBytes = maxBytes;
  }

  async start(): Promise<string> {
    const id = randomUUID();
    await (await open(this.#fileOf(id), 'wx')).close();
    this.#hashes.set(id, { hash: createHash('sha256'), size: 0 });
    return id;
  }

  /** Bytes so far. Throws BLOB_UPLOAD_UNKNOWN. */
  async size(id: string): Promise<number> {
    const found = await stat(this.#fileOf(id)).catch(() => undefined);
    if (found === undefined) throw unknownUpload(id);
    return found.size;
  }

  /** Adds a chunk that begins at `from` (where it ended before, when absent), and gives the size. */
  async append(id: string, body: AsyncIterable<Uint8Array> | null, from?: number): Promise<number> {
    if (this.#busy.has(id)) {
      throw new RegistryRefusal('RANGE_INVALID', 'another chunk is being received');
    }
    this.#busy.add(id);
    try {
      const start = await this.size(id);
      if (from !== undefined && from !== start) throw wrongStart(start);
      const file = this.#fileOf(id);
      const hash = await hashUpTo(this.#hashes.get(id), file, start);
      this.#hashes.delete(id);
      const size = await write({ file, body: body ?? [], hash, start, maxBytes: this.#maxBytes });
      this.#hashes.set(id, { hash, size });
      return size;
    } finally {
      this.#busy.delete(id);
    }
  }

  /** Gives the file and its digest; the caller moves it away. Only sha256 is reckoned as bytes arrive. */
  async finish(
    id: string,
    algorithm: Algorithm,
  ): Promise<{ readonly file: string; readonly digest: string }> {
    const file = this.#fileOf(id);
    const known = algorithm === 'sha256' ? this.#hashes.get(id) : undefined;
    const hash = await hashUpTo(known, file, await this.size(id), algorithm);
    this.#hashes.delete(id);
    return { file, digest: `${algorithm}:${hash.digest('hex')}` };
  }

  async cancel(id: string): Promise<void> {
    await this.size(id);
    this.#hashes.delete(id);
    await rm(this.#fileOf(id), { force: true });
  }

  #fileOf(id: string): string {
    if (idPattern.test(id)) return join(this.#dir, id);
    throw unknownUpload(id);
  }
}

function wrongStart(next: number): RegistryRefusal {
  const headers = { range: rangeOf(next) };
  return new RegistryRefusal('RANGE_INVALID', `the next byte is ${next}`, headers);
}

/** `0-<last>` as the protocol gives it; an empty upload is `0-0`. */
export function rangeOf(size: number): string {
  return `0-${Math.max(size - 1, 0)}`;
}

async function write(what: {
  readonly file: string;
  readonly body: AsyncIterable<Uint8Array> | readonly Uint8Array[];
  readonly hash: Hash;
  readonly start: number;
  readonly maxBytes: number;
}): Promise<number> {
  const file = await open(what.file, 'r+');
  let at = what.start;
  try {
    for await (const chunk of what.body) {
      if (at + chunk.length > what.maxBytes) {
        throw new RegistryRefusal('SIZE_INVALID', `a blob may have ${what.maxBytes} bytes`);
      }
      await writeAll(file, chunk, at);
      what.hash.update(chunk);
      at += chunk.length;
    }
    return at;
  } finally {
    await file.close();
  }
}

async function writeAll(
  file: Awaited<ReturnType<typeof open>>,
  chunk: Uint8Array,
  position: number,
): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done, position + done);
    done += bytesWritten;
  }
}

/** The hash of the file's beginning: the one at hand when it fits, else read again. */
async function hashUpTo(
  known: { readonly hash: Hash; readonly size: number } | undefined,
  file: string,
  size: number,
  algorithm: Algorithm = 'sha256',
): Promise<Hash> {
  if (known?.size === size) return known.hash;
  const hash = createHash(algorithm);
  if (size > 0) for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash;
}

function unknownUpload(id: string): RegistryRefusal {
  return new RegistryRefusal('BLOB_UPLOAD_UNKNOWN', `there is no upload ${JSON.stringify(id)}`);
}
