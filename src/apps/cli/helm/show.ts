import { crdsOf, metadataJson, nodeOf } from '../../../lib/helm/index.ts';
import type { Chart } from '../../../lib/helm/index.ts';
import { stringify } from '../../../lib/yaml/index.ts';
import type { Command, Flag } from '../cobra/index.ts';
import { helmArgs } from './args.ts';
import { chartFlags } from './flags.ts';
import { refuse } from './refuse.ts';
import { locateChart } from './locate-chart.ts';

type Part = 'all' | 'chart' | 'crds' | 'readme' | 'values';

const shorts: Readonly<Record<Part, string>> = {
  all: 'show all information of the chart',
  chart: "show the chart's definition",
  crds: "show the chart's CRDs",
  readme: "show the chart's README",
  values: "show the chart's values",
};

const jsonpathFlag: Flag = {
  name: 'jsonpath',
  type: 'string',
  usage: 'supply a JSONPath expression to filter the output (not supported)',
};

/** `helm show all|chart|crds|readme|values`. */
export const show: Command = {
  use: 'show',
  aliases: ['inspect'],
  short: 'show information of a chart',
  long: '\nThis command consists of multiple subcommands to display information about a chart\n',
  commands: (Object.keys(shorts) as Part[]).map((part) => ({
    use: `${part} [CHART]`,
    short: shorts[part],
    args: helmArgs('exactly', 1, `${part} [CHART]`),
    flags: part === 'values' ? [...chartFlags, jsonpathFlag] : chartFlags,
    run: async (call) => {
      if (part === 'values') refuse(call, ['jsonpath']);
      const { chart } = await locateChart(call, call.args[0] ?? '');
      call.io.stdout.write(showText(chart, part));
    },
  })),
};

/** What `helm show` prints of a chart. */
export function showText(chart: Chart, part: Part): string {
  const isAll = part === 'all';
  const line = isAll ? '---\n' : '';
  let text = '';
  if (isAll || part === 'chart') text += `${stringify(metadataJson(chart.metadata))}\n`;
  if (isAll || part === 'values') {
    const values = textOf(chart, 'values.yaml');
    text += line;
    if (values !== undefined) text += `${values}\n`;
  }
  if (isAll || part === 'readme') {
    const readme = readmeOf(chart);
    if (readme !== undefined) text += `${line}${readme}\n`;
  }
  return isAll || part === 'crds' ? text + crdsText(chart, isAll) : text;
}

function textOf(chart: Chart, wanted: string): string | undefined {
  const file = chart.raw.find(({ name }) => name === wanted);
  return file === undefined ? undefined : Buffer.from(file.data).toString('utf8');
}

const readmes = ['readme.md', 'readme.txt', 'readme'];

function readmeOf(chart: Chart): string | undefined {
  const file = chart.files.find(({ name }) => readmes.includes(name.toLowerCase()));
  return file === undefined ? undefined : Buffer.from(file.data).toString('utf8');
}

function crdsText(chart: Chart, isAll: boolean): string {
  const texts = crdsOf(nodeOf(chart)).map(({ data }) => Buffer.from(data).toString('utf8'));
  const line = isAll && texts[0]?.startsWith('---') === false ? '---\n' : '';
  return line + texts.map((text) => `${text}\n`).join('');
}
