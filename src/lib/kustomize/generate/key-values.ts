import { invalid, messageOf } from '../../../base/index.ts';
import type { Generator } from '../read/kustomization.ts';
import type { FileTree } from '../tree/file-tree.ts';

/** A key and its value: text, or bytes that are no UTF-8. */
export type Pair = readonly [key: string, value: string | Uint8Array];

/** The pairs of a generator: those of its env files, its literals and its files, in this order. */
export function keyValues(tree: FileTree, generator: Generator): Pair[] {
  const { envs = [], literals = [], files = [] } = generator;
  return [
    ...told(`env source files: [${envs.join(' ')}]`, () =>
      envs.flatMap((path) => envFile(tree.read(path))),
    ),
    ...told(`literal sources [${literals.join(' ')}]`, () => literals.map(literal)),
    ...told(`file sources: [${files.join(' ')}]`, () =>
      files.map((source): Pair => {
        const [key, path] = fileSource(source);
        return [key, asText(tree.read(path))];
      }),
    ),
  ];
}

function told(start: string, read: () => Pair[]): Pair[] {
  try {
    return read();
  } catch (thrown) {
    throw invalid(`${start}: ${messageOf(thrown)}`);
  }
}

/** Bytes as text when they are UTF-8. */
function asText(content: string | Uint8Array): string | Uint8Array {
  if (typeof content === 'string') return content;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return content;
  }
}

function envFile(content: string | Uint8Array): Pair[] {
  const text = asText(content);
  if (typeof text !== 'string') throw invalid('line 0 has invalid utf8 bytes');
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  return lines.flatMap((line): Pair[] => {
    const start = line.replace(/\r$/, '').trimStart();
    if (start === '' || start.startsWith('#')) return [];
    const at = start.indexOf('=');
    // A name without a value takes the machine's variable in kustomize's older days; now it is empty.
    const key = at < 0 ? start : start.slice(0, at);
    return key === '' ? [] : [[key, at < 0 ? '' : start.slice(at + 1)]];
  });
}

function literal(source: string): Pair {
  const at = source.indexOf('=');
  if (at <= 0) throw invalid(`invalid literal source ${source}, expected key=value`);
  return [source.slice(0, at), withoutQuotes(source.slice(at + 1))];
}

function withoutQuotes(text: string): string {
  const quoted = text.length > 1 && text[0] === text.at(-1) && /^["']/.test(text);
  return quoted ? text.slice(1, -1) : text;
}

function fileSource(source: string): [key: string, path: string] {
  const [key = '', path, ...more] = source.split('=');
  if (path === undefined) return [source.replace(/\/+$/, '').split('/').at(-1) ?? '', source];
  if (more.length > 0) throw invalid(`source "${source}" key name or file path contains '='`);
  if (key === '') {
    throw invalid(`missing key name for file path "${path}" in source "${source}"`);
  }
  if (path === '') {
    throw invalid(`missing file path for key name "${key}" in source "${source}"`);
  }
  return [key, path];
}
