import { problemText } from '../../../features/sync/index.ts';
import { maximumArgs, type Command } from '../cobra/index.ts';
import { tabulate } from '../fluxctl/index.ts';
import { outputFlag, printList } from '../print-list.ts';
import { clusterFlags, reportsOf, type Report } from './reports.ts';

/** `trice get sync`: exit code 0 when every repository is synced. */
export const getSync: Command = {
  use: 'sync [NAME]',
  short: 'Show how each repository is doing',
  args: maximumArgs(1),
  flags: [...clusterFlags, outputFlag],
  run: async (call) => {
    const items = await reportsOf(call);
    const nameOf = ({ name }: Report): string => name;
    call.io.stdout.write(printList(call.flags.string('output'), { items, nameOf, table }));
    return items.every(({ state }) => state === 'synced') ? 0 : 1;
  },
};

function table(reports: readonly Report[], isWide: boolean): string {
  const more = isWide ? ['SYNCED AT'] : [];
  const rows = tabulate([
    ['NAME', 'STATE', 'REVISION', 'HEAD', 'OBJECTS', 'PROBLEMS', ...more, 'REPOSITORY'],
    ...reports.map((report) => [
      report.name,
      report.state,
      isWide ? report.revision : report.revision.slice(0, 7),
      isWide ? report.head : report.head.slice(0, 7),
      String(report.objects),
      String(report.problems.length),
      ...(isWide ? [report.syncedAt] : []),
      `${report.url} (${report.branch})`,
    ]),
  ]);
  return rows + reports.map(detailsText).join('');
}

/** What a person has to mend. */
function detailsText({ name, state, message, problems }: Report): string {
  const said = state === 'unreachable' ? [message] : [];
  const lines = [...said, ...problems.map(problemText)];
  if (lines.length === 0) return '';
  return `\n${name}:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}
