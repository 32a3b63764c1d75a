import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KnownError, invalid } from '../../base/index.ts';
import { runGit } from './git-process.ts';

/** The repositories below a folder. */
export interface Repositories {
  /** Folder of a repository. Throws `KnownError('not-found')`. */
  find(repository: string): Promise<string>;
  /** Folder of a repository, made when it is not there. */
  make(repository: string): Promise<string>;
  folderOf(repository: string): string;
  list(): Promise<string[]>;
}

const namePart = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/;

/** Opens a folder of repositories. */
export function openRepositories(options: {
  readonly dir: string;
  readonly path?: string;
}): Repositories {
  const making = new Map<string, Promise<void>>();
  const folderOf = (repository: string): string => {
    const parts = repository.split('/');
    const isName = parts.every((part) => namePart.test(part) && !/\.(git|lock)$/.test(part));
    if (!isName || parts.length > 3) {
      throw invalid(
        `${JSON.stringify(repository)} is not a repository: one to three names of letters, digits, '.', '_' and '-'`,
      );
    }
    return `${join(options.dir, ...parts)}.git`;
  };
  const make = async (repository: string): Promise<string> => {
    const dir = folderOf(repository);
    if (await isRepository(dir)) return dir;
    const started = making.get(dir) ?? initialise(dir, options.path);
    making.set(dir, started);
    await started.finally(() => making.delete(dir));
    return dir;
  };
  const find = async (repository: string): Promise<string> => {
    const dir = folderOf(repository);
    if (await isRepository(dir)) return dir;
    throw new KnownError(
      'not-found',
      `there is no repository ${repository}; the first push makes it`,
    );
  };
  return { find, make, folderOf, list: async () => (await listBelow(options.dir, '')).toSorted() };
}

/** Made under another name first: a half-made repository is never seen. */
async function initialise(dir: string, path: string | undefined): Promise<void> {
  await mkdir(dirname(dir), { recursive: true });
  const fresh = `${dir}.new`;
  await rm(fresh, { recursive: true, force: true });
  await runGit({ args: ['init', '--quiet', '--bare', '--template=', '--', fresh], path });
  await rename(fresh, dir);
}

function isRepository(dir: string): Promise<boolean> {
  return access(join(dir, 'HEAD')).then(
    () => true,
    () => false,
  );
}

async function listBelow(dir: string, prefix: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory() || entry.name.endsWith('.new')) continue;
    if (entry.name.endsWith('.git')) found.push(`${prefix}${entry.name.slice(0, -4)}`);
    else found.push(...(await listBelow(join(dir, entry.name), `${prefix}${entry.name}/`)));
  }
  return found;
}
