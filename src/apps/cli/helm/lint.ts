import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { KnownError, isRecord, messageOf } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { mergeMaps, schemaProblems, unmarshal, valuesOf } from '../../../lib/helm/index.ts';
import type { Call, Command } from '../cobra/index.ts';
import { valuesFlags } from './flags.ts';
import { lintTemplates } from './lint-templates.ts';
import type { LintMessage } from './lint-templates.ts';
import { mergedValues } from './merge-values.ts';
import { namespaceOf } from './settings.ts';

/** `helm lint PATH...`. */
export const lint: Command = {
  use: 'lint PATH [flags]',
  short: 'examine a chart for possible issues',
  long: '\nThis command takes a path to a chart and runs a series of tests to verify that\nthe chart is well-formed.\n',
  flags: [
    {
      name: 'kube-version',
      type: 'string',
      usage: 'Kubernetes version used for capabilities and deprecation checks',
    },
    { name: 'quiet', type: 'bool', usage: 'print only warnings and errors' },
    {
      name: 'skip-schema-validation',
      type: 'bool',
      usage: 'if set, disables JSON schema validation',
    },
    { name: 'strict', type: 'bool', usage: 'fail on lint warnings' },
    { name: 'with-subcharts', type: 'bool', usage: 'lint dependent charts' },
    ...valuesFlags,
  ],
  args: () => undefined,
  run,
};

async function run(call: Call): Promise<void> {
  const { flags, io } = call;
  const paths = call.args.length === 0 ? ['.'] : [...call.args];
  const { values } = await mergedValues(call);
  const namespace = await namespaceOf(call);
  const quiet = flags.bool('quiet');
  let failed = 0;
  let noisy = 0;
  for (const each of paths) {
    const { messages, errors } = await lintOne(call, each, { values, namespace });
    const isNoisy = errors.length > 0 || messages.some(({ severity }) => severity !== 'INFO');
    if (isNoisy) noisy += 1;
    if (quiet && !isNoisy) continue;
    const lines = messages
      .filter(({ severity }) => !quiet || severity !== 'INFO')
      .map(({ severity, path: where, text }) => `[${severity}] ${where}: ${text}\n`);
    const only = messages.length === 0 ? errors.map((text) => `Error ${text}\n`) : [];
    io.stdout.write(`==> Linting ${each}\n${only.join('')}${lines.join('')}\n`);
    if (errors.length > 0) failed += 1;
  }
  const summary = `${paths.length} chart(s) linted, ${failed} chart(s) failed`;
  if (failed > 0) throw new KnownError('invalid', summary);
  if (!quiet || noisy > 0) io.stdout.write(`${summary}\n`);
}

interface Linted {
  readonly messages: readonly LintMessage[];
  readonly errors: readonly string[];
}

async function lintOne(
  call: Call,
  name: string,
  how: { values: JsonRecord; namespace: string },
): Promise<Linted> {
  const folder = path.resolve(call.io.cwd, name);
  const hasChart = await isThere(path.join(folder, 'Chart.yaml'));
  if (!hasChart) {
    const text = `unable to check Chart.yaml file in chart: stat ${path.join(name, 'Chart.yaml')}: no such file or directory`;
    return { messages: [], errors: [text] };
  }
  const messages = [
    ...(await chartFileMessages(folder)),
    ...(await valuesMessages(folder, how.values)),
    ...(await lintTemplates(call, folder, how)),
  ];
  const fatal = call.flags.bool('strict') ? ['WARNING', 'ERROR'] : ['ERROR'];
  const errors = messages.filter(({ severity }) => fatal.includes(severity));
  return { messages, errors: errors.map(({ text }) => text) };
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

async function valuesMessages(folder: string, given: JsonRecord): Promise<LintMessage[]> {
  const where = 'values.yaml';
  const text = await readFile(path.join(folder, where), 'utf8').catch(() => undefined);
  if (text === undefined) return [{ severity: 'INFO', path: where, text: 'file does not exist' }];
  const error = (why: string): LintMessage[] => [{ severity: 'ERROR', path: where, text: why }];
  let values: JsonRecord;
  try {
    values = mergeMaps(valuesOf(text), given);
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    return error(`unable to parse YAML: ${thrown.message}`);
  }
  const file = path.join(folder, 'values.schema.json');
  const schema = await readFile(file, 'utf8').catch(() => '');
  const problems = schema === '' ? [] : schemaProblems(schema, values);
  return problems.length === 0 ? [] : error(`${problems.join('\n')}\n`);
}

async function chartFileMessages(folder: string): Promise<LintMessage[]> {
  const where = 'Chart.yaml';
  const error = (text: string): LintMessage => ({ severity: 'ERROR', path: where, text });
  let data: unknown;
  try {
    data = unmarshal(await readFile(path.join(folder, where), 'utf8'));
  } catch (thrown) {
    return [error(`unable to parse YAML\n\t${messageOf(thrown)}`)];
  }
  const chart = isRecord(data) ? data : {};
  const problems = rules.flatMap((rule) => rule(chart) ?? []).map(error);
  const info: LintMessage = { severity: 'INFO', path: where, text: 'icon is recommended' };
  const at = problems.findIndex(({ text }) => text.startsWith('chart type is not'));
  if ((chart['icon'] ?? '') === '') problems.splice(at === -1 ? problems.length : at, 0, info);
  return problems;
}

type Rule = (chart: JsonRecord) => string | undefined;

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === '';

function notText(field: string): Rule {
  return (chart) => {
    const value = chart[field];
    if (value === undefined || typeof value === 'string') return undefined;
    const names: Record<string, string> = { number: 'float64', boolean: 'bool', object: '<nil>' };
    const type = names[typeof value] ?? typeof value;
    return `${field} should be of type string but it's of type ${type}`;
  };
}

const rules: readonly Rule[] = [
  ({ name }) => (isEmpty(name) ? 'name is required' : undefined),
  ({ apiVersion }) => {
    if (isEmpty(apiVersion)) return 'apiVersion is required. The value must be either "v1" or "v2"';
    if (apiVersion === 'v1' || apiVersion === 'v2') return undefined;
    return `apiVersion '${String(apiVersion)}' is not valid. The value must be either "v1" or "v2"`;
  },
  notText('version'),
  ({ version }) => (isEmpty(version) ? 'version is required' : undefined),
  notText('appVersion'),
  ({ type, apiVersion }) =>
    isEmpty(type) || apiVersion === 'v2'
      ? undefined
      : `chart type is not valid in apiVersion '${String(apiVersion ?? '')}'. It is valid in apiVersion 'v2'`,
  ({ dependencies, apiVersion }) =>
    Array.isArray(dependencies) && dependencies.length > 0 && apiVersion !== 'v2'
      ? `dependencies are not valid in the Chart file with apiVersion '${String(apiVersion ?? '')}'. They are valid in apiVersion 'v2'`
      : undefined,
];
