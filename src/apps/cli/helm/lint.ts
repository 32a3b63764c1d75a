import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KnownError } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import {
  archiveFiles,
  coalesceTables,
  copyValues,
  schemaProblems,
  valuesOf,
} from '../../../lib/helm/index.ts';
import type { Call, Command } from '../cobra/index.ts';
import type { CliIo } from '../io.ts';
import { valuesFlags } from './flags.ts';
import { chartFileMessages } from './lint-chart-file.ts';
import { lintTemplates } from './lint-templates.ts';
import type { LintMessage } from './lint-templates.ts';
import { mergedValues } from './merge-values.ts';
import { warningPrinter } from './print-warnings.ts';
import { kubeVersionOf, namespaceOf } from './settings.ts';

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
  kubeVersionOf(call);
  const given = call.args.length === 0 ? ['.'] : [...call.args];
  const below = flags.bool('with-subcharts') ? await subchartsOf(io, given) : [];
  const paths = [...given, ...below];
  const { values } = await mergedValues(call);
  const namespace = await namespaceOf(call);
  const quiet = flags.bool('quiet');
  let failed = 0;
  let noisy = 0;
  for (const each of paths) {
    const linted = await lintOne(call, each, { values, namespace });
    const isNoisy = linted.errors.length > 0 || linted.messages.some(isWorthTelling);
    if (isNoisy) noisy += 1;
    if (linted.errors.length > 0) failed += 1;
    if (!quiet || isNoisy) io.stdout.write(`==> Linting ${each}\n${textOf(linted, quiet)}\n`);
  }
  const summary = `${paths.length} chart(s) linted, ${failed} chart(s) failed`;
  if (failed > 0) throw new KnownError('invalid', summary);
  if (!quiet || noisy > 0) io.stdout.write(`${summary}\n`);
}

interface Linted {
  readonly messages: readonly LintMessage[];
  readonly errors: readonly string[];
}

function isWorthTelling({ severity }: LintMessage): boolean {
  return severity !== 'INFO';
}

function textOf({ messages, errors }: Linted, quiet: boolean): string {
  if (messages.length === 0) return errors.map((text) => `Error ${text}\n`).join('');
  return messages
    .filter((message) => !quiet || isWorthTelling(message))
    .map(({ severity, path: where, text }) => `[${severity}] ${where}: ${text}\n`)
    .join('');
}

async function lintOne(
  call: Call,
  name: string,
  how: { values: JsonRecord; namespace: string },
): Promise<Linted> {
  if (!isArchive(name))
    return lintFolder(call, name, { ...how, folder: path.resolve(call.io.cwd, name) });
  const place = await mkdtemp(path.join(tmpdir(), 'helm-lint'));
  try {
    const folder = await expand(path.resolve(call.io.cwd, name), place);
    return await lintFolder(call, name, { ...how, folder });
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    return { messages: [], errors: [thrown.message] };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** Unpacks an archive below a folder; the names in it have been checked. */
async function expand(file: string, place: string): Promise<string> {
  const archive = await readFile(file).catch((thrown: unknown) => {
    const message = `unable to open tarball: open ${file}: no such file or directory`;
    throw new KnownError('not-found', message, { cause: thrown });
  });
  const folder = path.join(place, 'chart');
  for (const { name, data } of archiveFiles(archive)) {
    const target = path.join(folder, name);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, data);
  }
  return folder;
}

function isArchive(name: string): boolean {
  return name.endsWith('.tgz') || name.endsWith('.tar.gz');
}

/** `--with-subcharts`: the charts in the charts/ folders, at any depth. */
async function subchartsOf(io: CliIo, paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const each of paths) {
    const names = await readdir(path.resolve(io.cwd, each, 'charts'), { recursive: true }).catch(
      () => [],
    );
    // As filepath.Walk goes: a folder's entries by name, each folder before what follows it.
    const inOrder = names.map((name) => name.split(path.sep)).toSorted(byParts);
    for (const parts of inOrder) {
      const place = path.join(each, 'charts', ...parts);
      if (parts.at(-1) === 'Chart.yaml') found.push(path.dirname(place));
      else if (isArchive(place)) found.push(place);
    }
  }
  return found;
}

function byParts(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((part, i) => part !== b[i]);
  if (at < 0) return a.length - b.length;
  const [left, right] = [a[at] ?? '', b[at]];
  if (right === undefined) return 1;
  return left < right ? -1 : 1;
}

async function lintFolder(
  call: Call,
  name: string,
  how: { values: JsonRecord; namespace: string; folder: string },
): Promise<Linted> {
  const { folder } = how;
  const hasChart = await isThere(path.join(folder, 'Chart.yaml'));
  if (!hasChart) {
    const text = `unable to check Chart.yaml file in chart: stat ${path.join(name, 'Chart.yaml')}: no such file or directory`;
    return { messages: [], errors: [text] };
  }
  const messages = [
    ...(await chartFileMessages(folder)),
    ...(await valuesMessages(folder, how.values, warningPrinter(call.io))),
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

async function valuesMessages(
  folder: string,
  given: JsonRecord,
  warn: (line: string) => void,
): Promise<LintMessage[]> {
  const where = 'values.yaml';
  const text = await readFile(path.join(folder, where), 'utf8').catch(() => undefined);
  if (text === undefined) return [{ severity: 'INFO', path: where, text: 'file does not exist' }];
  const error = (why: string): LintMessage[] => [{ severity: 'ERROR', path: where, text: why }];
  let values: JsonRecord;
  try {
    values = coalesceTables({ warn, keepNulls: false }, copyValues(given), valuesOf(text), '');
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    return error(`unable to parse YAML: ${thrown.message}`);
  }
  const file = path.join(folder, 'values.schema.json');
  const schema = await readFile(file, 'utf8').catch(() => '');
  try {
    const problems = schema === '' ? [] : schemaProblems(schema, values);
    return problems.length === 0 ? [] : error(`${problems.join('\n')}\n`);
  } catch (thrown) {
    if (thrown instanceof KnownError) return error(thrown.message);
    throw thrown;
  }
}
