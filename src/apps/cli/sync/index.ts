/**
 * `trice sync [NAME]`: fetch and apply everything anew, now. It waits until that is done and tells
 * what changed and what is wrong; exit code 1 when something is. Talks to the daemon as fluxctl does.
 */
import { problemText } from '../../../features/sync/index.ts';
import type { Problem } from '../../../features/sync/index.ts';
import { execute, maximumArgs } from '../cobra/index.ts';
import type { Command } from '../cobra/index.ts';
import { connectFlux, globalFlags } from '../fluxctl/index.ts';
import type { Program } from '../io.ts';

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
    { name: 'output', shorthand: 'o', type: 'string', usage: 'output format: json' },
    ...globalFlags,
  ],
  run: async ({ args, flags, io }) => {
    const client = await connectFlux(flags, io);
    const [repository] = args;
    const synced = await client.post<Synced[]>('trice/sync', undefined, {
      'confirm-prune': String(flags.bool('confirm-prune')),
      ...(repository === undefined ? {} : { repository }),
    });
    if (flags.string('output') === 'json') io.stdout.write(`${JSON.stringify(synced)}\n`);
    else for (const each of synced) io.stdout.write(syncedText(each));
    return synced.some(({ problems }) => problems.length > 0) ? 1 : 0;
  },
};

function syncedText({ name, revision, changed, problems }: Synced): string {
  const lines = [
    `${name}: synced ${revision.slice(0, 7)}, ${changed.length} changed, ${problems.length} problems`,
    ...changed.map((id) => `  ${id}`),
    ...problems.map((problem) => `  ! ${problemText(problem)}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

export const program: Program = (argv, io) => execute(root, argv, io);
