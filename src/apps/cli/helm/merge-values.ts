import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { KnownError, messageOf } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import {
  fetchBytes,
  mergeMaps,
  setLiteral,
  setValues,
  valuesSource,
} from '../../../lib/helm/index.ts';
import type { SetMode, ValuesSource } from '../../../lib/helm/index.ts';
import type { Call } from '../cobra/index.ts';
import { readAll } from '../io.ts';
import type { CliIo } from '../io.ts';

const maxBytes = 64 * 1024 * 1024;

/** What the user says about values, and where each part was said. */
export interface GivenValues {
  readonly values: JsonRecord;
  /** Those that count more come last. */
  readonly sources: readonly ValuesSource[];
}

/** The user's values: `-f` files in order, then `--set-json`, `--set`, `--set-string`, `--set-file`, `--set-literal`. */
export async function mergedValues({ flags, io }: Call): Promise<GivenValues> {
  let values: JsonRecord = {};
  const sources: ValuesSource[] = [];
  for (const file of flags.list('values')) {
    const source = await valuesFile(io, file);
    values = mergeMaps(values, source.values);
    sources.push(source);
  }
  for (const { flag, how } of setFlags) {
    for (const [at, text] of flags.list(flag).entries()) {
      const set = await setterOf(io, how, text);
      const own: JsonRecord = {};
      setting(flag, text, () => {
        set(values);
        set(own);
      });
      sources.push({ name: `--${flag} #${at + 1}`, values: own });
    }
  }
  return { values, sources };
}

type How = SetMode | 'literal' | 'file';

const setFlags: readonly { readonly flag: string; readonly how: How }[] = [
  { flag: 'set-json', how: 'json' },
  { flag: 'set', how: 'typed' },
  { flag: 'set-string', how: 'string' },
  { flag: 'set-file', how: 'file' },
  { flag: 'set-literal', how: 'literal' },
];

async function setterOf(io: CliIo, how: How, text: string): Promise<(into: JsonRecord) => void> {
  if (how === 'literal') return (into) => setLiteral(into, text);
  if (how !== 'file') return (into) => setValues(into, text, how);
  const contents = await filesIn(io, text);
  return (into) => setValues(into, text, 'string', (file) => contents.get(file) ?? '');
}

function setting(flag: string, text: string, set: () => void): void {
  try {
    set();
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    const what = `failed parsing --${flag} data`;
    const message = flag === 'set-json' ? `${what} ${text}` : `${what}: ${thrown.message}`;
    throw new KnownError('invalid', message, { cause: thrown });
  }
}

/** The grammar is synchronous, files are not: a first pass finds the paths. */
async function filesIn(io: CliIo, text: string): Promise<ReadonlyMap<string, string>> {
  const wanted = new Set<string>();
  setting('set-file', text, () =>
    setValues({}, text, 'string', (file) => {
      wanted.add(file);
      return file;
    }),
  );
  const contents = new Map<string, string>();
  for (const file of wanted) contents.set(file, (await readSource(io, file)).toString('utf8'));
  return contents;
}

async function valuesFile(io: CliIo, file: string): Promise<ValuesSource> {
  const text = (await readSource(io, file)).toString('utf8');
  try {
    return valuesSource(file.trim() === '-' ? 'standard input' : file, text);
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new KnownError('invalid', `failed to parse ${file}: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

/** A file, a URL, or standard input (`-`). */
async function readSource(io: CliIo, source: string): Promise<Buffer> {
  if (source.trim() === '-') return readAll(io.stdin);
  if (/^https?:\/\//.test(source)) {
    const ports = { transport: (request: Request) => fetch(request), ...io };
    return fetchBytes(ports, { url: source, home: source, maxBytes });
  }
  try {
    return await readFile(path.resolve(io.cwd, source));
  } catch (thrown) {
    throw new KnownError('not-found', `open ${source}: no such file or directory`, {
      cause: thrown,
    });
  }
}
