import { readFile } from 'node:fs/promises';
import { isRecord, KnownError } from '../../base/index.ts';
import { repositorySettings, type RepositorySettings } from '../../features/sync/index.ts';
import { parse, stringify } from '../../lib/yaml/index.ts';
import type { DataDir } from './data-dir.ts';

const fileName = 'repositories.yaml';

/**
 * Which repositories the platform syncs: `DIR/repositories.yaml`, made at the first start with one
 * entry. A person may edit it and start again; everything in it has fluxd's meaning.
 */
export async function loadRepositories(
  dir: DataDir,
  first: { name: string; url: string },
): Promise<RepositorySettings[]> {
  const file = dir.file(fileName);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) {
    await dir.write(
      fileName,
      stringify({ repositories: [{ ...first, branch: 'master', garbageCollection: 'on' }] }),
    );
    return loadRepositories(dir, first);
  }
  const found = parse(text, { file });
  const list = isRecord(found) ? found['repositories'] : undefined;
  if (!Array.isArray(list))
    throw new KnownError('invalid', `${file}: write a list named repositories`);
  return list.map((item: unknown, at) => settingsOf(item, `${file}: repositories[${at}]`));
}

type Given = Partial<RepositorySettings> & { name: string; url: string };

const fields: Readonly<Record<string, (value: unknown) => boolean>> = {
  name: isText,
  url: isText,
  branch: isText,
  paths: (value) => Array.isArray(value) && value.every(isText),
  isReadOnly: (value) => typeof value === 'boolean',
  isStrict: (value) => typeof value === 'boolean',
  garbageCollection: (value) => ['off', 'dry', 'on'].includes(String(value)),
  pollIntervalMs: isPositive,
  syncIntervalMs: isPositive,
  syncTag: isText,
  defaultNamespace: isText,
};

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isPositive(value: unknown): boolean {
  return typeof value === 'number' && value > 0;
}

function settingsOf(item: unknown, where: string): RepositorySettings {
  if (!isRecord(item)) throw new KnownError('invalid', `${where}: write a map with name and url`);
  for (const name of ['name', 'url']) {
    if (!isText(item[name])) throw new KnownError('invalid', `${where}: ${name} is missing`);
  }
  for (const [name, value] of Object.entries(item)) {
    const fits = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (fits === undefined)
      throw new KnownError(
        'invalid',
        `${where}: unknown field ${name}; known are ${Object.keys(fields).join(', ')}`,
      );
    if (!fits(value))
      throw new KnownError(
        'invalid',
        `${where}: ${name} has a wrong value ${JSON.stringify(value)}`,
      );
  }
  return repositorySettings(item as Given);
}
