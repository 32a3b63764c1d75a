import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { KnownError } from '../../../../base/index.ts';
import { parseConstraint, satisfies } from '../../../../lib/gotemplate/index.ts';
import { loadChart, versionIn } from '../../../../lib/helm/index.ts';
import type { Chart, Dependency } from '../../../../lib/helm/index.ts';
import { refuse } from '../refuse.ts';
import type { Call, Command, Flag } from '../../cobra/index.ts';
import { loginFlags } from '../flags.ts';
import { tableText } from '../table.ts';

const refreshFlags: readonly Flag[] = [
  ...loginFlags,
  { name: 'keyring', type: 'string', usage: 'keyring containing public keys' },
  { name: 'skip-refresh', type: 'bool', usage: 'do not refresh the local repository cache' },
  { name: 'verify', type: 'bool', usage: 'verify the packages against signatures' },
];

function filling(name: 'build' | 'update', short: string, aliases: readonly string[]): Command {
  return {
    use: `${name} CHART [flags]`,
    short,
    aliases,
    args: (args, where) =>
      args.length <= 1
        ? undefined
        : `${JSON.stringify(where)} accepts at most 1 argument\n\nUsage:  ${where} CHART [flags]`,
    flags: refreshFlags,
    run: async (call) => {
      refuse(call, ['verify', 'keyring']);
      const filler = await import('./update-dependencies.ts');
      const folder = await chartFolder(call);
      const how = { skipRefresh: call.flags.bool('skip-refresh') };
      const work = name === 'build' ? filler.buildDependencies : filler.updateDependencies;
      await work(call, folder, how);
    },
  };
}

async function chartFolder({ args, io }: Call): Promise<string> {
  const given = args[0] ?? '.';
  const folder = path.resolve(io.cwd, given);
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) {
    throw new KnownError(
      'not-found',
      `could not find ${given}: stat ${given}: no such file or directory`,
    );
  }
  if (found.isDirectory()) return folder;
  throw new KnownError(
    'invalid',
    `only unpacked charts can be updated, and ${given} is not a directory`,
  );
}

const list: Command = {
  use: 'list CHART [flags]',
  aliases: ['ls'],
  short: 'list the dependencies for the given chart',
  args: (args, where) =>
    args.length <= 1
      ? undefined
      : `${JSON.stringify(where)} accepts at most 1 argument\n\nUsage:  ${where} CHART [flags]`,
  flags: [
    {
      name: 'max-col-width',
      type: 'int',
      default: '80',
      usage: 'maximum column width for output table',
    },
  ],
  run: async (call) => {
    const given = call.args[0] ?? '.';
    const folder = path.resolve(call.io.cwd, given);
    const chart = await loadChart(folder);
    const declared = chart.metadata.dependencies;
    if (declared === undefined) {
      call.io.stderr.write(`WARNING: no dependencies at ${path.join(given, 'charts')}\n`);
      return;
    }
    const rows: string[][] = [];
    for (const each of declared) {
      const status = await statusOf(folder, chart, each);
      rows.push([each.name, each.version ?? '', each.repository, status]);
    }
    const width = call.flags.number('max-col-width');
    const cells = rows.map((row) => row.map((text) => cut(text, width)));
    const table = tableText([['NAME', 'VERSION', 'REPOSITORY', 'STATUS'], ...cells]);
    call.io.stdout.write(`${table}\n`);
    await warnUndeclared(call, folder, given, declared);
  },
};

function cut(text: string, width: number): string {
  return width > 0 && text.length > width ? `${text.slice(0, Math.max(0, width - 3))}...` : text;
}

/** What there is in charts/ for an entry of Chart.yaml, in Helm's words. */
async function statusOf(folder: string, chart: Chart, dependency: Dependency): Promise<string> {
  const { name } = dependency;
  const names = await readdir(path.join(folder, 'charts')).catch(() => []);
  const archives = names.filter((each) => each.startsWith(`${name}-`) && each.endsWith('.tgz'));
  const versioned =
    archives.length < 2
      ? archives
      : archives.filter((each) => isStrict(each.slice(name.length + 1, -'.tgz'.length)));
  if (versioned.length > 1) return 'too many matches';
  const [only] = versioned;
  if (only !== undefined) return archiveStatus(path.join(folder, 'charts', only), dependency);
  const unpacked = chart.dependencies.find(({ metadata }) => metadata.name === name);
  if (unpacked === undefined) return 'missing';
  return versionProblem(unpacked, dependency) ?? 'unpacked';
}

function isStrict(text: string): boolean {
  return /^\d+\.\d+\.\d+/.test(text) && versionIn(text) !== undefined;
}

async function archiveStatus(file: string, dependency: Dependency): Promise<string> {
  const chart = await loadChart(await readFile(file)).catch(() => undefined);
  if (chart === undefined) return 'corrupt';
  if (chart.metadata.name !== dependency.name) return 'misnamed';
  return versionProblem(chart, dependency) ?? 'ok';
}

function versionProblem(chart: Chart, { version = '' }: Dependency): string | undefined {
  if (chart.metadata.version === version) return undefined;
  const found = versionIn(chart.metadata.version);
  try {
    const constraint = parseConstraint(version);
    if (found === undefined) return 'invalid version';
    return satisfies(constraint, found) ? undefined : 'wrong version';
  } catch (thrown) {
    if (thrown instanceof KnownError) return 'invalid version';
    throw thrown;
  }
}

async function warnUndeclared(
  call: Call,
  folder: string,
  given: string,
  declared: readonly Dependency[],
): Promise<void> {
  const charts = path.join(folder, 'charts');
  const names: string[] = await readdir(charts).catch(() => []);
  const known = new Set(declared.map(({ name }) => name));
  for (const name of names.toSorted()) {
    const file = path.join(charts, name);
    const found = await stat(file);
    if (!found.isDirectory() && !name.endsWith('.tgz')) continue;
    const chart = await loadChart(file).catch(() => undefined);
    const shown = path.join(given, 'charts', name);
    if (chart === undefined)
      call.io.stdout.write(`WARNING: ${JSON.stringify(shown)} is not a chart.\n`);
    else if (!known.has(chart.metadata.name)) {
      call.io.stdout.write(`WARNING: ${JSON.stringify(shown)} is not in Chart.yaml.\n`);
    }
  }
}

/** `helm dependency list|build|update`. */
export const dependency: Command = {
  use: 'dependency update|build|list',
  aliases: ['dep', 'dependencies'],
  short: "manage a chart's dependencies",
  long: '\nManage the dependencies of a chart.\n\nThey stand in Chart.yaml, and charts/ holds them.\n',
  commands: [
    filling('build', 'rebuild the charts/ directory based on the Chart.lock file', []),
    list,
    filling('update', 'update charts/ based on the contents of Chart.yaml', ['up']),
  ],
};
