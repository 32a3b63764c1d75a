/**
 * `trice sync [NAME]`: fetch and apply everything anew, now. It waits until that is done and tells
 * what changed and what is wrong; exit code 1 when something is. With `--wait` also until the workloads
 * that changed are rolled out. Talks to the daemon as fluxctl does.
 */
import { problemText } from '../../../features/sync/index.ts';
import type { Problem } from '../../../features/sync/index.ts';
import { execute, maximumArgs } from '../cobra/index.ts';
import type { Command } from '../cobra/index.ts';
import { connectFlux, globalFlags } from '../fluxctl/index.ts';
import type { Program } from '../io.ts';
import { outputFlag, printList } from '../print-list.ts';
import { waitReady } from './wait-ready.ts';

interface Synced {
  readonly name: string;
  readonly revision: string;
  readonly changed: readonly string[];
  readonly problems: readonly Problem[];
}

const root: Command = {
  use: 'trice sync [NAME]',
  short: 'Sync all repositories, or the one of that name, now',
  args: maximumArgs(1),
  flags: [
    {
      name: 'confirm-prune',
      type: 'bool',
      usage: 'let deletions go ahead that were held back because they are many',
    },
    { name: 'wait', type: 'bool', usage: 'wait until what it changed is rolled out, too' },
    outputFlag,
    ...globalFlags,
  ],
  run: async ({ args, flags, io }) => {
    const client = await connectFlux(flags, io);
    const [repository] = args;
    const synced = await client.post<Synced[]>('trice/sync', undefined, {
      'confirm-prune': String(flags.bool('confirm-prune')),
      ...(repository === undefined ? {} : { repository }),
    });
    const nameOf = ({ name }: Synced): string => name;
    io.stdout.write(printList(flags.string('output'), { items: synced, nameOf, table }));
    const changed = synced.flatMap((each) => each.changed);
    const limitMs = flags.number('timeout');
    const isReady = !flags.bool('wait') || (await waitReady(client, changed, { io, limitMs }));
    return isReady && synced.every(({ problems }) => problems.length === 0) ? 0 : 1;
  },
};

function table(synced: readonly Synced[], isWide: boolean): string {
  return synced.map((each) => syncedText(each, isWide)).join('');
}

function syncedText({ name, revision, changed, problems }: Synced, isWide: boolean): string {
  const lines = [
    `${name}: synced ${isWide ? revision : revision.slice(0, 7)}, ${changed.length} changed, ${problems.length} problems`,
    ...changed.map((id) => `  ${id}`),
    ...problems.map((problem) => `  ! ${problemText(problem)}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

export const program: Program = (argv, io) => execute(root, argv, io);
