import { isRecord, KnownError } from '../../base/index.ts';
import { cleanRoot } from '../../lib/manifest/index.ts';
import { parse } from '../../lib/yaml/index.ts';
import { repositorySettings } from './settings.ts';
import type { RepositorySettings } from './settings.ts';

/**
 * Reads a list of repositories: YAML with a list `repositories`, each a map of `RepositorySettings`
 * by their own names, `name` and `url` required, every other field with fluxd's default. Throws a
 * `KnownError('invalid')` that names the file, the entry and the field.
 */
export function readRepositories(
  text: string,
  { file }: { readonly file: string },
): RepositorySettings[] {
  const found = parse(text, { file });
  const list = isRecord(found) ? found['repositories'] : undefined;
  if (!Array.isArray(list)) {
    throw new KnownError('invalid', `${file}: write a list named repositories`);
  }
  const read = list.map((item: unknown, at) => settingsOf(item, `${file}: repositories[${at}]`));
  const names = read.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new KnownError('invalid', `${file}: two repositories are named "${twice}"`);
  }
  return read;
}

type Check = (value: unknown) => boolean;

const oneOf =
  (...words: string[]): Check =>
  (value) =>
    words.includes(String(value));

const fields: { readonly [Name in keyof Required<RepositorySettings>]: Check } = {
  name: (value) => isText(value) && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(String(value)),
  url: isText,
  branch: isText,
  paths: (value) => Array.isArray(value) && value.every(isPath),
  isReadOnly: isYesOrNo,
  pollIntervalMs: isPositive,
  syncIntervalMs: isPositive,
  syncTimeoutMs: isPositive,
  gitTimeoutMs: isPositive,
  garbageCollection: oneOf('off', 'dry', 'on'),
  state: oneOf('git', 'secret'),
  syncTag: isText,
  notesRef: isText,
  user: isText,
  email: isText,
  commitSuffix: (value) => typeof value === 'string',
  isStrict: isYesOrNo,
  defaultNamespace: isText,
  allowNamespaces: (value) => Array.isArray(value) && value.every(isText),
  pruneGuard: isGuard,
  isGenerating: isYesOrNo,
  isServerSideApply: isYesOrNo,
  isDecrypting: isYesOrNo,
  signingKey: (value) => typeof value === 'string',
  signingFormat: oneOf('openpgp', 'ssh'),
  verifySignatures: oneOf('none', 'all', 'first-parent'),
  isSyncingOnDrift: isYesOrNo,
};

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isYesOrNo(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isPositive(value: unknown): boolean {
  return typeof value === 'number' && value > 0;
}

/** A path within the repository. */
function isPath(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    cleanRoot(value);
    return true;
  } catch {
    return false;
  }
}

function isGuard(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { share, above, ...others } = value;
  const isShare = typeof share === 'number' && share >= 0 && share <= 1;
  const isCount = Number.isInteger(above) && Number(above) >= 0;
  return isShare && isCount && Object.keys(others).length === 0;
}

function settingsOf(item: unknown, where: string): RepositorySettings {
  const refuse = (why: string): never => {
    throw new KnownError('invalid', `${where}: ${why}`);
  };
  if (!isRecord(item)) return refuse('write a map with name and url');
  for (const name of ['name', 'url']) if (!isText(item[name])) refuse(`${name} is missing`);
  for (const [name, value] of Object.entries(item)) {
    if (!Object.hasOwn(fields, name)) {
      refuse(`unknown field ${name}; known are ${Object.keys(fields).join(', ')}`);
    }
    if (!fields[name as keyof RepositorySettings](value)) {
      refuse(`${name} has a wrong value ${JSON.stringify(value)}`);
    }
  }
  const given = item as unknown as RepositorySettings;
  // As fluxd's --git-readonly: a tag would have to be pushed.
  return repositorySettings(given.isReadOnly ? { ...given, state: 'secret' } : given);
}
