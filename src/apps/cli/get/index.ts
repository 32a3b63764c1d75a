/**
 * `trice get sync`: how each repository is doing, read from the objects that the sync keeps in the
 * cluster; the daemon need not run. Writes nothing.
 */
import { problemText, readReport, stateLabel } from '../../../features/sync/index.ts';
import { KnownError } from '../../../base/index.ts';
import { kinds } from '../../../lib/kube/index.ts';
import { execute, maximumArgs } from '../cobra/index.ts';
import type { Command } from '../cobra/index.ts';
import { connectCluster } from '../connect-cluster.ts';
import { tabulate } from '../fluxctl/index.ts';
import type { Program } from '../io.ts';

type Report = ReturnType<typeof readReport>;

const sync: Command = {
  use: 'sync [NAME]',
  short: 'Show how each repository is doing',
  args: maximumArgs(1),
  flags: [
    { name: 'output', shorthand: 'o', type: 'string', usage: 'output format: json, wide or name' },
  ],
  run: async ({ args, flags, io }) => {
    const kubeconfig = flags.string('kubeconfig');
    const context = flags.string('context');
    const { cluster } = await connectCluster(io, {
      ...(kubeconfig === '' ? {} : { kubeconfig }),
      ...(context === '' ? {} : { context }),
    });
    const { items } = await cluster.list(kinds.ConfigMap, { labelSelector: stateLabel });
    const reports = items
      .map(readReport)
      .filter(({ name }) => args[0] === undefined || args[0] === name)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    if (args[0] !== undefined && reports.length === 0) {
      throw new KnownError('not-found', `no repository is named "${args[0]}"`);
    }
    io.stdout.write(reportsText(reports, flags.string('output')));
    return reports.every(({ state }) => state === 'synced') ? 0 : 1;
  },
};

function reportsText(reports: readonly Report[], format: string): string {
  if (format === 'json') return `${JSON.stringify(reports, undefined, 2)}\n`;
  if (format === 'name') return reports.map(({ name }) => `${name}\n`).join('');
  if (format !== '' && format !== 'wide') {
    throw new KnownError('invalid', `unknown output format "${format}", try json, wide or name`);
  }
  const table = tabulate([
    ['NAME', 'STATE', 'REVISION', 'HEAD', 'OBJECTS', 'PROBLEMS', 'REPOSITORY'],
    ...reports.map((report) => [
      report.name,
      report.state,
      report.revision.slice(0, 7),
      report.head.slice(0, 7),
      String(report.objects),
      String(report.problems.length),
      `${report.url} (${report.branch})`,
    ]),
  ]);
  return table + reports.map(detailsText).join('');
}

/** What a person has to mend. */
function detailsText({ name, state, message, problems }: Report): string {
  const said = state === 'unreachable' ? [message] : [];
  const lines = [...said, ...problems.map(problemText)];
  if (lines.length === 0) return '';
  return `\n${name}:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

const root: Command = {
  use: 'trice get',
  short: 'Show what Trice holds',
  persistentFlags: [
    { name: 'kubeconfig', type: 'string', usage: 'path of the kubeconfig file' },
    { name: 'context', type: 'string', usage: 'context of the kubeconfig' },
  ],
  commands: [sync],
};

export const program: Program = (argv, io) => execute(root, argv, io);
