import type { Ran } from './bench.ts';

/** A command line in words: spaces part them, single quotes hold one together. */
export function words(line: string): string[] {
  const found = line.match(/(?:[^\s']|'[^']*')+/g) ?? [];
  return found.map((word) => word.replaceAll("'", ''));
}

const masks: ReadonlyArray<readonly [pattern: RegExp, name: string]> = [
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\b/g, '<time>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uid>'],
  [/(resourceVersion"?: ?)"\d+"/g, '$1"<version>"'],
  [/\b127\.(\d+\.){2}\d+\b/g, '<address>'],
  [/:3[0-2]\d{3}\//g, ':<node port>/'],
  [/\bweb-[0-9a-z]{6,10}(-[0-9a-z]{5})?(?=\s|$)/gm, 'web-<hash>'],
  [/(?<=\s)(\d+d)?(\d+h)?(\d+m)?\d+m?s(?=\s|$)/g, '<age>'],
  [/\b10\.244\.\d+\.\d+\b/g, '<address>'],
  [/(Resource Version: +)\d+/g, '$1<version>'],
  [/\/tmp\/[^\s"]+(\t[-:.\d ]+\+\d{4})?/g, '<file>'],
  // Lines of kubectl's own log, such as one about a watch that ended soon.
  [/^[IWE]\d{4} .*\n/gm, ''],
];

/** What a command printed, without what differs from run to run; columns are parted by two spaces. */
export function masked(text: string): string {
  const fixed = masks.reduce((all, [pattern, name]) => all.replaceAll(pattern, name), text);
  return fixed.replaceAll(/(?<=\S) {2,}/g, '  ').replaceAll(/[ \t]+$/gm, '');
}

/** One command and its answer, as in a terminal; standard error comes after standard output. */
export function entry(line: string, { code, out, err }: Ran): string {
  const ended = code === 0 ? '' : `[exit ${code}]\n`;
  return `$ kubectl ${line}\n${withEnd(masked(out))}${withEnd(masked(err))}${ended}`;
}

const withEnd = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);
