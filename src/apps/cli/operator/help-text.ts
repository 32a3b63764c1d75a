import type { Flag } from '../cobra/index.ts';
import { taken } from './flags.ts';
import { fluxdFlags } from './fluxd-flags.ts';
import { helmFlags } from './helm-flags.ts';
import { ownFlags } from './own-flags.ts';
import { sealFlags } from './seal-flags.ts';

/** The flags that help shows, by the program they come from. */
export const flagGroups: ReadonlyArray<readonly [title: string, flags: readonly Flag[]]> = [
  ['Flags of fluxd', fluxdFlags],
  ['Flags of the Helm Operator', helmFlags(taken)],
  ['Flags of the Sealed Secrets controller', sealFlags(taken)],
  ['Our own flags', ownFlags],
].map(([title, flags]) => [
  title as string,
  (flags as readonly Flag[])
    .filter((flag) => flag.hidden !== true && flag.deprecated === undefined)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
]);

const columns = 80;
const nameColumns = 36;

/** What `--help` prints: four groups in a terminal's width, in place of one list wider than any. */
export function helpText(long: string): string {
  const groups = flagGroups.map(([title, flags]) => `${title}:\n${flags.map(flagText).join('')}`);
  return `${long}\n\nUsage:\n  trice operator [flags]\n\n${groups.join('\n')}`;
}

function flagText(flag: Flag): string {
  const letter = flag.shorthand === undefined ? '' : `-${flag.shorthand}, `;
  const isAlone = flag.type === 'bool' || flag.bare !== undefined;
  const name = `  ${letter}--${flag.name}${isAlone ? '' : ' VALUE'}`;
  const [first = '', ...more] = wrapped(usageOf(flag), columns - nameColumns);
  const begin =
    name.length < nameColumns ? name.padEnd(nameColumns) : `${name}\n${' '.repeat(nameColumns)}`;
  const rest = more.map((line) => `${' '.repeat(nameColumns)}${line}\n`);
  return `${begin}${first}\n${rest.join('')}`;
}

/** The usage, with the default in brackets. */
export function usageOf({ usage, default: fallback = '' }: Flag): string {
  const isNothing = ['', '[]', 'false'].includes(fallback);
  return isNothing ? usage : `${usage} (default ${fallback.replaceAll(/^\[|\]$/g, '')})`;
}

function wrapped(text: string, width: number): string[] {
  const lines = [''];
  // A list in a default has no blanks to break at.
  for (const word of text.replaceAll(/,(?=\S)/g, ', ').split(' ')) {
    const last = lines.at(-1)!;
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
