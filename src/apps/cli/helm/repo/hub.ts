import { KnownError, isRecord } from '../../../../base/index.ts';
import { fetchBytes } from '../../../../lib/helm/index.ts';
import type { Call, Command } from '../../cobra/index.ts';
import { fetching } from '../access.ts';
import { outputFlag } from '../flags.ts';
import { printAs, tableText } from '../table.ts';
import { cut } from './search.ts';

const defaultEndpoint = 'https://hub.helm.sh';
const maxBytes = 32 * 1024 * 1024;

/** `helm search hub [KEYWORD]`: asks a hub's search. */
export const searchHub: Command = {
  use: 'hub [KEYWORD] [flags]',
  short: 'search for charts in the Artifact Hub or your own hub instance',
  long: '\nSearch for Helm charts in the Artifact Hub or your own hub instance.\n',
  args: () => undefined,
  flags: [
    {
      name: 'endpoint',
      type: 'string',
      default: defaultEndpoint,
      usage: 'Hub instance to query for charts',
    },
    { name: 'fail-on-no-result', type: 'bool', usage: 'search fails if no results are found' },
    { name: 'list-repo-url', type: 'bool', usage: 'print charts repository URL' },
    {
      name: 'max-col-width',
      type: 'int',
      default: '50',
      usage: 'maximum column width for output table',
    },
    outputFlag,
  ],
  run: async (call) => {
    const { flags, io } = call;
    const found = await search(call);
    if (found.length === 0 && flags.bool('fail-on-no-result')) {
      throw new KnownError('not-found', 'no results found');
    }
    printAs(call, found, () => (found.length === 0 ? 'No results found\n' : table(call, found)));
    io.signal.throwIfAborted();
  },
};

interface Found {
  readonly url: string;
  readonly version: string;
  readonly app_version: string;
  readonly description: string;
  readonly repository: { readonly url: string; readonly name: string };
}

function table({ flags }: Call, found: readonly Found[]): string {
  const width = flags.number('max-col-width');
  const withUrl = flags.bool('list-repo-url');
  const rows = found.map(({ url, version, app_version: app, description, repository }) =>
    [url, version, app, description, ...(withUrl ? [repository.url] : [])].map((cell) =>
      cut(cell, width),
    ),
  );
  const head = ['URL', 'CHART VERSION', 'APP VERSION', 'DESCRIPTION'];
  return tableText([withUrl ? [...head, 'REPO URL'] : head, ...rows]);
}

async function search({ args, flags, io }: Call): Promise<Found[]> {
  const endpoint = flags.string('endpoint');
  const base = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (base === undefined || base.host === '') {
    const what = `unable to create connection to ${JSON.stringify(endpoint)}`;
    throw new KnownError('invalid', `${what}: no hostname provided`);
  }
  base.pathname = `${base.pathname.replace(/\/$/, '')}/api/chartsvc/v1/charts/search`;
  base.search = `?q=${encodeURIComponent(args.join(' ')).replaceAll('%20', '+')}`;
  let bytes: Uint8Array;
  try {
    const url = base.href;
    bytes = await fetchBytes(fetching(io, endpoint), { url, home: endpoint, maxBytes });
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    const message = `unable to perform search against ${JSON.stringify(endpoint)}`;
    throw new KnownError('unreachable', message, { cause: thrown });
  }
  return resultsIn(Buffer.from(bytes).toString('utf8')).map((each) => foundIn(each, endpoint));
}

/** What is no JSON is no result, as in Helm. */
function resultsIn(text: string): unknown[] {
  try {
    const data: unknown = JSON.parse(text);
    return isRecord(data) && Array.isArray(data['data']) ? data['data'] : [];
  } catch {
    return [];
  }
}

function foundIn(result: unknown, endpoint: string): Found {
  const said = (...path: string[]): string => {
    let value = result;
    for (const key of path) value = isRecord(value) ? value[key] : undefined;
    return typeof value === 'string' ? value : '';
  };
  const version = ['relationships', 'latestChartVersion', 'data'];
  return {
    url: said('artifactHub', 'packageUrl') || `${endpoint}/charts/${said('id')}`,
    version: said(...version, 'version'),
    app_version: said(...version, 'app_version'),
    description: said('attributes', 'description'),
    repository: {
      url: said('attributes', 'repo', 'url'),
      name: said('attributes', 'repo', 'name'),
    },
  };
}
