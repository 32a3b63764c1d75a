import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { KnownError } from '../../../base/index.ts';
import { parseEnvironmentFile, parseStack } from '../../../features/build/index.ts';
import type { Stack, StackFunction } from '../../../features/build/index.ts';
import type { Call } from '../cobra/index.ts';

const defaultFiles = ['stack.yaml', 'stack.yml'];

/** The stack file a command is about: `-f`, a file or a URL, else the one of the folder. Undefined when there is none. */
export async function findStack({ flags, io }: Call): Promise<Stack | undefined> {
  const file = flags.string('yaml') || (await defaultFile(io.cwd));
  if (file === undefined) return undefined;
  const text = /^https?:\/\//.test(file)
    ? await fetchText(file)
    : await readText(path.resolve(io.cwd, file), file);
  const [filter, regex] = [flags.string('filter'), flags.string('regex')];
  return parseStack(text, {
    file,
    ...(flags.bool('envsubst') ? { variables: io.env } : {}),
    ...(filter === '' ? {} : { filter }),
    ...(regex === '' ? {} : { regex }),
  });
}

/** The stack file, which must be there and hold a function. */
export async function requireStack(call: Call): Promise<Stack> {
  const stack = await findStack(call);
  if (stack !== undefined && stack.functions.length > 0) return stack;
  throw new KnownError('invalid', 'you must supply a valid YAML file');
}

async function defaultFile(cwd: string): Promise<string | undefined> {
  for (const name of defaultFiles) {
    const found = await access(path.join(cwd, name)).then(
      () => true,
      () => false,
    );
    if (found) return name;
  }
  return undefined;
}

async function readText(file: string, shown: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new KnownError('not-found', `open ${shown}: no such file or directory`);
  }
}

async function fetchText(url: string): Promise<string> {
  const answer = await fetch(url).catch(() => undefined);
  if (answer?.ok) return answer.text();
  throw new KnownError('unreachable', `unable to fetch ${url}: ${answer?.status ?? 'no answer'}`);
}

/** Environment of a function: inline, then its environment files, then `-e`; later ones win. */
export async function environmentOf(
  { flags, io }: Call,
  definition: StackFunction,
  takesFlags: boolean,
): Promise<Record<string, string>> {
  const all: Record<string, string> = { ...definition.environment };
  for (const file of definition.environmentFiles) {
    const text = await readText(path.resolve(io.cwd, file), file);
    Object.assign(all, parseEnvironmentFile(text, file));
  }
  return takesFlags ? { ...all, ...pairsOf(flags.list('env'), 'env') } : all;
}

/** `key=value` texts of a flag as a map. Throws `KnownError('invalid')` with the original's words. */
export function pairsOf(texts: readonly string[], flag: string): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const equals = text.indexOf('=');
      if (equals < 1) {
        throw new KnownError('invalid', `${flag} format is not correct, needs key=value`);
      }
      return [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}
