import { maximumArgs, type Command } from '../cobra/index.ts';
import { tabulate } from '../fluxctl/index.ts';
import { outputFlag, printList } from '../print-list.ts';
import { clusterFlags, reportsOf, type Report } from './reports.ts';

/** A repository as a place that manifests come from. */
interface Source {
  readonly name: string;
  readonly url: string;
  readonly branch: string;
  readonly head: string;
  readonly isReady: boolean;
  readonly message: string;
}

/** `trice get sources`: exit code 0 when every one can be reached. */
export const getSources: Command = {
  use: 'sources [NAME]',
  short: 'Show where manifests come from',
  args: maximumArgs(1),
  flags: [...clusterFlags, outputFlag],
  run: async (call) => {
    const items = (await reportsOf(call)).map(sourceOf);
    const nameOf = ({ name }: Source): string => name;
    call.io.stdout.write(printList(call.flags.string('output'), { items, nameOf, table }));
    return items.every(({ isReady }) => isReady) ? 0 : 1;
  },
};

function sourceOf({ name, url, branch, head, state, message }: Report): Source {
  const isReady = head !== '' && state !== 'unreachable';
  return { name, url, branch, head, isReady, message: isReady ? '' : message };
}

function table(sources: readonly Source[], isWide: boolean): string {
  return tabulate([
    ['NAME', 'READY', 'HEAD', 'BRANCH', 'URL', ...(isWide ? ['MESSAGE'] : [])],
    ...sources.map(({ name, isReady, head, branch, url, message }) => [
      name,
      isReady ? 'True' : 'False',
      isWide ? head : head.slice(0, 7),
      branch,
      url,
      ...(isWide ? [message] : []),
    ]),
  ]);
}
