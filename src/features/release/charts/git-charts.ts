import { createHash } from 'node:crypto';
import { join, posix } from 'node:path';
import { KnownError, asKnownError, messageOf } from '../../../base/index.ts';
import type { Clock, Logger } from '../../../base/index.ts';
import type { ChartSource } from '../../../api/helm-release/index.ts';
import { openMirror, safeUrl } from '../../../lib/git/index.ts';
import type { Credentials, Mirror, SshKey } from '../../../lib/git/index.ts';
import { loadChart } from '../../../lib/helm/index.ts';
import type { Chart } from '../../../lib/helm/index.ts';
import type { FetchedChart } from '../wanted.ts';

export type GitChartSource = Extract<ChartSource, { type: 'git' }>;

export interface GitChartPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Mirrors are kept below it. */
  readonly dataDir: string;
  readonly credentials?: Credentials;
  readonly ssh?: SshKey;
  /** Folder of a repository that is on this machine: it is read there. */
  readonly localFolder?: (url: string) => string | undefined;
  /** Ref of a chart that names none. */
  readonly defaultRef: string;
  /** How old what a mirror knows may be. */
  readonly pollIntervalMs: number;
  readonly timeoutMs: number;
}

/** Charts in git repositories. Repositories are mirrored once, however many releases use them. */
export interface GitCharts {
  /** `key` tells mirrors of one URL with different credentials apart. */
  fetch(source: GitChartSource, how?: MirrorHow): Promise<FetchedChart>;
  /** What is known of a repository is old: the next fetch asks it again. */
  pushed(url: string): void;
  close(): Promise<void>;
}

export interface MirrorHow {
  readonly key?: string;
  readonly credentials?: Credentials;
}

interface Entry {
  readonly mirror: Mirror;
  /** When the last successful fetch began; 0 before the first. */
  fetchedAt: number;
  isStale: boolean;
  fetching: Promise<void> | undefined;
  /** What refs and paths are since the last fetch: asking git starts a program. */
  readonly found: Map<string, Promise<ChartContent>>;
}

/** A folder of a commit. */
interface ChartContent {
  readonly revision: string;
  readonly digest: string;
}

/** Charts kept in memory by content; enough for every release of a large cluster to share. */
const maxCharts = 64;

export function createGitCharts(ports: GitChartPorts): GitCharts {
  const entries = new Map<string, Entry>();
  const charts = new Map<string, Promise<Chart>>();
  return {
    fetch: async (source, how = {}) => {
      const entry = entryOf(ports, entries, source.git, how);
      const problem = await bringUpToDate(ports, entry).catch(asKnownError);
      return chartAt(ports, { entry, charts, problem }, source);
    },
    pushed: (url) => {
      const wanted = sameRepository(url);
      for (const entry of entries.values()) {
        if (sameRepository(entry.mirror.url) === wanted) entry.isStale = true;
      }
    },
    close: async () => {
      await Promise.all([...entries.values()].map(({ mirror }) => mirror.close()));
    },
  };
}

function entryOf(
  ports: GitChartPorts,
  entries: Map<string, Entry>,
  url: string,
  how: MirrorHow,
): Entry {
  const key = `${how.key ?? ''} ${url}`;
  const known = entries.get(key);
  if (known !== undefined) return known;
  const credentials = how.credentials ?? ports.credentials;
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 32);
  const fetchFrom = ports.localFolder?.(url);
  const mirror = openMirror({
    url,
    dir: join(ports.dataDir, 'charts', 'git', digest),
    clock: ports.clock,
    log: ports.log,
    timeoutMs: ports.timeoutMs,
    ...(credentials === undefined ? {} : { credentials }),
    ...(ports.ssh === undefined ? {} : { ssh: ports.ssh }),
    ...(fetchFrom === undefined ? {} : { fetchFrom }),
  });
  const entry: Entry = {
    mirror,
    fetchedAt: 0,
    isStale: false,
    fetching: undefined,
    found: new Map(),
  };
  entries.set(key, entry);
  return entry;
}

async function bringUpToDate(ports: GitChartPorts, entry: Entry): Promise<void> {
  // A push that comes while a fetch runs may not be in it: then another one follows.
  if (entry.fetching !== undefined && !entry.isStale) return entry.fetching;
  await entry.fetching?.catch(() => {});
  const age = ports.clock.now().getTime() - entry.fetchedAt;
  if (entry.fetching === undefined && !entry.isStale && age < ports.pollIntervalMs) return;
  entry.fetching ??= fetchOnce(ports, entry).finally(() => {
    entry.fetching = undefined;
  });
  return entry.fetching;
}

