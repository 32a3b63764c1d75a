import { copyFile, mkdir, readdir, readlink, realpath, rm, stat, symlink } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
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

const leftOut = ['build', 'template', '.git'];

/** Copies a folder; its own `build`, `template` and `.git` stay behind, links are copied as links. */
async function copyTree(
  from: string,
  to: string,
  skip: (path: string) => boolean = () => false,
): Promise<void> {
  const copyFolder = async (source: string, target: string): Promise<void> => {
    await mkdir(target, { recursive: true, mode: 0o700 });
    for (const entry of await readdir(source, { withFileTypes: true })) {
      const inner = join(source, entry.name);
      const isLeftOut = source === from && leftOut.includes(entry.name);
      if (isLeftOut || skip(inner)) continue;
      const there = join(target, entry.name);
      if (entry.isDirectory()) await copyFolder(inner, there);
      else if (entry.isSymbolicLink()) await copyLink(inner, there);
      else if (entry.isFile()) await copyFile(inner, there);
    }
  };
  await copyFolder(from, to);
}

async function copyLink(from: string, to: string): Promise<void> {
  await rm(to, { force: true });
  await symlink(await readlink(from), to);
}
