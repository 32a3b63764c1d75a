import { fromBytes, typedList, typedMap } from '../../gotemplate/index.ts';
import { stringify } from '../../yaml/index.ts';
import type { ChartFile } from '../chart/chart.ts';
import { globToRegExp } from './files-glob.ts';

type Files = Record<string, Uint8Array>;

/** `.Files`: a Go map of bytes with methods, as a template sees it. */
export function filesOf(files: readonly ChartFile[]): Files {
  const map: Files = {};
  for (const { name, data } of files) map[name] = data;
  return typedMap(map, filesType);
}

function sorted(files: Files): [string, Uint8Array][] {
  return Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Text of a file; a missing one is empty. */
function textOf(files: Files, name: string): string {
  return Object.hasOwn(files, name) ? fromBytes(files[name] ?? new Uint8Array()) : '';
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** YAML of a map without its last newline; empty for an empty set of files, as a Go map that is nil. */
function yamlOf(entries: readonly (readonly [string, string])[]): string {
  if (entries.length === 0) return '{}';
  return stringify(Object.fromEntries(entries)).replace(/\n$/, '');
}

const filesType = {
  name: 'engine.files',
  element: '[]uint8',
  methods: {
    Get: { params: ['string'] as const, call: textOf },
    GetBytes: {
      params: ['string'] as const,
      call: (files: Files, name: string) =>
        Object.hasOwn(files, name) ? files[name] : new Uint8Array(),
    },
    Glob: {
      params: ['string'] as const,
      call: (files: Files, pattern: string) => {
        const wanted = globToRegExp(pattern);
        const found = Object.entries(files).filter(([name]) => wanted.test(name));
        return typedMap(Object.fromEntries(found), filesType);
      },
    },
    Lines: {
      params: ['string'] as const,
      call: (files: Files, name: string) => {
        const text = textOf(files, name);
        if (text === '') return typedList([], 'string');
        return typedList(text.replace(/\n$/, '').split('\n'), 'string');
      },
    },
    AsConfig: {
      params: [] as const,
      call: (files: Files) =>
        yamlOf(sorted(files).map(([name, data]) => [baseName(name), fromBytes(data)])),
    },
    AsSecrets: {
      params: [] as const,
      call: (files: Files) =>
        yamlOf(
          sorted(files).map(([name, data]) => [
            baseName(name),
            Buffer.from(data).toString('base64'),
          ]),
        ),
    },
  },
};
