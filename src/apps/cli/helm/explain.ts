import type { KnownError } from '../../../base/index.ts';
import type { Chart } from '../../../lib/helm/index.ts';
import type { Call, Flag } from '../cobra/index.ts';

/** Shows the line of a template that failed; on a terminal that happens without it. */
export const explainFlag: Flag = {
  name: 'explain',
  type: 'bool',
  usage: 'when a template fails, show its line and the place in it (the default on a terminal)',
};

/**
 * What is added to the error of a template that failed: the line before, the line, and a caret.
 * Empty when nobody reads it, or when the error names no place in a template of this chart.
 */
export function explanation(call: Call, chart: Chart, thrown: KnownError): string {
  const wanted = call.flags.changed('explain') ? call.flags.bool('explain') : call.io.stderr.isTTY;
  if (!wanted) return '';
  const place = placeOf(thrown.message);
  const text = place === undefined ? undefined : templateText(chart, place.file);
  return place === undefined || text === undefined ? '' : `\n\n${excerpt(text, place)}`;
}

interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** In bytes from 0, as Go counts; absent when only the line is known. */
  readonly column?: number;
}

/** The innermost place that an error names: there it went wrong, not where it was included from. */
function placeOf(message: string): Place | undefined {
  const exact = [...message.matchAll(/(?:template: |error at \()([^\s:()]+):(\d+)(?::(\d+))?/g)];
  const found = exact.filter(([, file = '']) => file.includes('/templates/')).at(-1);
  if (found === undefined) return undefined;
  const [, file = '', line = '0', column] = found;
  return { file, line: Number(line), ...(column === undefined ? {} : { column: Number(column) }) };
}

/** `parent/charts/child/templates/x` names a file of the child. */
function templateText(chart: Chart, file: string): string | undefined {
  const [, ...parts] = file.split('/');
  let at: Chart | undefined = chart;
  while (parts[0] === 'charts' && parts.length > 2) {
    const [, name] = parts.splice(0, 2);
    at = at?.dependencies.find(({ metadata }) => metadata.name === name);
  }
  const name = parts.join('/');
  const found = at?.templates.find((each) => each.name === name);
  return found === undefined ? undefined : Buffer.from(found.data).toString('utf8');
}

function excerpt(text: string, { file, line, column }: Place): string {
  const lines = text.split('\n').map((each) => each.replace(/\r$/, ''));
  const width = String(line).length;
  const shown = [line - 1, line]
    .filter((number) => number >= 1 && lines[number - 1] !== undefined)
    .map((number) => `  ${String(number).padStart(width)} | ${lines[number - 1]}`);
  if (column !== undefined) {
    const before = Buffer.from(lines[line - 1] ?? '')
      .subarray(0, column)
      .toString('utf8');
    shown.push(`  ${' '.repeat(width)} | ${before.replaceAll(/[^\t]/g, ' ')}^`);
  }
  return `${file}, line ${line}:\n${shown.join('\n')}`;
}
