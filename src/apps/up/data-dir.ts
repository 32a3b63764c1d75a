import { mkdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isRecord, KnownError, messageOf } from '../../base/index.ts';
import type { Endpoint } from './options.ts';

/** The folder that holds all that one platform keeps. */
export interface DataDir {
  readonly path: string;
  /** The path of a file in it. */
  file(...parts: string[]): string;
  /** Replaces a file at once; `isSecret` keeps it from other users. */
  write(name: string, text: string, isSecret?: boolean): Promise<void>;
  /** The ports of the last start: with port 0 they are taken again when they are free, so that URLs in git stay true. */
  readonly lastPorts: Readonly<Partial<Record<Endpoint, number>>>;
  /** Lets another start use the folder. */
  release(): Promise<void>;
}

/**
 * Makes a folder and those above it. Not Node's recursive mkdir: that one never ends where the system
 * says ENOENT for a folder that cannot be made (below /proc).
 */
export async function makeFolder(dir: string): Promise<void> {
  const made = await tryMake(dir);
  if (made !== 'ENOENT') return;
  const above = path.dirname(dir);
  if (above === dir) throw new KnownError('denied', `${dir} cannot be made`);
  await makeFolder(above);
  if ((await tryMake(dir)) === 'ENOENT') throw new KnownError('denied', `${dir} cannot be made`);
}

async function tryMake(dir: string): Promise<'there' | 'ENOENT'> {
  try {
    await mkdir(dir, { mode: 0o700 });
    return 'there';
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'ENOENT';
    if (code === 'EEXIST' && (await stat(dir)).isDirectory()) return 'there';
    throw thrown;
  }
}

/** Makes the folder where needed and claims it for this process. Fails with one line that names `--data`. */
export async function openDataDir(dir: string, pid: number): Promise<DataDir> {
  try {
    await makeFolder(dir);
    await writeFile(path.join(dir, '.write-check'), '');
    await unlink(path.join(dir, '.write-check'));
  } catch (thrown) {
    throw new KnownError(
      'denied',
      `cannot write to ${dir} (${messageOf(thrown)}): give another folder with --data DIR`,
    );
  }
  const file = (...parts: string[]): string => path.join(dir, ...parts);
  await claim(file('pid'), dir, pid);
  return {
    path: dir,
    file,
    lastPorts: await lastPorts(file('up.json')),
    release: () => unlink(file('pid')).catch(() => {}),
    async write(name, text, isSecret = false) {
      const temporary = file(`${name}.new`);
      await writeFile(temporary, text, { mode: isSecret ? 0o600 : 0o644 });
      await rename(temporary, file(name));
    },
  };
}

/** A pid file whose process is gone (a crash) is taken over. */
async function claim(pidFile: string, dir: string, pid: number): Promise<void> {
  const before = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (before > 0 && before !== pid && isAlive(before)) {
    throw new KnownError(
      'exists',
      `${dir} is in use by process ${before}: stop it, or give another folder with --data DIR`,
    );
  }
  await writeFile(pidFile, `${pid}\n`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function lastPorts(file: string): Promise<Partial<Record<Endpoint, number>>> {
  try {
    const up: unknown = JSON.parse(await readFile(file, 'utf8'));
    const ports = isRecord(up) ? up['ports'] : undefined;
    return isRecord(ports) ? (ports as Partial<Record<Endpoint, number>>) : {};
  } catch {
    return {};
  }
}
