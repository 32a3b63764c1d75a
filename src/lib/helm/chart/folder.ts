import { lstat, readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownError } from '../../../base/index.ts';
import { maxChartBytes, maxFileBytes, withoutBom } from './archive.ts';
import type { ChartFile } from './chart.ts';
import { parseIgnoreRules } from './ignore.ts';
import type { IgnoreRules } from './ignore.ts';

/** Folders below folders: deeper than any chart, and the end of a loop of links. */
const maxDepth = 64;

/** The files of a chart's folder, sorted by path, links followed, .helmignore honoured. */
export async function folderFiles(root: string): Promise<ChartFile[]> {
  const text = await readFile(join(root, '.helmignore'), 'utf8').catch(() => '');
  const files: ChartFile[] = [];
  await walk({ root, rules: parseIgnoreRules(text), files, bytes: 0 }, '', 0);
  return files;
}

interface Walk {
  readonly root: string;
  readonly rules: IgnoreRules;
  readonly files: ChartFile[];
  bytes: number;
}

async function walk(state: Walk, folder: string, depth: number): Promise<void> {
  if (depth > maxDepth) {
    throw new KnownError('too-large', `${join(state.root, folder)}: folders are nested too deeply`);
  }
  const names = await readdir(join(state.root, folder));
  for (const entry of names.toSorted()) {
    const name = folder === '' ? entry : `${folder}/${entry}`;
    const path = join(state.root, name);
    const found = await stat(path);
    if (state.rules.ignores(name, found.isDirectory())) continue;
    if (found.isDirectory()) await walk(state, name, depth + 1);
    else if (found.isFile()) await addFile(state, name, found.size);
    else throw await irregular(path);
  }
}

async function addFile(state: Walk, name: string, size: number): Promise<void> {
  if (size > maxFileBytes) throw tooLarge(name);
  state.bytes += size;
  if (state.bytes > maxChartBytes) {
    throw new KnownError('too-large', `chart is larger than the maximum size ${maxChartBytes}`);
  }
  state.files.push({ name, data: withoutBom(await readFile(join(state.root, name))) });
}

async function irregular(path: string): Promise<KnownError> {
  const { mode } = await lstat(path);
  return new KnownError(
    'invalid',
    `cannot load irregular file ${path} as it has file mode type bits set (${mode.toString(8)})`,
  );
}

/** Applies .helmignore to a list of files, as if they stood in a folder. Paths are checked. */
export function withoutIgnored(files: readonly ChartFile[]): ChartFile[] {
  const file = files.find(({ name }) => name === '.helmignore');
  const rules = parseIgnoreRules(file === undefined ? '' : Buffer.from(file.data).toString('utf8'));
  return files
    .filter(({ name }) => !isIgnored(rules, name))
    .map(({ name, data }) => {
      if (data.length > maxFileBytes) throw tooLarge(name);
      return { name, data: withoutBom(data) };
    });
}

function isIgnored(rules: IgnoreRules, name: string): boolean {
  const parts = name.split('/');
  return parts.some((_, at) => {
    return rules.ignores(parts.slice(0, at + 1).join('/'), at < parts.length - 1);
  });
}

function tooLarge(name: string): KnownError {
  const text = `chart file ${JSON.stringify(name)} is larger than the maximum file size ${maxFileBytes}`;
  return new KnownError('too-large', text);
}
