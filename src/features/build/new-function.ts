import { access, appendFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownError } from '../../base/index.ts';
import { checkFunctionName } from './build-context.ts';
import type { FunctionResources } from './stack.ts';
import { findTemplate } from './template.ts';

export interface NewFunction {
  readonly name: string;
  readonly lang: string;
  readonly projectDir: string;
  readonly gateway: string;
  /** In front of the image's name: a user or `registry/user`. */
  readonly prefix?: string;
  /** Folder of the handler, the function's name when absent. */
  readonly handler?: string;
  readonly limits?: FunctionResources;
  readonly requests?: FunctionResources;
  /** A stack file that gets the function; absent: `<name>.yml` is written. */
  readonly appendTo?: string;
  readonly bundledTemplates?: string;
}

export interface CreatedFunction {
  readonly folder: string;
  readonly stackFile: string;
  /** The template's own words. */
  readonly welcome: string;
}

/**
 * Makes a function from a template: copies the skeleton to its folder and writes the stack file. Throws
 * `KnownError('exists')` rather than write over a folder or file.
 */
export async function createFromTemplate(options: NewFunction): Promise<CreatedFunction> {
  const { name, projectDir } = options;
  checkFunctionName(name);
  const folder = (options.handler ?? name).replace(/^\.\//, '');
  const stackFile = options.appendTo ?? `${name}.yml`;
  const bundled =
    options.bundledTemplates === undefined ? {} : { bundled: options.bundledTemplates };
  const template = await findTemplate(options.lang, { projectDir, ...bundled });
  await refuseExisting(join(projectDir, folder), `folder: ${folder} already exists`);
  const text = functionText(options, folder);
  if (options.appendTo === undefined) {
    await refuseExisting(
      join(projectDir, stackFile),
      `file: ${stackFile} already exists. Try "faas-cli new --append ${stackFile} ${name}"`,
    );
  } else await refuseDouble(join(projectDir, stackFile), name);
  await mkdir(join(projectDir, folder), { recursive: true, mode: 0o700 });
  await cp(join(template.dir, template.handlerFolder), join(projectDir, folder), {
    recursive: true,
  });
  if (options.appendTo === undefined)
    await writeFile(join(projectDir, stackFile), headOf(options) + text, { mode: 0o600 });
  else await appendFile(join(projectDir, stackFile), text);
  await ignoreBuilds(join(projectDir, '.gitignore'));
  return { folder, stackFile, welcome: template.welcome };
}

function headOf({ gateway }: NewFunction): string {
  return `version: 1.0\nprovider:\n  name: openfaas\n  gateway: ${gateway}\nfunctions:\n`;
}

function functionText(options: NewFunction, folder: string): string {
  const { name, lang, prefix = '' } = options;
  const image = prefix === '' ? name : `${prefix.replace(/\/$/, '')}/${name}`;
  const lines = [
    `  ${name}:`,
    `    lang: ${lang}`,
    `    handler: ./${folder}`,
    `    image: ${image}:latest`,
    ...resourceLines('limits', options.limits),
    ...resourceLines('requests', options.requests),
  ];
  return `${lines.join('\n')}\n\n`;
}

function resourceLines(key: string, resources: FunctionResources = {}): string[] {
  const lines = Object.entries(resources).map(([name, value]) => `      ${name}: ${value}`);
  return lines.length === 0 ? [] : [`    ${key}:`, ...lines];
}

async function refuseExisting(path: string, message: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new KnownError('exists', message);
}

async function refuseDouble(path: string, name: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) throw new KnownError('not-found', `${path} does not exist`);
  const isThere = new RegExp(`^  ${name}:`, 'm').test(text);
  if (isThere) throw new KnownError('exists', `function ${name} already exists in ${path} file`);
}

/** `template` and `build` are made by the tool, not by the person. */
async function ignoreBuilds(path: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const missing = ['template', 'build'].filter((name) => !text.split('\n').includes(name));
  if (missing.length === 0) return;
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  await writeFile(path, `${text}${gap}${missing.join('\n')}\n`);
}
