import { access, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KnownError, invalid, isRecord } from '../../base/index.ts';
import { parse } from '../../lib/yaml/index.ts';

/** How a program of ours is started from an image, by the driver that runs it as a process. */
export interface ProcessCommand {
  readonly command: readonly string[];
  /** Below the image's root, without a leading `/`. */
  readonly workdir: string;
}

/** A function template: a folder with `template.yml`, the files of the image and a handler skeleton. */
export interface Template {
  readonly language: string;
  readonly dir: string;
  readonly fprocess: string;
  readonly welcome: string;
  /** Folder of the skeleton and of the handler in the image, `function` unless it says otherwise. */
  readonly handlerFolder: string;
  readonly buildOptions: ReadonlyArray<{
    readonly name: string;
    readonly packages: readonly string[];
  }>;
  /** Present: our own builder can make the image. */
  readonly process?: ProcessCommand;
}

/** The folder of the templates that come with the program. */
export const bundledTemplates: string = fileURLToPath(
  new URL('../../../templates', import.meta.url),
);

/**
 * The template of a language: from the project's `template/` folder, else ours. Throws
 * `KnownError('not-found')` that names the languages there are.
 */
export async function findTemplate(
  language: string,
  options: { readonly projectDir: string; readonly bundled?: string },
): Promise<Template> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(language)) {
    throw invalid(`${JSON.stringify(language)} is not the name of a template`);
  }
  const folders = templateFolders(options);
  for (const folder of folders) {
    const dir = join(folder, language);
    if (await isThere(dir)) return loadTemplate(dir, language);
  }
  const all = (await listTemplates(options)).join(', ');
  const why = `language template: "${language}" not supported; there are: ${all}`;
  throw new KnownError('not-found', `${why}. More come with \`faas-cli template pull URL\``);
}

/** Names of all templates a project can use, sorted. */
export async function listTemplates(options: {
  readonly projectDir: string;
  readonly bundled?: string;
}): Promise<string[]> {
  const names = new Set<string>();
  for (const folder of templateFolders(options)) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) if (entry.isDirectory()) names.add(entry.name);
  }
  return [...names].toSorted();
}

function templateFolders(options: {
  readonly projectDir: string;
  readonly bundled?: string;
}): string[] {
  return [join(options.projectDir, 'template'), options.bundled ?? bundledTemplates];
}

async function loadTemplate(dir: string, language: string): Promise<Template> {
  const { file, text } = await readSettings(dir);
  const raw = parse(text, { file });
  const settings = isRecord(raw) ? raw : {};
  const word = (key: string): string => {
    const value = settings[key];
    return typeof value === 'string' ? value : '';
  };
  const process = processOf(settings['process']);
  return {
    dir,
    language: word('language') || language,
    fprocess: word('fprocess'),
    welcome: word('welcome_message'),
    handlerFolder: folderName(word('handler_folder'), file),
    buildOptions: optionsOf(settings['build_options']),
    ...(process === undefined ? {} : { process }),
  };
}

async function readSettings(dir: string): Promise<{ file: string; text: string }> {
  for (const name of ['template.yml', 'template.yaml']) {
    const file = join(dir, name);
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return { file, text };
  }
  return { file: join(dir, 'template.yml'), text: '' };
}

function folderName(name: string, file: string): string {
  if (name === '') return 'function';
  if (!name.startsWith('/') && !name.split('/').includes('..')) return name;
  throw invalid(`handler_folder ${JSON.stringify(name)} leaves the image's folder`, { file });
}

function processOf(value: unknown): ProcessCommand | undefined {
  if (!isRecord(value) || !Array.isArray(value['command'])) return undefined;
  const workdir = typeof value['workdir'] === 'string' ? value['workdir'] : '';
  return { command: value['command'].map(String), workdir: workdir.replaceAll(/^\/+|\/+$/g, '') };
}

function optionsOf(value: unknown): Template['buildOptions'] {
  const options = Array.isArray(value) ? value.filter(isRecord) : [];
  return options.map(({ name, packages }) => ({
    name: String(name),
    packages: Array.isArray(packages) ? packages.map(String) : [],
  }));
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
