import { lstat, readFile, readdir, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { KnownError } from '../../base/index.ts';
import type { LayerFile } from '../../lib/oci/index.ts';

const maxFiles = 200_000;
const maxBytes = 2 * 2 ** 30;

interface Reading {
  readonly root: string;
  readonly skip: (path: string) => boolean;
  readonly files: LayerFile[];
  bytes: number;
}

/**
 * The files below a folder, sorted, with modes reduced to 0o755 and 0o644 so that they do not depend on
 * the machine. Links that leave the folder are a `KnownError('invalid')`: their target would be missing in the image.
 */
export async function readFiles(
  root: string,
  skip: (path: string) => boolean = () => false,
): Promise<LayerFile[]> {
  const reading: Reading = { root, skip, files: [], bytes: 0 };
  await readFolder(reading, '');
  return reading.files;
}

async function readFolder(reading: Reading, folder: string): Promise<void> {
  const names = await readdir(join(reading.root, folder));
  for (const name of names.toSorted()) {
    const path = posix.join(folder, name);
    if (!reading.skip(path)) await readEntry(reading, path);
  }
}

async function readEntry(reading: Reading, path: string): Promise<void> {
  const full = join(reading.root, path);
  const found = await lstat(full);
  if (found.isDirectory()) {
    await readFolder(reading, path);
    return;
  }
  if (found.isSymbolicLink()) {
    const content = await readlink(full);
    checkLink(path, content);
    reading.files.push({ path, content, link: true });
  } else if (found.isFile()) {
    reading.bytes += found.size;
    const mode = found.mode & 0o100 ? 0o755 : 0o644;
    reading.files.push({ path, content: await readFile(full), mode });
  }
  if (reading.files.length > maxFiles || reading.bytes > maxBytes) {
    throw new KnownError(
      'too-large',
      `${reading.root} has more than ${maxFiles} files or ${maxBytes} bytes`,
    );
  }
}

function checkLink(path: string, target: string): void {
  const points = posix.normalize(posix.join(posix.dirname(path), target));
  if (!target.startsWith('/') && points !== '..' && !points.startsWith('../')) return;
  throw new KnownError(
    'invalid',
    `${path} is a link to ${target}, outside of the function's folder; copy the file instead`,
  );
}
