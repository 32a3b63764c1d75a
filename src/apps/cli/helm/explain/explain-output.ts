import type { ExplainedLine, ReadValue, Rendered } from '../../../../lib/helm/index.ts';
import { describeRead } from './describe-read.ts';

/** A document of the output, and the template it is from. */
export interface ShownDocument {
  readonly path: string;
  readonly text: string;
}

/**
 * A document with a column at its right: for each line the template's line that printed it, and below
 * that the values that went into it or decided that it is there.
 */
export function explainDocument(
  { path, text }: ShownDocument,
  rendered: Rendered,
  width: number,
): string {
  const chart = rendered.chart.metadata.name;
  const all = rendered.trace?.lines(path) ?? [];
  const output = rendered.files.get(path) ?? '';
  const first = output.slice(0, Math.max(0, output.indexOf(text))).split('\n').length - 1;
  const lines = text.split('\n');
  const left = Math.min(Math.floor(width / 2), Math.max(...lines.map(({ length }) => length)));
  let above: readonly ReadValue[] = [];
  const shown = lines.map((line, at) => {
    const told = all[first + at];
    const isBlank = line.trim() === '';
    const notes = told === undefined || isBlank ? [] : notesOf(told, { path, chart, above });
    if (!isBlank) above = told?.conditions ?? above;
    return beside(line, notes, { left, width });
  });
  return `${shown.join('\n')}\n`;
}

function notesOf(
  { place, callers, reads, conditions }: ExplainedLine,
  { path, chart, above }: { path: string; chart: string; above: readonly ReadValue[] },
): string[] {
  const places = [place, ...callers].flatMap((each) =>
    each === undefined ? [] : `${shortName(each.file, path)}:${each.line}`,
  );
  const known = new Set(above.map((read) => read.path));
  const why = conditions.filter((read) => !known.has(read.path));
  return [
    ...(places.length === 0 ? [] : [[...new Set(places)].join(' < ')]),
    ...reads.map((read) => `  ${describeRead(read, chart)}`),
    ...why.map((read) => `  if ${describeRead(read, chart)}`),
  ];
}

/** The file below `templates/`; of another chart, the chart's name before it. */
function shortName(file: string, path: string): string {
  const at = file.indexOf('/templates/');
  if (at < 0) return file;
  const name = file.slice(at + '/templates/'.length);
  const chart = file.slice(0, at);
  if (path.startsWith(`${chart}/templates/`)) return name;
  return `${chart.slice(chart.lastIndexOf('/') + 1)}/${name}`;
}

function beside(
  line: string,
  notes: readonly string[],
  { left, width }: { left: number; width: number },
): string {
  const right = notes.flatMap((note) => folded(note, width - left - 3));
  const fits = line.length <= left;
  const rest = fits ? right.slice(1) : right;
  const head = fits && right[0] !== undefined ? `${line.padEnd(left)} | ${right[0]}` : line;
  return [head, ...rest.map((note) => `${' '.repeat(left)} | ${note}`)].join('\n');
}

/** Breaks a note at blanks where it can; what follows is indented. */
function folded(note: string, room: number): string[] {
  const out: string[] = [];
  let rest = note;
  while (rest.length > room) {
    const blank = rest.lastIndexOf(' ', room);
    const cut = blank > rest.search(/\S/) ? blank : room;
    out.push(rest.slice(0, cut));
    rest = `    ${rest.slice(cut).trimStart()}`;
  }
  return [...out, rest];
}
