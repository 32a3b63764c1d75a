/** A line of a text, counted from 1, and the place in it in bytes from 0, as Go counts. */
interface Spot {
  readonly line: number;
  readonly column?: number;
}

/** The line before, the line, and a caret; cut so that no line is wider than `width` columns. */
export function excerpt(text: string, { line, column }: Spot, width: number): string[] {
  const lines = text.split('\n').map((each) => each.replace(/\r$/, '').replaceAll('\t', '  '));
  const digits = String(line).length;
  const before = column === undefined ? '' : prefixOf(text.split('\n')[line - 1] ?? '', column);
  const at = before.length;
  const room = Math.max(20, width - digits - 5);
  // The caret stands in the middle when the line is too long to be shown whole.
  const from = at < room - 8 ? 0 : at - Math.floor(room / 2);
  const shown = [line - 1, line]
    .filter((number) => number >= 1 && lines[number - 1] !== undefined)
    .map((number) => {
      const cut = window(lines[number - 1] ?? '', number === line ? from : 0, room);
      return `  ${String(number).padStart(digits)} | ${cut}`.trimEnd();
    });
  if (column !== undefined) shown.push(`  ${' '.repeat(digits)} | ${' '.repeat(at - from)}^`);
  return shown;
}

/** What stands before a byte offset, as it is shown. */
function prefixOf(line: string, column: number): string {
  return Buffer.from(line).subarray(0, column).toString('utf8').replaceAll('\t', '  ');
}

function window(line: string, from: number, room: number): string {
  const head = from === 0 ? '' : '…';
  const rest = from === 0 ? line : line.slice(from + 1);
  const whole = head + rest;
  return whole.length > room ? `${whole.slice(0, room - 1)}…` : whole;
}
