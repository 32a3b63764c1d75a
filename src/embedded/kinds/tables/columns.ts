import type { JsonRecord } from '../../../base/index.ts';
import { recordAt, recordsAt, textAt, valueAt } from '../records.ts';
import type { KindTable, TableColumn } from '../resource.ts';
import { ageSince } from './age.ts';

/** Gives the cells after Name. */
export type Cells = (object: JsonRecord, now: Date) => unknown[];

/**
 * A table from its columns after Name. `*` after a name: only with -o wide; `#`: an integer.
 * The cell of `Age` is put in by itself, so `cells` leaves it out.
 */
export function table(columns: readonly string[], cells: Cells): KindTable {
  const all = [nameColumn, ...columns.map(column)];
  const age = columns.indexOf('Age');
  return {
    columns: all,
    row(object, now) {
      const rest = cells(object, now);
      if (age >= 0) rest.splice(age, 0, ageOf(object, now));
      return [textAt(object, 'metadata', 'name'), ...rest];
    },
  };
}

/** The first column of nearly every table. */
export const nameColumn: TableColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  priority: 0,
};

/** A column by its short form: `IP*` is shown with -o wide, `Desired#` is an integer. */
export function column(short: string): TableColumn {
  return {
    name: short.replace(/[*#]+$/, ''),
    type: short.includes('#') ? 'integer' : 'string',
    format: '',
    description: '',
    priority: short.includes('*') ? 1 : 0,
  };
}

export function ageOf(object: JsonRecord, now: Date): string {
  return ageSince(valueAt(object, 'metadata', 'creationTimestamp'), now);
}

/** The text, or `<none>` when it is empty. */
export function orNone(text: unknown): string {
  return text === undefined || text === null || text === '' ? '<none>' : String(text);
}

/** Names and images of a pod template's containers, joined by commas. */
export function containerCells(template: JsonRecord): [names: string, images: string] {
  const containers = recordsAt(template, 'spec', 'containers');
  return [
    containers.map((each) => textAt(each, 'name')).join(','),
    containers.map((each) => textAt(each, 'image')).join(','),
  ];
}

/** `a=b,c in (d,e),!f`; `<none>` when it is empty, as Go's label selectors print. */
export function selectorText(selector: JsonRecord): string {
  const labels = Object.entries(recordAt(selector, 'matchLabels')).map(
    ([key, value]) => `${key}=${value}`,
  );
  const expressions = recordsAt(selector, 'matchExpressions').map((each) => {
    const key = textAt(each, 'key');
    const values = ((each['values'] as unknown[] | undefined) ?? []).map(String).toSorted();
    const operator = textAt(each, 'operator');
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
  });
  const all = [...labels.toSorted(), ...expressions];
  return all.length === 0 ? '<none>' : all.join(',');
}

/** `a=b,c=d` of a plain map; `<none>` when it is empty. */
export function labelsText(labels: JsonRecord): string {
  const all = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return all.length === 0 ? '<none>' : all.toSorted().join(',');
}
