import { isRecord, KnownError } from '../../base/index.ts';
import type { Clock, KubeObject, Logger } from '../../base/index.ts';
import { safeUrl } from '../../lib/git/index.ts';
import { kinds, recordEvent } from '../../lib/kube/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import type { Problem } from './desired.ts';
import type { RepositorySettings } from './settings.ts';

/** Label of every state object; its value is the repository's name in the settings. */
export const stateLabel = 'trice.dev/sync';

/** How a repository is doing, in a word. */
export type SyncState = 'waiting' | 'unreachable' | 'failing' | 'synced';

/** What a person may ask about the sync of one repository. Times are RFC 3339. */
export interface SyncReport {
  readonly state: SyncState;
  /** Why, in words. */
  readonly message: string;
  /** Head of the branch, `''` before the first fetch. */
  readonly head: string;
  /** Revision that was applied last. */
  readonly revision: string;
  /** When a pass last brought news. */
  readonly syncedAt: string;
  readonly objects: number;
  readonly problems: readonly Problem[];
}

interface ReporterPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly namespace: string;
}

const maxProblems = 100;

/**
 * Keeps the ConfigMap `trice-sync-<name>` in our namespace: the state of one repository as
 * `kubectl describe configmap` and `trice get sync` show it, with its news as events. The data is
 * texts; `problems.json` is a list of `{id?, path, line?, message}`.
 */
export interface Reporter {
  report(report: SyncReport): Promise<void>;
}

export function createReporter(ports: ReporterPorts, settings: RepositorySettings): Reporter {
  let written = '';
  let told = new Set<string>();
  const run = { signal: ports.signal, log: ports.log, clock: ports.clock };
  const tell = async (about: KubeObject, problem: Problem): Promise<void> => {
    const event = {
      type: 'Warning',
      reason: problem.id === undefined ? 'BadManifest' : 'SyncFailed',
      message: problemText(problem),
      source: 'trice-sync',
    } as const;
    await recordEvent(ports.cluster, { ...event, about }, run);
  };
  return {
    async report(report) {
      const object = stateObject(ports.namespace, settings, report);
      // The time alone is not news: a pass that changed nothing writes nothing.
      const text = JSON.stringify({ ...report, syncedAt: '' });
      if (text === written) return;
      const live = await writeState(ports.cluster, object);
      written = text;
      const fresh = report.problems.filter((problem) => !told.has(problemText(problem)));
      for (const problem of fresh.slice(0, maxProblems)) await tell(live, problem);
      told = new Set(report.problems.map(problemText));
    },
  };
}

/** `releases/app.yaml:3: default:deployment/app: <message>` */
export function problemText(problem: Problem): string {
  const line = problem.line === undefined ? '' : `:${problem.line}`;
  const place = `${problem.path}${line}`;
  const message = problem.message.startsWith(`${problem.path}: `)
    ? problem.message.slice(problem.path.length + 2)
    : problem.message;
  return [place, problem.id, message]
    .filter((part) => part !== undefined && part !== '')
    .join(': ');
}

function stateObject(
  namespace: string,
  settings: RepositorySettings,
  report: SyncReport,
): KubeObject {
  const problems = report.problems.slice(0, maxProblems);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: `trice-sync-${settings.name}`,
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'trice', [stateLabel]: settings.name },
    },
    data: {
      url: safeUrl(settings.url),
      branch: settings.branch,
      paths: settings.paths.join(','),
      state: report.state,
      message: report.message,
      head: report.head,
      revision: report.revision,
      'synced-at': report.syncedAt,
      objects: String(report.objects),
      problems: problems.map((problem) => `${problemText(problem)}\n`).join(''),
      'problems.json': JSON.stringify(problems),
    },
  };
}

async function writeState(cluster: Cluster, object: KubeObject): Promise<KubeObject> {
  const { metadata } = object;
  const patch = { metadata: { labels: metadata.labels }, data: object['data'] };
  try {
    return await cluster.patch(kinds.ConfigMap, metadata, patch, { type: 'merge' });
  } catch (thrown) {
    if (!(thrown instanceof KnownError && thrown.code === 'not-found')) throw thrown;
  }
  await ensureNamespace(cluster, metadata.namespace ?? 'default');
  return cluster.create(kinds.ConfigMap, object);
}

/** Makes a namespace unless it is there. */
export async function ensureNamespace(cluster: Cluster, name: string): Promise<void> {
  if ((await cluster.get(kinds.Namespace, { name })) !== undefined) return;
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  await cluster.create(kinds.Namespace, namespace).catch((thrown: unknown) => {
    if (!(thrown instanceof KnownError && thrown.code === 'exists')) throw thrown;
  });
}

/** Reads what `createReporter` wrote; absent fields are empty. */
export function readReport(
  object: KubeObject,
): SyncReport & { readonly name: string; url: string; branch: string } {
  const data = isRecord(object['data']) ? object['data'] : {};
  const text = (key: string, otherwise = ''): string => {
    const value = data[key];
    return typeof value === 'string' ? value : otherwise;
  };
  return {
    name: object.metadata.labels?.[stateLabel] ?? '',
    url: text('url'),
    branch: text('branch'),
    state: text('state', 'waiting') as SyncState,
    message: text('message'),
    head: text('head'),
    revision: text('revision'),
    syncedAt: text('synced-at'),
    objects: Number(text('objects', '0')),
    problems: JSON.parse(text('problems.json', '[]')) as Problem[],
  };
}
