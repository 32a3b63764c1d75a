import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { KnownError, messageOf } from '../../../base/index.ts';
import type { CliIo } from '../io.ts';

/** A file's text; failures in the words of Go. */
export async function readText(file: string, io: CliIo): Promise<string> {
  return (await readBytes(file, io)).toString('utf8');
}

/** A file's bytes; `/dev/stdin` is standard input. */
export async function readBytes(file: string, io: CliIo): Promise<Buffer> {
  try {
    return await readFile(path.resolve(io.cwd, file));
  } catch (thrown) {
    throw new KnownError('not-found', `open ${file}: ${reasonOf(thrown)}`);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
};

function reasonOf(thrown: unknown): string {
  const { code = '' } = thrown as NodeJS.ErrnoException;
  return reasons[code] ?? messageOf(thrown);
}
