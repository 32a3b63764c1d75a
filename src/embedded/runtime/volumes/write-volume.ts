import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readlink, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { invalid } from '../../../base/index.ts';

/** A file of a volume: a relative path with `/`, its content and its mode. */
export interface VolumeFile {
  readonly path: string;
  readonly content: Uint8Array;
  readonly mode: number;
}

const link = '..data';

/**
 * Writes the files of a volume so that a reader sees either all old or all new ones: they go to a fresh
 * folder, and a symbolic link is swapped (Kubernetes' own arrangement, which file watchers know).
 */
export async function writeVolume(dir: string, files: readonly VolumeFile[]): Promise<void> {
  for (const { path } of files) checkPath(path);
  await mkdir(dir, { recursive: true });
  const stamp = `..${randomUUID()}`;
  for (const { path, content, mode } of files) {
    const target = join(dir, stamp, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
    await chmod(target, mode);
  }
  await mkdir(join(dir, stamp), { recursive: true });
  const before = await readlink(join(dir, link)).catch(() => undefined);
  const fresh = join(dir, `${link}_tmp`);
  await rm(fresh, { force: true });
  await symlink(stamp, fresh);
  await rename(fresh, join(dir, link));
  await linkNames(dir, new Set(files.map(({ path }) => path.split('/')[0] ?? path)));
  if (before !== undefined) await rm(join(dir, before), { recursive: true, force: true });
}

/** The names users see are links into the swapped folder; names that are no longer wanted go. */
async function linkNames(dir: string, wanted: ReadonlySet<string>): Promise<void> {
  const present = new Set((await readdir(dir)).filter((each) => !each.startsWith('..')));
  for (const name of present) if (!wanted.has(name)) await rm(join(dir, name), { force: true });
  for (const name of wanted)
    if (!present.has(name)) await symlink(posix.join(link, name), join(dir, name));
}

function checkPath(path: string): void {
  const parts = path.split('/');
  const isBad =
    path === '' || path.startsWith('/') || parts.includes('..') || parts[0]?.startsWith('..');
  if (isBad || path.includes('\0'))
    throw invalid(
      `a volume cannot have a file at ${JSON.stringify(path)}: use a relative path without ..`,
    );
}
