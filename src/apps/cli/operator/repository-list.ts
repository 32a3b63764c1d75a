import { isRecord, KnownError, messageOf } from '../../../base/index.ts';
import { readRepositories, type RepositorySettings } from '../../../features/sync/index.ts';
import { parse, stringify } from '../../../lib/yaml/index.ts';

/** The repositories of a list, and what is wrong with those that cannot be used. */
export interface RepositoryList {
  readonly repositories: readonly RepositorySettings[];
  readonly faults: readonly string[];
}

/**
 * Reads `--repositories FILE`, entry by entry: a wrong one is told and left out, it never holds up the
 * others. What an entry does not say is as in `defaults`. Throws a `KnownError` when the file is no list.
 */
export function readRepositoryList(
  text: string,
  file: string,
  { defaults, names }: { defaults: Partial<RepositorySettings>; names: readonly string[] },
): RepositoryList {
  const found = parse(text, { file });
  const list = isRecord(found) ? found['repositories'] : undefined;
  if (!Array.isArray(list)) {
    throw new KnownError('invalid', `${file}: write a list named repositories`);
  }
  const seen = new Set(names);
  const repositories: RepositorySettings[] = [];
  const faults: string[] = [];
  for (const [at, entry] of list.entries()) {
    const where = `${file}, entry ${at + 1}`;
    try {
      const settings = readOne(entry, where, defaults);
      if (seen.has(settings.name)) {
        throw new KnownError('invalid', `${where}: another repository is named "${settings.name}"`);
      }
      seen.add(settings.name);
      repositories.push(settings);
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
      faults.push(messageOf(thrown).replace(': repositories[0]', ''));
    }
  }
  return { repositories, faults };
}

function readOne(
  entry: unknown,
  where: string,
  defaults: Partial<RepositorySettings>,
): RepositorySettings {
  const whole = isRecord(entry) ? { ...defaults, ...entry } : entry;
  const [settings] = readRepositories(stringify({ repositories: [whole] }), { file: where });
  if (settings === undefined) throw new KnownError('invalid', `${where}: no repository`);
  return settings;
}
