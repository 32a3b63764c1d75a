/**
 * Lays out lines of tab-ended cells as Go's text/tabwriter does with padding 2 and nothing else: a
 * column is a run of lines that have a cell there; text after the last tab belongs to no column.
 */
export function tabulate(rows: ReadonlyArray<readonly string[]>): string {
  const widths = rows.map((): number[] => []);
  const most = Math.max(0, ...rows.map((row) => row.length - 1));
  for (let column = 0; column < most; column += 1) setWidths(rows, widths, column);
  return rows
    .map((row, at) => {
      const cells = row.map((cell, column) => padded(cell, widths[at]?.[column] ?? 0));
      return `${cells.join('')}\n`;
    })
    .join('');
}

const padding = 2;

function setWidths(
  rows: ReadonlyArray<readonly string[]>,
  widths: number[][],
  column: number,
): void {
  const has = (at: number): boolean => column < (rows[at]?.length ?? 0) - 1;
  for (let start = 0; start < rows.length; start += 1) {
    if (!has(start)) continue;
    let end = start;
    while (has(end)) end += 1;
    const block = rows.slice(start, end);
    const width = Math.max(...block.map((row) => lengthOf(row[column] ?? ''))) + padding;
    for (let at = start; at < end; at += 1) widths[at]![column] = width;
    start = end;
  }
}

/** Go counts code points. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - lengthOf(text)));
}
