import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { KnownError, isRecord, messageOf } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import {
  fetchBytes,
  mergeMaps,
  setLiteral,
  setValues,
  unmarshal,
} from '../../../lib/helm/index.ts';
import type { SetMode } from '../../../lib/helm/index.ts';
import type { Call } from '../cobra/index.ts';
import { readAll } from '../io.ts';
import type { CliIo } from '../io.ts';

const maxBytes = 64 * 1024 * 1024;

/** The user's values: `-f` files in order, then `--set-json`, `--set`, `--set-string`, `--set-file`, `--set-literal`. */
export async function mergedValues({ flags, io }: Call): Promise<JsonRecord> {
  let values: JsonRecord = {};
  for (const file of flags.list('values')) {
    values = mergeMaps(values, await valuesFile(io, file));
  }
  for (const text of flags.list('set-json')) {
    setting(`failed parsing --set-json data ${text}`, false, () => setValues(values, text, 'json'));
  }
  for (const [flag, mode] of [
    ['set', 'typed'],
    ['set-string', 'string'],
  ] as const satisfies readonly (readonly [string, SetMode])[]) {
    for (const text of flags.list(flag)) {
      setting(`failed parsing --${flag} data`, true, () => setValues(values, text, mode));
    }
  }
  for (const text of flags.list('set-file')) await setFiles(io, values, text);
  for (const text of flags.list('set-literal')) {
    setting('failed parsing --set-literal data', true, () => setLiteral(values, text));
  }
  return values;
}

function setting(what: string, withCause: boolean, set: () => void): void {
  try {
    set();
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new KnownError('invalid', withCause ? `${what}: ${thrown.message}` : what, {
      cause: thrown,
    });
  }
}

/** The grammar is synchronous, files are not: a first pass finds the paths, a second sets the contents. */
async function setFiles(io: CliIo, values: JsonRecord, text: string): Promise<void> {
  const contents = new Map<string, string>();
  const wanted = new Set<string>();
  setting('failed parsing --set-file data', true, () =>
    setValues({}, text, 'string', (file) => {
      wanted.add(file);
      return file;
    }),
  );
  for (const file of wanted) contents.set(file, (await readSource(io, file)).toString('utf8'));
  setting('failed parsing --set-file data', true, () =>
    setValues(values, text, 'string', (file) => contents.get(file) ?? ''),
  );
}

async function valuesFile(io: CliIo, file: string): Promise<JsonRecord> {
  const text = (await readSource(io, file)).toString('utf8');
  try {
    const value = unmarshal(text);
    if (value === null || value === undefined) return {};
    if (isRecord(value)) return value;
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new KnownError('invalid', `failed to parse ${file}: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
  throw new KnownError(
    'invalid',
    `failed to parse ${file}: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal a value that is no map into Go value of type map[string]interface {}`,
  );
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
