import { KnownError } from '../../base/index.ts';
import { stringify } from '../../lib/yaml/index.ts';
import type { Flag } from './cobra/index.ts';

/** `-o` of every command that shows a list. */
export const outputFlag: Flag = {
  name: 'output',
  shorthand: 'o',
  type: 'string',
  usage: 'output format: json, yaml, wide or name',
};

/** How a list is shown. */
export interface ListForms<T> {
  readonly items: readonly T[];
  readonly nameOf: (item: T) => string;
  /** For people; with more columns when `isWide`. */
  readonly table: (items: readonly T[], isWide: boolean) => string;
}

/** The list in a format. Throws a `KnownError` for a format that there is not. */
export function printList<T>(format: string, { items, nameOf, table }: ListForms<T>): string {
  switch (format) {
    case '':
      return table(items, false);
    case 'wide':
      return table(items, true);
    case 'json':
      return `${JSON.stringify(items, undefined, 2)}\n`;
    case 'yaml':
      return stringify(items);
    case 'name':
      return items.map((item) => `${nameOf(item)}\n`).join('');
    default:
      throw new KnownError(
        'invalid',
        `unknown output format "${format}", try json, yaml, wide or name`,
      );
  }
}
