import type { KindTable } from '../resource.ts';
/** The table of a custom resource from its additionalPrinterColumns (v1 form); none: Name and Age. */
export function customTable(
  columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly jsonPath: string;
    readonly format?: string;
    readonly description?: string;
    readonly priority?: number;
  }[],
): KindTable {
  throw new Error('not yet' + columns.length);
}
