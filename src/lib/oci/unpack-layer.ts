import { createWriteStream } from 'node:fs';
import { chmod, link, lstat, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PassThrough, Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { extract } from 'tar-stream';
import type { Extract } from 'tar-stream';
import { KnownError, messageOf } from '../../base/index.ts';
import type { RootfsBudgets } from './rootfs.ts';
import { insideRoot } from './inside-root.ts';

type Entry = Extract extends AsyncIterable<infer One> ? One : never;

interface Unpacking {
  readonly dir: string;
  readonly mediaType: string;
  readonly budget: RootfsBudgets;
  /** Counted up over all layers. */
  readonly used: { bytes: number; entries: number };
  readonly signal?: AbortSignal | undefined;
}

const whiteout = '.wh.';
const opaque = '.wh..wh..opq';
// A header and padding for each entry, twice for long names.
const headerBytes = 2_048;
const tarPadding = 2 ** 20;

/** Unpacks one layer over what is in the folder, as the OCI image specification says (whiteouts too). */
export async function unpackLayer(
  blob: ReadableStream<Uint8Array>,
  options: Unpacking,
): Promise<void> {
  const archive = extract();
  const written = new Set<string>();
  const source = Readable.fromWeb(blob as never);
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const limited = limit(options);
  // Node's pipeline takes these streams; their types differ from Node's own.
  const sink = archive as unknown as NodeJS.WritableStream;
  const flowing = pipeline(source, decoder(options.mediaType), limited, sink, signal);
  flowing.catch((thrown: unknown) => archive.destroy(thrown as Error));
  try {
    for await (const entry of archive) {
      await unpackEntry(entry, options, written);
      entry.resume();
    }
    await flowing;
  } catch (thrown) {
    await flowing.catch(() => {});
    if (thrown instanceof KnownError) throw thrown;
    options.signal?.throwIfAborted();
    const why = `the layer cannot be unpacked: ${messageOf(thrown)}`;
    throw new KnownError('failed', why, { cause: thrown });
  }
}

function decoder(mediaType: string): NodeJS.ReadWriteStream {
  if (/[+.]gzip$/.test(mediaType)) return createGunzip();
  if (mediaType.endsWith('+zstd')) return createZstdDecompress();
  return new PassThrough();
}

/** Stops a stream that unpacks to more than any layer within the budget could. */
function limit({ budget }: Unpacking): Transform {
  const most = budget.maxBytes + budget.maxEntries * headerBytes + tarPadding;
  let seen = 0;
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      seen += chunk.length;
      done(seen > most ? tooLarge(budget) : null, chunk);
    },
  });
}

function tooLarge(budget: RootfsBudgets): KnownError {
  const limits = `${budget.maxBytes} bytes and ${budget.maxEntries} entries`;
  return new KnownError('too-large', `the image is larger than the limit of ${limits}`);
}

async function unpackEntry(entry: Entry, options: Unpacking, written: Set<string>): Promise<void> {
  const { budget, used, dir } = options;
  const { name, size, type } = entry.header;
  used.entries += 1;
  used.bytes += type === 'file' ? size : 0;
  if (used.entries > budget.maxEntries || used.bytes > budget.maxBytes) throw tooLarge(budget);
  const path = entryPath(name);
  if (path === '') return;
  const parent = await insideRoot(dir, dirname(path));
  if (parent === undefined) throw escapes(name);
  const file = basename(path);
  if (file.startsWith(whiteout)) {
    await removeHidden(parent, file, written);
    return;
  }
  await mkdir(parent, { recursive: true });
  await writeEntry(entry, join(parent, file), dir);
  written.add(join(parent, file));
}

/** A path below the root; throws for one that climbs out of it. */
function entryPath(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || name.includes('\0')) throw escapes(name);
  return parts.join('/');
}

function escapes(name: string): KnownError {
  return new KnownError(
    'invalid',
    `the image has the entry ${JSON.stringify(name)}, which leaves its root`,
  );
}

async function removeHidden(parent: string, file: string, written: Set<string>): Promise<void> {
  if (file !== opaque) {
    const hidden = file.slice(whiteout.length);
    if (hidden === '' || hidden === '.' || hidden === '..') throw escapes(file);
    await rm(join(parent, hidden), { recursive: true, force: true });
    return;
  }
  for (const name of await readdir(parent).catch(() => [])) {
    const path = join(parent, name);
    const isNew = [...written].some((each) => each === path || each.startsWith(`${path}/`));
    if (!isNew) await rm(path, { recursive: true, force: true });
  }
}

async function writeEntry(entry: Entry, target: string, dir: string): Promise<void> {
  const { type, mode, linkname } = entry.header;
  // Owner may always read and write; set-user bits are not kept.
  const permissions = (mode & 0o777) | 0o600;
  if (type === 'directory') {
    await makeFolder(target, permissions | 0o700);
    return;
  }
  if (type === 'file' || type === 'contiguous-file') {
    await rm(target, { recursive: true, force: true });
    const content = entry as unknown as NodeJS.ReadableStream;
    await pipeline(content, createWriteStream(target, { flags: 'wx', mode: permissions }));
    await chmod(target, permissions);
    return;
  }
  if (type === 'symlink') {
    await rm(target, { recursive: true, force: true });
    await symlink(linkname ?? '', target);
    return;
  }
  if (type === 'link') {
    const source = entryPath(linkname ?? '');
    const parent = await insideRoot(dir, dirname(source));
    if (parent === undefined) throw escapes(linkname ?? '');
    await rm(target, { recursive: true, force: true });
    await link(join(parent, basename(source)), target);
  }
}

/** A folder over a folder keeps its content; over anything else it takes its place. */
async function makeFolder(target: string, mode: number): Promise<void> {
  await mkdir(target).catch(async (thrown: NodeJS.ErrnoException) => {
    if (thrown.code !== 'EEXIST') throw thrown;
    // Not `stat`: a link to a folder may point out of the root.
    if ((await lstat(target)).isDirectory()) return;
    await rm(target, { force: true });
    await mkdir(target);
  });
  await chmod(target, mode);
}
