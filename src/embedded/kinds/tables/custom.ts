import type { KindTable, TableColumn } from '../resource.ts';
import { ageSince } from './age.ts';
import { nameColumn, table } from './columns.ts';
import { parseJsonPath } from './json-path.ts';

/** A printer column of a CRD version, in its v1 form. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
}

const ageTable = table(['Age'], () => []);

/** The table of a custom resource from its additionalPrinterColumns; none: Name and Age. */
export function customTable(columns: readonly PrinterColumn[]): KindTable {
  if (columns.length === 0) return ageTable;
  const readers = columns.map((column) => ({
    type: column.type,
    read: parseJsonPath(column.jsonPath),
  }));
  return {
    columns: [nameColumn, ...columns.map(asColumn)],
    row(object, now) {
      const { name } = (object['metadata'] ?? {}) as { name?: string };
      return [name ?? '', ...readers.map(({ type, read }) => cell(type, read(object), now))];
    },
  };
}

function asColumn(column: PrinterColumn): TableColumn {
  return {
    name: column.name,
    type: column.type as TableColumn['type'],
    format: column.format ?? '',
    description:
      column.description ??
      `Custom resource definition column (in JSONPath format): ${column.jsonPath}`,
    priority: column.priority ?? 0,
  };
}

/** null shows as `<none>`; dates become ages; several values are joined as Go prints a list. */
function cell(type: string, values: readonly unknown[], now: Date): unknown {
  const [first] = values;
  if (first === undefined || first === null) return null;
  switch (type) {
    case 'integer':
      return typeof first === 'number' ? Math.trunc(first) : null;
    case 'number':
      return typeof first === 'number' ? first : null;
    case 'boolean':
      return typeof first === 'boolean' ? first : null;
    case 'date': {
      return typeof first === 'string' ? ageSince(first, now) : '<unknown>';
    }
    default:
      return textOf(values);
  }
}

function textOf(values: readonly unknown[]): string {
  return values
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
    .join(',');
}
