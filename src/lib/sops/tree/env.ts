import { KnownError } from '../../../base/index.ts';
import { unflatten } from './flat-metadata.ts';
import { plainValue } from './tree.ts';
import type { Node, SopsFile } from './tree.ts';

const prefix = 'sops_';

/** Reads lines `NAME=value`; those whose names begin with `sops_` are the metadata. */
export function readEnv(text: string, file: string): SopsFile {
  const entries: Array<readonly [string, Node]> = [];
  const metadata = new Map<string, string>();
  for (const [at, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    if (equals === -1) {
      throw new KnownError('invalid', `${file}:${at + 1}: a line is no NAME=value`);
    }
    const [name, value] = [line.slice(0, equals), line.slice(equals + 1)];
    if (name.startsWith(prefix)) metadata.set(name.slice(prefix.length), value);
    else {
      const scalar = { type: 'str', text: value.replaceAll('\\n', '\n') } as const;
      entries.push([name, { is: 'scalar', scalar }]);
    }
  }
  return { documents: [{ is: 'map', entries }], metadata: unflatten(metadata) };
}

export function envText(node: Node): string {
  const entries = node.is === 'map' ? node.entries : [];
  return entries
    .map(([name, value]) => `${name}=${String(plainValue(value)).replaceAll('\n', '\\n')}\n`)
    .join('');
}
