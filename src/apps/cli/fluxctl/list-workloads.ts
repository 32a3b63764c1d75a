import { KnownError } from '../../../base/index.ts';
import type { ListedWorkload } from '../../../features/sync/index.ts';
import type { Command } from '../cobra/index.ts';
import { connectFlux } from './flux-client.ts';
import { namespaceFlag, namespaceOf, noArguments } from './flags.ts';
import { tabulate } from './tabwriter.ts';

/** `fluxctl list-workloads`: what runs, with which images and policies. */
export const listWorkloads: Command = {
  use: 'list-workloads',
  aliases: ['list-controllers'],
  short: 'List workloads currently running in the cluster.',
  example: '  fluxctl list-workloads',
  args: noArguments,
  flags: [
    { ...namespaceFlag, usage: 'Confine query to namespace' },
    {
      name: 'all-namespaces',
      shorthand: 'a',
      type: 'bool',
      usage: 'Query across all namespaces',
    },
    {
      name: 'container',
      shorthand: 'c',
      type: 'string',
      usage: 'Filter workloads by container name',
    },
    { name: 'no-headers', type: 'bool', usage: "Don't print headers (default print headers)" },
    {
      name: 'output-format',
      shorthand: 'o',
      type: 'string',
      default: 'tab',
      usage: 'Output format (tab or json)',
    },
  ],
  run: async ({ flags, io }) => {
    const format = flags.string('output-format');
    if (format !== 'tab' && format !== 'json') {
      throw new KnownError('invalid', 'invalid output format specified');
    }
    const namespace = flags.bool('all-namespaces') ? '' : await namespaceOf(flags, io);
    const client = await connectFlux(flags, io);
    const all = await client.get<ListedWorkload[]>('v11/services', { namespace });
    const container = flags.string('container');
    const workloads = all.filter(
      ({ Containers }) => container === '' || Containers.some(({ Name }) => Name === container),
    );
    if (format === 'json') io.stdout.write(`${JSON.stringify(workloads)}\n`);
    else io.stdout.write(workloadTable(workloads, !flags.bool('no-headers')));
  },
};

/** The table of `list-workloads`: further containers on lines of their own. */
export function workloadTable(workloads: readonly ListedWorkload[], hasHeader: boolean): string {
  const rows = hasHeader ? [['WORKLOAD', 'CONTAINER', 'IMAGE', 'RELEASE', 'POLICY']] : [];
  for (const workload of workloads) {
    const [first, ...others] = workload.Containers;
    const { ID, Status } = workload;
    const name = first?.Name ?? '';
    rows.push([ID, name, first?.Current.ID ?? '', Status, policiesText(workload)]);
    for (const each of others) rows.push(['', each.Name, each.Current.ID, '', '']);
  }
  return tabulate(rows);
}

function policiesText({ Automated, Ignore, Locked }: ListedWorkload): string {
  const policies = [Automated && 'automated', Ignore && 'ignore', Locked && 'locked'];
  return policies.filter((policy) => policy !== false).join(',');
}
