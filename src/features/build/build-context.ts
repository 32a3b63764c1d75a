import { cp, mkdir, realpath, rm, stat } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { KnownError, invalid } from '../../base/index.ts';
import type { Template } from './template.ts';

export interface ContextOptions {
  /** Name of the function; the context is `<projectDir>/build/<name>`. */
  readonly name: string;
  /** Folder of the stack file. Nothing outside of it is copied. */
  readonly projectDir: string;
  /** Folder of the handler, from the project. */
  readonly handler: string;
  readonly template: Template;
  /** Folders that go into the function's folder too (`configuration.copy`, `--copy-extra`). */
  readonly copy?: readonly string[];
}

/**
 * Lays out what an image is built from, as faas-cli does: the template, and the handler in its folder
 * (without its own `build` and `template`). What was there before is removed. Gives the folder.
 */
export async function assembleContext(options: ContextOptions): Promise<string> {
  const { name, template } = options;
  checkFunctionName(name);
  const context = join(options.projectDir, 'build', name);
  const handler = await folderInside(options.projectDir, options.handler, 'handler');
  await rm(context, { recursive: true, force: true });
  await mkdir(context, { recursive: true, mode: 0o700 });
  if (template.language.toLowerCase() === 'dockerfile') {
    await copyTree(handler, context);
    return context;
  }
  const skeleton = join(template.dir, template.handlerFolder);
  await copyTree(template.dir, context, (path) => path === skeleton);
  const target = join(context, template.handlerFolder);
  await copyTree(handler, target);
  for (const extra of options.copy ?? []) {
    const source = await folderInside(options.projectDir, extra, 'copy path');
    await copyTree(
      source,
      join(target, relative(options.projectDir, resolve(options.projectDir, extra))),
    );
  }
  return context;
}

/** Throws for a name that no function may have. */
export function checkFunctionName(name: string): void {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) return;
  throw invalid('function name can only contain a-z, 0-9 and dashes');
}

/** Compares real paths: a link, or a name that merely begins like the project's, does not get out. */
async function folderInside(projectDir: string, path: string, what: string): Promise<string> {
  if (path === '') throw invalid(`the function has no ${what}; set it in the stack file`);
  const full = resolve(projectDir, path);
  const found = await stat(full).catch(() => undefined);
  if (found === undefined) throw new KnownError('not-found', `${what} ${full} does not exist`);
  const [root, real] = await Promise.all([realpath(projectDir), realpath(full)]);
  if (real === root || real.startsWith(root + sep)) return real;
  throw invalid(`${what} ${path} is outside of the project ${projectDir}`);
}

const leftOut = ['build', 'template'];

async function copyTree(
  from: string,
  to: string,
  skip: (path: string) => boolean = () => false,
): Promise<void> {
  await cp(from, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => {
      const path = relative(from, source);
      const isOwnFolder = !path.includes(sep) && leftOut.includes(basename(source)) && path !== '';
      return !isOwnFolder && !skip(source) && path.split(sep)[0] !== '.git';
    },
  });
}
