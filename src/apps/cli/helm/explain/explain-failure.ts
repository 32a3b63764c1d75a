import { explainFailure } from '../../../../lib/helm/index.ts';
import type { RenderOptions } from '../../../../lib/helm/index.ts';
import type { Call } from '../../cobra/index.ts';
import { describeRead } from './describe-read.ts';
import { excerpt } from './excerpt.ts';
import { columnsOf, wantsExplanation } from './explain-flag.ts';

/**
 * What is added to the error of a render that failed: the line, a caret, and the values that were
 * used with where they came from. Empty when nobody reads it, or when no place is known.
 */
export function failureText(call: Call, options: RenderOptions): string {
  if (!wantsExplanation(call)) return '';
  const failure = explainFailure(options);
  if (failure === undefined) return '';
  const { file, line, text, isOutput, reads } = failure;
  const what = isOutput ? `what ${file} printed` : file;
  const width = columnsOf(call.io.stderr);
  const values = reads.map((read) => `  ${describeRead(read, options.chart.metadata.name)}`);
  const lines = [`${what}, line ${line}:`, ...excerpt(text, failure, width), ...new Set(values)];
  return `\n\n${lines.join('\n')}`;
}
