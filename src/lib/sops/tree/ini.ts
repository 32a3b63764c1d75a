import { KnownError } from '../../../base/index.ts';
import { unflatten } from './flat-metadata.ts';
import { plainValue } from './tree.ts';
import type { Node, SopsFile } from './tree.ts';

interface Section {
  readonly name: string;
  readonly lines: Map<string, string>;
}

/** Reads an ini file; lines before the first section belong to one named `DEFAULT`. */
export function readIni(text: string, file: string): SopsFile {
  const sections = sectionsOf(text, file);
  const metadata = sections.find(({ name }) => name === 'sops');
  const others = sections.filter((each) => each !== metadata);
  const entries = others.map(({ name, lines: own }) => [name, sectionNode(own)] as const);
  return {
    documents: [{ is: 'map', entries }],
    metadata: metadata === undefined ? undefined : unflatten(metadata.lines),
  };
}

function sectionsOf(text: string, file: string): Section[] {
  const sections: Section[] = [{ name: 'DEFAULT', lines: new Map() }];
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const section = /^\[(.*)\]$/.exec(line);
    if (section !== null) sections.push({ name: (section[1] ?? '').trim(), lines: new Map() });
    else {
      const [, name, value = ''] = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(line) ?? [];
      if (name === undefined) {
        throw new KnownError('invalid', `${file}:${at + 1}: a line is no name=value`);
      }
      sections.at(-1)?.lines.set(unquoted(name), unquoted(value));
    }
  }
  return sections;
}

function sectionNode(lines: ReadonlyMap<string, string>): Node {
  const entries = [...lines].map(
    ([key, text]) => [key, { is: 'scalar', scalar: { type: 'str', text } }] as const,
  );
  return { is: 'map', entries };
}

function unquoted(text: string): string {
  for (const mark of ['"""', '`', '"', "'"]) {
    const isQuoted = text.length >= 2 * mark.length && text.startsWith(mark) && text.endsWith(mark);
    if (isQuoted) return text.slice(mark.length, -mark.length);
  }
  return text;
}

export function iniText(documents: readonly Node[]): string {
  const sections = documents.flatMap((node) => (node.is === 'map' ? node.entries : []));
  return sections
    .filter(([name, node]) => name !== 'DEFAULT' || (node.is === 'map' && node.entries.length > 0))
    .map(([name, node]) => {
      const entries = node.is === 'map' ? node.entries : [];
      const lines = entries.map(
        ([key, value]) => `${key} = ${quoted(String(plainValue(value)))}\n`,
      );
      return `${name === 'DEFAULT' ? '' : `[${name}]\n`}${lines.join('')}`;
    })
    .join('\n');
}

function quoted(text: string): string {
  if (text.includes('\n') || text.includes('`')) return `"""${text}"""`;
  return /^\s|\s$|[#;]/.test(text) ? `\`${text}\`` : text;
}
