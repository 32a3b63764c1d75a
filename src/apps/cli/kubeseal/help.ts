import { flags } from './flags.ts';
import type { KubesealFlag } from './flags.ts';

const typeNames: Partial<Record<KubesealFlag['type'], string>> = {
  string: 'string',
  stringSlice: 'strings',
  stringArray: 'stringArray',
};

/** The flags as pflag prints them: sorted, the texts aligned, deprecated ones left out. */
export function flagsText(): string {
  const rows = flags
    .filter((flag) => flag.deprecated === undefined)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((flag) => {
      const short = flag.shorthand === undefined ? '      ' : `  -${flag.shorthand}, `;
      const type = flag.typeName ?? typeNames[flag.type] ?? '';
      return {
        left: `${short}--${flag.name}${type === '' ? '' : ` ${type}`}`,
        right: `${flag.usage}${defaultText(flag)}`,
      };
    });
  const width = Math.max(...rows.map(({ left }) => left.length));
  return rows.map(({ left, right }) => `${left.padEnd(width)}   ${right}\n`).join('');
}

function defaultText(flag: KubesealFlag): string {
  if (flag.default === undefined) return '';
  const isText = flag.type === 'string' && flag.typeName === undefined;
  return isText ? ` (default "${flag.default}")` : ` (default ${flag.default})`;
}
