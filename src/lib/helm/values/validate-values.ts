import { KnownError } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { typeName } from '../../gotemplate/index.ts';
import type { ChartNode } from '../chart/node.ts';
import { SchemaFault, schemaProblems } from './schema/index.ts';
import { isTable } from './tables.ts';

/** Checks every chart's section against its values.schema.json; throws Helm's report of all that is wrong. */
export function validateValues(chart: ChartNode, values: JsonRecord): void {
  const report = reportOf(chart, values);
  if (report === '') return;
  throw new KnownError(
    'invalid',
    `values don't meet the specifications of the schema(s) in the following chart(s):\n${report}`,
  );
}

/** What is wrong with the values, or with the schema itself. */
function problemsText(schema: string, values: JsonRecord): string {
  try {
    return schemaProblems(schema, values)
      .map((line) => `${line}\n`)
      .join('');
  } catch (thrown) {
    // The validator's own texts have no newline at their end.
    if (thrown instanceof SchemaFault) return thrown.message;
    throw thrown;
  }
}

function reportOf(chart: ChartNode, values: JsonRecord): string {
  let report = '';
  const { schema } = chart.source;
  if (schema !== undefined) {
    const problems = problemsText(Buffer.from(schema).toString('utf8'), values);
    if (problems !== '') report += `${chart.metadata.name}:\n${problems}`;
  }
  for (const child of chart.dependencies) {
    const { name } = child.metadata;
    const section = values[name] ?? null;
    if (section === null) continue;
    if (isTable(section)) report += reportOf(child, section);
    else {
      report += `${name}:\ninvalid type for values: expected object (map), got ${typeName(section)}\n`;
    }
  }
  return report;
}
