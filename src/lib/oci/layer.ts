import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Header } from 'tar-stream';
import { invalid } from '../../base/index.ts';
import type { KnownError } from '../../base/index.ts';
import { digestOf } from './digest.ts';

/** A file of a layer. Folders above it are made; `content` is a link's target when `link` is set. */
export interface LayerFile {
  /** From the root, without a leading `/`. */
  readonly path: string;
  readonly content: Uint8Array | string;
  /** Permissions, 0o644 unless told otherwise. */
  readonly mode?: number;
  /** The content is the target of a symbolic link. */
  readonly link?: boolean;
}

/** A layer ready to push: a gzipped tar. */
export interface Layer {
  /** Of the gzipped bytes. */
  readonly digest: string;
  /** Of the tar within. */
  readonly diffId: string;
  readonly size: number;
  readonly bytes: Buffer;
}

const epoch = new Date(0);
// "Unknown" in place of the system's number, so that every system makes the same bytes.
const gzipSystemByte = 9;

/**
 * Makes a layer whose bytes depend on names, modes and content alone: sorted, owned by root, dated 1970.
 * Throws `KnownError('invalid')` for a path that leaves the root or stands twice.
 */
export async function buildLayer(files: readonly LayerFile[]): Promise<Layer> {
  const tar = await tarOf(files);
  const bytes = gzipSync(tar, { level: 6 });
  bytes[gzipSystemByte] = 255;
  return { digest: digestOf(bytes), diffId: digestOf(tar), size: bytes.length, bytes };
}

async function tarOf(files: readonly LayerFile[]): Promise<Buffer> {
  const archive = pack();
  const collected = collect(archive as unknown as AsyncIterable<Buffer>);
  const folders = new Set<string>();
  const names = new Set<string>();
  for (const file of files.toSorted((a, b) => compare(a.path, b.path))) {
    const path = layerPath(file.path);
    for (const folder of foldersAbove(path)) {
      if (names.has(folder)) throw twice(folder);
      if (folders.has(folder)) continue;
      folders.add(folder);
      archive.entry({ ...plain, name: `${folder}/`, type: 'directory', mode: 0o755 });
    }
    if (names.has(path) || folders.has(path)) throw twice(path);
    names.add(path);
    addFile(archive, path, file);
  }
  archive.finalize();
  return collected;
}

function twice(path: string): KnownError {
  return invalid(`${JSON.stringify(path)} stands twice in a layer`);
}

const plain: Partial<Header> = { mtime: epoch, uid: 0, gid: 0, uname: '', gname: '' };

function addFile(archive: ReturnType<typeof pack>, name: string, file: LayerFile): void {
  const content = Buffer.from(file.content);
  if (file.link === true) {
    archive.entry({ ...plain, name, type: 'symlink', linkname: content.toString(), mode: 0o777 });
    return;
  }
  archive.entry({ ...plain, name, type: 'file', mode: file.mode ?? 0o644 }, content);
}

function layerPath(path: string): string {
  const parts = path.split('/');
  const isInside = parts.every((part) => part !== '' && part !== '.' && part !== '..');
  if (isInside && !path.includes('\0')) return path;
  throw invalid(`${JSON.stringify(path)} is not a path inside a layer`);
}

function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_part, at) => parts.slice(0, at + 1).join('/'));
}

/** By code units, so that no locale has a say. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
