import { KnownError } from '../../../../base/index.ts';
import { createSecretStore } from '../../../../lib/helm/index.ts';
import type { Release, ReleaseHead, ReleaseStatus } from '../../../../lib/helm/index.ts';
import type { Call, Command, FlagValues } from '../../cobra/index.ts';
import { noHelmArgs } from '../args.ts';
import { outputFlag } from '../flags.ts';
import { chartText } from './history.ts';
import { actionPorts } from '../settings.ts';
import { formattedTime, goTimeText, printAs, tableText } from '../table.ts';

/** `helm list`: the newest revision of every release. */
export const list: Command = {
  use: 'list [flags]',
  aliases: ['ls'],
  short: 'list releases',
  long: '\nThis command lists all of the releases for a specified namespace (uses current namespace context if namespace not specified).\n',
  args: noHelmArgs('list'),
  flags: [
    {
      name: 'all',
      shorthand: 'a',
      type: 'bool',
      usage: 'show all releases without any filter applied',
    },
    {
      name: 'all-namespaces',
      shorthand: 'A',
      type: 'bool',
      usage: 'list releases across all namespaces',
    },
    { name: 'date', shorthand: 'd', type: 'bool', usage: 'sort by release date' },
    {
      name: 'deployed',
      type: 'bool',
      usage: 'show deployed releases. If no other is specified, this will be automatically enabled',
    },
    { name: 'failed', type: 'bool', usage: 'show failed releases' },
    {
      name: 'filter',
      shorthand: 'f',
      type: 'string',
      usage:
        'a regular expression (Perl compatible). Any releases that match the expression will be included in the results',
    },
    {
      name: 'max',
      shorthand: 'm',
      type: 'int',
      default: '256',
      usage: 'maximum number of releases to fetch',
    },
    {
      name: 'no-headers',
      type: 'bool',
      usage: "don't print headers when using the default output format",
    },
    {
      name: 'offset',
      type: 'int',
      usage: 'next release index in the list, used to offset from start value',
    },
    outputFlag,
    { name: 'pending', type: 'bool', usage: 'show pending releases' },
    { name: 'reverse', shorthand: 'r', type: 'bool', usage: 'reverse the sort order' },
    {
      name: 'selector',
      shorthand: 'l',
      type: 'string',
      usage:
        "Selector (label query) to filter on, supports '=', '==', and '!='.(e.g. -l key1=value1,key2=value2)",
    },
    { name: 'short', shorthand: 'q', type: 'bool', usage: 'output short (quiet) listing format' },
    { name: 'superseded', type: 'bool', usage: 'show superseded releases' },
    {
      name: 'time-format',
      type: 'string',
      usage:
        'format time using golang time formatter. Example: --time-format "2006-01-02 15:04:05Z0700"',
    },
    {
      name: 'uninstalled',
      type: 'bool',
      usage: "show uninstalled releases (if 'helm uninstall --keep-history' was used)",
    },
    {
      name: 'uninstalling',
      type: 'bool',
      usage: 'show releases that are currently being uninstalled',
    },
  ],
  run,
};

async function run(call: Call): Promise<void> {
  const { flags, io } = call;
  const releases = await releasesOf(call);
  if (flags.bool('short')) {
    const names = releases.map(({ name }) => name);
    printAs(call, names, () => names.map((name) => `${name}\n`).join(''));
    return;
  }
  const layout = flags.string('time-format');
  const rows = releases.map((release) => rowOf(release, (time) => shownTime(time, layout)));
  const headers = ['NAME', 'NAMESPACE', 'REVISION', 'UPDATED', 'STATUS', 'CHART', 'APP VERSION'];
  printAs(call, rows, () =>
    tableText([
      ...(flags.bool('no-headers') ? [] : [headers]),
      ...rows.map((row) => Object.values(row)),
    ]),
  );
  void io;
}

function shownTime(stored: string, layout: string): string {
  return layout === '' ? goTimeText(stored) : formattedTime(stored, layout);
}

function rowOf(release: Release, timeText: (stored: string) => string): Record<string, string> {
  return {
    name: release.name,
    namespace: release.namespace,
    revision: String(release.version),
    updated: release.info.last_deployed === '' ? '-' : timeText(release.info.last_deployed),
    status: release.info.status,
    chart: chartText(release),
    app_version: release.chart.metadata.appVersion ?? '',
  };
}

async function releasesOf(call: Call): Promise<Release[]> {
  const { flags } = call;
  const ports = await actionPorts(call);
  const namespace = flags.bool('all-namespaces') ? undefined : ports.namespace;
  const store = createSecretStore({ ...ports, namespace, selector: flags.string('selector') });
  const wanted = statusesOf(flags);
  const pattern = expressionOf(flags.string('filter'));
  const heads = newestOf(await store.heads())
    .filter(({ status }) => wanted === 'all' || wanted.includes(status))
    .filter(({ name }) => pattern.test(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const releases = await Promise.all(
    heads.map((head) =>
      createSecretStore({ ...ports, namespace: head.namespace }).get(head.name, head.version),
    ),
  );
  const found = releases.filter((release) => release !== undefined);
  if (flags.bool('date')) {
    found.sort((a, b) => Date.parse(a.info.last_deployed) - Date.parse(b.info.last_deployed));
  }
  if (flags.bool('reverse')) found.reverse();
  const offset = flags.number('offset');
  const max = flags.number('max');
  return found.slice(offset, max === 0 ? undefined : offset + max);
}

function newestOf(heads: readonly ReleaseHead[]): ReleaseHead[] {
  const newest = new Map<string, ReleaseHead>();
  for (const head of heads) newest.set(`${head.namespace}/${head.name}`, head);
  return [...newest.values()];
}

function statusesOf(flags: FlagValues): 'all' | readonly ReleaseStatus[] {
  if (flags.bool('all')) return 'all';
  const wanted = (
    ['deployed', 'failed', 'superseded', 'uninstalled', 'uninstalling'] as const
  ).filter((status) => flags.bool(status)) as ReleaseStatus[];
  if (flags.bool('pending')) {
    wanted.push('pending-install', 'pending-upgrade', 'pending-rollback');
  }
  return wanted.length === 0 ? ['deployed', 'failed'] : wanted;
}

function expressionOf(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (thrown) {
    throw new KnownError('invalid', `error parsing regexp: ${text}`, { cause: thrown });
  }
}