async function fetchOnce(ports: GitChartPorts, entry: Entry): Promise<void> {
  const startedAt = ports.clock.now().getTime();
  entry.isStale = false;
  try {
    await entry.mirror.fetch(ports.signal);
    entry.found.clear();
    entry.fetchedAt = startedAt;
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    entry.isStale = true;
    ports.log.warn('git repository could not be refreshed', {
      url: entry.mirror.url,
      err: messageOf(thrown),
    });
    throw new KnownError(thrown.code, `chart not ready: ${messageOf(thrown)}`, { cause: thrown });
  }
}

async function chartAt(
  ports: GitChartPorts,
  {
    entry,
    charts,
    problem,
  }: { entry: Entry; charts: Map<string, Promise<Chart>>; problem: KnownError | void },
  source: GitChartSource,
): Promise<FetchedChart> {
  const { mirror } = entry;
  const ref = source.ref ?? ports.defaultRef;
  const path = insidePath(source.path);
  const { revision, digest } = await contentAt(entry, ref, path).catch((thrown: unknown) => {
    // What was fetched before, also by an earlier process, is still true: only without it there is nothing.
    throw problem ?? thrown;
  });
  const load = (): Promise<Chart> => loadFrom(mirror, revision, path);
  return {
    chart: await shared(charts, `${mirror.url} ${digest}`, load),
    revision,
    digest,
    beside: (other) => loadFrom(mirror, revision, besidePath(path, other)),
  };
}

async function contentAt(
  { found, mirror }: Entry,
  ref: string,
  path: string,
): Promise<ChartContent> {
  const id = `${ref} ${path}`;
  const content = found.get(id) ?? readContent(mirror, ref, path);
  found.set(id, content);
  try {
    return await content;
  } catch (thrown) {
    found.delete(id);
    throw thrown;
  }
}

async function readContent(mirror: Mirror, ref: string, path: string): Promise<ChartContent> {
  const revision = await mirror.resolve(ref);
  if (revision === undefined) {
    throw new KnownError('not-found', `there is no ref ${ref} in ${safeUrl(mirror.url)}`);
  }
  const files = await mirror.files(revision, path === '' ? [] : [`${path}/`]);
  if (files.length === 0) {
    throw new KnownError('not-found', `chart path ${path} does not exist at ${ref} (${revision})`);
  }
  const digest = createHash('sha256')
    .update(files.map((file) => `${file.mode} ${file.oid} ${file.path}\n`).join(''))
    .digest('hex');
  return { revision, digest };
}

async function loadFrom(mirror: Mirror, revision: string, path: string): Promise<Chart> {
  const files = await mirror.load({ revision, ...(path === '' ? {} : { paths: [path] }) });
  const skipped = path === '' ? 0 : path.length + 1;
  return loadChart(files.map((file) => ({ name: file.path.slice(skipped), data: file.content })));
}

/** One chart per content; a failure is not kept, and the one used longest ago makes room. */
async function shared(
  charts: Map<string, Promise<Chart>>,
  id: string,
  load: () => Promise<Chart>,
): Promise<Chart> {
  const known = charts.get(id);
  charts.delete(id);
  const chart = known ?? load();
  charts.set(id, chart);
  const [oldest] = charts.keys();
  if (charts.size > maxCharts && oldest !== undefined) charts.delete(oldest);
  try {
    return await chart;
  } catch (thrown) {
    charts.delete(id);
    throw thrown;
  }
}

/** `../common` from `charts/web` is `charts/common`; what leaves the repository is refused. */
function besidePath(path: string, other: string): string {
  const joined = posix.join('/', path, other);
  const isInside = posix.normalize(`${path}/${other}`).startsWith('..') === false;
  if (isInside && joined !== '/') return joined.slice(1).replace(/\/+$/, '');
  throw new KnownError('invalid', `dependency file://${other} leads out of the repository`);
}

function insidePath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) {
    throw new KnownError('invalid', `chart path ${path} leads out of the repository`);
  }
  return parts.join('/');
}

/** URLs of one repository written in different ways compare equal. */
export function sameRepository(url: string): string {
  return safeUrl(url)
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .replace(/^([a-z+]+:\/\/)[^/@]*@/, '$1')
    .replace('://127.0.0.1', '://localhost');
}
