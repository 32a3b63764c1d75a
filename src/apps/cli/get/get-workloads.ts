import type { ListedWorkload } from '../../../features/sync/index.ts';
import { noArgs, type Command } from '../cobra/index.ts';
import { connectFlux, globalFlags, tabulate } from '../fluxctl/index.ts';
import { outputFlag, printList } from '../print-list.ts';

/** `trice get workloads`: asks the daemon, which knows what git says of them. Exit code 1 when one is in trouble. */
export const getWorkloads: Command = {
  use: 'workloads',
  short: 'Show what runs, and whether it is as git says',
  args: noArgs,
  flags: [
    {
      name: 'namespace',
      shorthand: 'n',
      type: 'string',
      usage: 'only this namespace; all when empty',
    },
    outputFlag,
    ...globalFlags,
  ],
  run: async ({ flags, io }) => {
    const client = await connectFlux(flags, io);
    const namespace = flags.string('namespace');
    const items = await client.get<ListedWorkload[]>('v11/services', { namespace });
    const nameOf = ({ ID }: ListedWorkload): string => ID;
    io.stdout.write(printList(flags.string('output'), { items, nameOf, table }));
    return items.some(({ Status, SyncError }) => Status === 'error' || SyncError !== '') ? 1 : 0;
  },
};

function table(workloads: readonly ListedWorkload[], isWide: boolean): string {
  return tabulate([
    [
      'WORKLOAD',
      'STATUS',
      'REPLICAS',
      'IN GIT',
      'POLICY',
      ...(isWide ? ['IMAGES', 'PROBLEM'] : []),
    ],
    ...workloads.map((each) => [
      each.ID,
      each.Status === '' ? '-' : each.Status,
      `${each.Rollout.Ready}/${each.Rollout.Desired}`,
      each.ReadOnly === 'NotInRepo' || each.ReadOnly === 'NoRepo' ? 'no' : 'yes',
      policyText(each),
      ...(isWide
        ? [
            each.Containers.map(({ Current }) => Current.ID).join(','),
            [each.SyncError, ...(each.Rollout.Messages ?? [])].filter(Boolean).join('; '),
          ]
        : []),
    ]),
  ]);
}

function policyText({ Automated, Ignore, Locked }: ListedWorkload): string {
  const named = [Automated && 'automated', Ignore && 'ignore', Locked && 'locked'];
  return named.filter((each) => each !== false).join(',') || '-';
}
