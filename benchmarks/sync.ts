import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Events } from '../src/api/events/index.ts';
import { createBus, silentLogger, systemClock } from '../src/base/index.ts';
import { createApiServer } from '../src/embedded/apiserver/index.ts';
import { repositorySettings, startSync } from '../src/features/sync/index.ts';
import { connect, kinds, watchCache } from '../src/lib/kube/index.ts';
import type { Cluster } from '../src/lib/kube/index.ts';
import type { Figure } from './figure.ts';

const objectCount = 10_000;
const perFile = 10;
const pushes = 200;
const namespace = 'load';

/** A repository of ten thousand objects: the first sync, one that finds nothing, and pushes of one change. */
export async function measure(): Promise<Figure[]> {
  const dir = mkdtempSync(path.join(tmpdir(), 'trice-bench-sync-'));
  const stop = new AbortController();
  const server = await createApiServer({
    storePath: path.join(dir, 'cluster.db'),
    clock: systemClock,
    log: silentLogger,
  });
  try {
    const cluster = connect({ transport: server.transport });
    return await measureIn({ dir, cluster, stop });
  } finally {
    stop.abort();
    await server.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

interface World {
  readonly dir: string;
  readonly cluster: Cluster;
  readonly stop: AbortController;
}

async function measureIn({ dir, cluster, stop }: World): Promise<Figure[]> {
  const repository = createRepository(dir);
  const first = repository.commit(allFiles(), 'all');
  const revisions = Array.from({ length: pushes }, (_, count) =>
    repository.commit([fileOf(changedFile(count), valueOf(count))], valueOf(count)),
  );
  repository.store();
  repository.moveTo(first);
  const bus = createBus<Events>();
  const started = performance.now();
  const running = startSync({
    cluster,
    clock: systemClock,
    log: silentLogger,
    bus,
    signal: stop.signal,
    dataDir: path.join(dir, 'data'),
    namespace: 'fluxcd',
    environment: { PATH: process.env['PATH'] },
    localFolder: () => repository.bare,
    repositories: [
      repositorySettings({
        url: repository.url,
        garbageCollection: 'on',
        syncTimeoutMs: 600_000,
        syncIntervalMs: 3_600_000,
        pollIntervalMs: 3_600_000,
      }),
    ],
  });
  await whenSynced(running.handle, first);
  const firstMs = performance.now() - started;
  const idle = await noOp(running.handle);
  const times = await changes({ dir, cluster, stop }, { repository, revisions }, bus);
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  stop.abort();
  await running.done;
  return [
    { what: `first sync of ${objectCount} objects`, value: `${(firstMs / 1000).toFixed(1)} s` },
    {
      what: `sync of ${objectCount} objects that changes nothing, CPU`,
      value: `${(idle.cpuMs / 1000).toFixed(2)} s (${(idle.ms / 1000).toFixed(2)} s by the clock)`,
      goal: '≤ 1 s',
    },
    {
      what: `push of one change → object changed, median of ${pushes}`,
      value: `${at(times, 0.5).toFixed(0)} ms`,
      goal: '≤ 60 ms',
    },
    { what: 'the same, p99', value: `${at(times, 0.99).toFixed(0)} ms`, goal: '≤ 200 ms' },
    {
      what: 'memory of sync and API server together',
      value: `${mib(rss)} MiB (heap ${mib(heapUsed)} MiB)`,
      goal: '≤ 400 MB for the sync',
    },
  ];
}

type Handle = (request: Request) => Promise<Response> | Response;

async function whenSynced(handle: Handle, revision: string): Promise<void> {
  for (;;) {
    const answer = await handle(new Request('http://flux/trice/syncs'));
    const [only] = (await answer.json()) as Array<{ revision: string }>;
    if (only?.revision === revision) return;
    await systemClock.sleep(20);
  }
}

/** A whole sync, live objects looked at, with nothing to do: the middle of three. */
async function noOp(handle: Handle): Promise<{ ms: number; cpuMs: number }> {
  const runs: Array<{ ms: number; cpuMs: number }> = [];
  for (let count = 0; count < 3; count += 1) {
    const cpu = process.cpuUsage();
    const start = performance.now();
    await handle(new Request('http://flux/trice/sync', { method: 'POST' }));
    const { user, system } = process.cpuUsage(cpu);
    runs.push({ ms: performance.now() - start, cpuMs: (user + system) / 1000 });
  }
  return runs.toSorted((a, b) => a.cpuMs - b.cpuMs)[1]!;
}

async function changes(
  { cluster, stop }: World,
  { repository, revisions }: { repository: Repository; revisions: readonly string[] },
  bus: ReturnType<typeof createBus<Events>>,
): Promise<number[]> {
  const waiting = new Map<string, () => void>();
  const run = { signal: stop.signal, clock: systemClock, log: silentLogger };
  const cache = watchCache(cluster, kinds.ConfigMap, run, { namespace });
  await cache.ready;
  cache.onChange(({ object }) => waiting.get((object['data'] as { value: string }).value)?.());
  const times: number[] = [];
  for (const [count, revision] of revisions.entries()) {
    const seen = new Promise<void>((resolve) => waiting.set(valueOf(count), resolve));
    const start = performance.now();
    repository.moveTo(revision);
    bus.publish('git.pushed', { url: repository.url, branch: 'master', revision });
    await seen;
    times.push(performance.now() - start);
    // The rest of the pass: the tag is pushed before the next change comes.
    await systemClock.sleep(60);
  }
  return times.toSorted((a, b) => a - b);
}

interface Repository {
  readonly url: string;
  readonly bare: string;
  /** Commits in the work tree; the new revision. */
  commit(files: ReadonlyArray<readonly [name: string, text: string]>, message: string): string;
  /** Brings every commit to the server, without a branch that leads to it. */
  store(): void;
  /** What a push does at its end: the branch leads to a commit that is there. */
  moveTo(revision: string): void;
}

function changedFile(count: number): number {
  return (count * 37) % (objectCount / perFile);
}

function valueOf(count: number): string {
  return `change-${count}`;
}

function createRepository(dir: string): Repository {
  const bare = path.join(dir, 'repo.git');
  const work = path.join(dir, 'work');
  const git = (cwd: string, ...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  mkdirSync(work);
  git(dir, 'init', '-q', '--bare', '-b', 'master', bare);
  git(work, 'init', '-q', '-b', 'master');
  return {
    url: `file://${bare}`,
    bare,
    commit(files, message) {
      for (const [name, text] of files) {
        mkdirSync(path.dirname(path.join(work, name)), { recursive: true });
        writeFileSync(path.join(work, name), text);
      }
      git(work, 'add', '-A');
      git(work, 'commit', '-q', '-m', message);
      return git(work, 'rev-parse', 'HEAD');
    },
    store: () => void git(work, 'push', '-q', bare, 'HEAD:refs/bench/all'),
    moveTo: (revision) => writeFileSync(path.join(bare, 'refs/heads/master'), `${revision}\n`),
  };
}

function allFiles(): Array<readonly [string, string]> {
  const files = Array.from({ length: objectCount / perFile }, (_, index) => fileOf(index, 'first'));
  const object = `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${namespace}}\n`;
  return [['namespace.yaml', object], ...files];
}

/** A file of ten ConfigMaps, of which the first has the value. */
function fileOf(index: number, value: string): readonly [string, string] {
  const texts = Array.from({ length: perFile }, (_, item) => {
    const own = item === 0 ? value : 'same';
    return `apiVersion: v1
kind: ConfigMap
metadata:
  name: map-${index}-${item}
  namespace: ${namespace}
  labels: {app: app-${index}}
data:
  value: ${own}
  file: "${index}"
`;
  });
  return [`apps/${index % 50}/map-${index}.yaml`, texts.join('---\n')];
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function mib(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
