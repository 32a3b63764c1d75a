// The cluster of the release benchmark, a process of its own: the embedded API server with its store
// on disk, the control loops, and pods on the simulated runtime. Makes HelmReleases when it is told to
// and says when all of them are ready.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HelmRelease, helmReleaseCrd } from '../src/api/helm-release/index.ts';
import type { HelmReleaseSpec } from '../src/api/helm-release/index.ts';
import { silentLogger, systemClock } from '../src/base/index.ts';
import { createApiServer } from '../src/embedded/apiserver/index.ts';
import { simulatedDriver, startRuntime } from '../src/embedded/runtime/index.ts';
import { startWorkloads } from '../src/embedded/workloads/index.ts';
import { listen } from '../src/lib/http/index.ts';
import { connect, kinds, watchCache } from '../src/lib/kube/index.ts';

/** What the benchmark asks for. */
export type Wish =
  | { readonly make: number; readonly spec: HelmReleaseSpec }
  | { readonly awaitRevision: string }
  | { readonly end: true };

/** What it is told. */
export type Answer = { readonly port: number } | { readonly done: true };

const dir = mkdtempSync(path.join(tmpdir(), 'trice-release-cluster-'));
const stop = new AbortController();
const run = { clock: systemClock, log: silentLogger, signal: stop.signal };
const server = await createApiServer({ ...run, storePath: path.join(dir, 'cluster.db') });
const cluster = connect({ transport: server.transport });
await cluster.create(kinds.CustomResourceDefinition, helmReleaseCrd);
startWorkloads({ ...run, cluster, nodeName: 'trice', caPem: '' });
const driver = simulatedDriver({ clock: systemClock, everything: true });
startRuntime({ ...run, cluster, nodeName: 'trice', dataDir: dir, drivers: [driver] });
const listening = await listen({ host: '127.0.0.1', port: 0, handler: server.transport });
while ((await cluster.resourceOf(HelmRelease.apiVersion, 'HelmRelease')) === undefined) {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
const releases = watchCache<HelmRelease>(cluster, HelmRelease, run);

const isDone = (release: HelmRelease, revision?: string): boolean => {
  const { phase, observedGeneration = 0, revision: now } = release.status ?? {};
  const isSeen = observedGeneration >= (release.metadata.generation ?? 0);
  return phase === 'Succeeded' && isSeen && (revision === undefined || now === revision);
};

let wanted = 0;
let revision: string | undefined;
let isWaiting = false;
const done = new Set<string>();
releases.onChange(({ object }) => {
  const { name } = object.metadata;
  if (isDone(object, revision)) done.add(name);
  else done.delete(name);
  if (!isWaiting || done.size < wanted) return;
  isWaiting = false;
  tell({ done: true });
});

function tell(answer: Answer): void {
  process.send?.(answer);
}

async function make(from: number, spec: HelmReleaseSpec): Promise<void> {
  const names = Array.from({ length: wanted - from }, (_, at) => `app-${from + at}`);
  for (let at = 0; at < names.length; at += 20) {
    await Promise.all(
      names.slice(at, at + 20).map((name) =>
        cluster.create(HelmRelease, {
          apiVersion: HelmRelease.apiVersion,
          kind: HelmRelease.kind,
          metadata: { name, namespace: 'default' },
          spec,
        }),
      ),
    );
  }
}

async function obey(wish: Wish): Promise<void> {
  if ('end' in wish) {
    stop.abort(new Error('end'));
    await listening.close();
    await server.close();
    rmSync(dir, { recursive: true, force: true });
    process.exit(0);
  }
  isWaiting = true;
  if ('make' in wish) {
    const before = wanted;
    wanted = wish.make;
    await make(before, wish.spec);
    return;
  }
  revision = wish.awaitRevision;
  done.clear();
}

process.on('message', (wish) => void obey(wish as Wish));
tell({ port: listening.port });
