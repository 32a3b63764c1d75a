import { KnownError } from '../../../../base/index.ts';
import { parseConstraint } from '../../../../lib/gotemplate/index.ts';
import { isCompatible } from '../../../../lib/helm/index.ts';
import type { IndexEntry } from '../../../../lib/helm/index.ts';
import type { Call, Command } from '../../cobra/index.ts';
import { outputFlag } from '../flags.ts';
import { cachedIndex, knownRepositories } from '../repositories.ts';
import { printAs, tableText } from '../table.ts';
import { searchHub } from './hub.ts';

const searchRepo: Command = {
  use: 'repo [keyword] [flags]',
  short: 'search repositories for a keyword in charts',
  args: () => undefined,
  flags: [
    {
      name: 'devel',
      type: 'bool',
      usage:
        "use development versions (alpha, beta, and release candidate releases), too. Equivalent to version '>0.0.0-0'. If --version is set, this is ignored",
    },
    { name: 'fail-on-no-result', type: 'bool', usage: 'search fails if no results are found' },
    {
      name: 'max-col-width',
      type: 'int',
      default: '50',
      usage: 'maximum column width for output table',
    },
    {
      name: 'regexp',
      shorthand: 'r',
      type: 'bool',
      usage: 'use regular expressions for searching repositories you have added',
    },
    {
      name: 'version',
      type: 'string',
      usage: 'search using semantic versioning constraints on repositories you have added',
    },
    {
      name: 'versions',
      shorthand: 'l',
      type: 'bool',
      usage:
        'show the long listing, with each version of each chart on its own line, for repositories you have added',
    },
    outputFlag,
  ],
  run: runSearch,
};

interface Found {
  readonly name: string;
  readonly entry: IndexEntry;
  readonly score: number;
}

async function runSearch(call: Call): Promise<void> {
  const { flags } = call;
  const found = await findCharts(call);
  const isTable = !['json', 'yaml'].includes(flags.string('output'));
  if (found.length === 0 && flags.bool('fail-on-no-result')) {
    throw new KnownError('not-found', 'no results found');
  }
  const rows = found.map(({ name, entry: { metadata } }) => ({
    name,
    version: metadata.version,
    app_version: metadata.appVersion ?? '',
    description: metadata.description ?? '',
  }));
  if (rows.length === 0 && isTable) {
    call.io.stdout.write('No results found\n');
    return;
  }
  const width = flags.number('max-col-width');
  printAs(call, rows, () =>
    tableText([
      ['NAME', 'CHART VERSION', 'APP VERSION', 'DESCRIPTION'],
      ...rows.map((row) => Object.values(row).map((text) => cut(text, width))),
    ]),
  );
}

/** A table's cell, not wider than `--max-col-width`. */
export function cut(text: string, width: number): string {
  return width > 0 && text.length > width ? `${text.slice(0, Math.max(0, width - 3))}...` : text;
}

async function findCharts(call: Call): Promise<Found[]> {
  const { flags, args, io } = call;
  const repositories = await knownRepositories(call);
  if (repositories.length === 0) throw new KnownError('not-found', 'no repositories configured');
  const constraint = flags.string('version') || (flags.bool('devel') ? '>0.0.0-0' : '>0.0.0');
  parseConstraint(constraint);
  const matches = matcherOf(args.join(' '), flags.bool('regexp'));
  const found: Found[] = [];
  for (const repository of repositories) {
    const index = await cachedIndex(call, repository.name).catch((thrown: unknown) => {
      if (!(thrown instanceof KnownError)) throw thrown;
      io.stderr.write(
        `WARNING: Repo ${JSON.stringify(repository.name)} is corrupt or missing. Try 'helm repo update'.\n`,
      );
    });
    for (const [chart, entries] of index?.entries ?? []) {
      const name = `${repository.name}/${chart}`;
      const right = entries.filter(({ metadata }) => isCompatible(constraint, metadata.version));
      const shown = flags.bool('versions') ? right : right.slice(0, 1);
      found.push(...shown.flatMap((entry) => matches(name, entry)));
    }
  }
  return found.toSorted(byScore);
}

type Matcher = (name: string, entry: IndexEntry) => Found[];

/** A word found early counts for more, as in Helm: the place in `name`, keywords and description. */
function matcherOf(term: string, isPattern: boolean): Matcher {
  if (term === '') return (name, entry) => [{ name, entry, score: 0 }];
  const place = placeOf(term, isPattern);
  return (name, entry) => {
    const { keywords = [], description = '' } = entry.metadata;
    const score = place([name, ...keywords, description].join('\v').toLowerCase());
    return score < 0 ? [] : [{ name, entry, score: Math.floor(score / 10) }];
  };
}

function placeOf(term: string, isPattern: boolean): (text: string) => number {
  const lower = term.toLowerCase();
  if (!isPattern) return (text) => text.indexOf(lower);
  try {
    const pattern = new RegExp(term, 'i');
    return (text) => text.search(pattern);
  } catch (thrown) {
    throw new KnownError('invalid', `error parsing regexp: ${term}`, { cause: thrown });
  }
}

function byScore(a: Found, b: Found): number {
  if (a.score !== b.score) return a.score - b.score;
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

/** `helm search repo|hub`. */
export const search: Command = {
  use: 'search [keyword]',
  short: 'search for a keyword in charts',
  long: '\nSearch looks for charts in the repositories you have added, or in a hub.\n',
  commands: [searchHub, searchRepo],
};
