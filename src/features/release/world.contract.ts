import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach } from 'vitest';
import { createBus, isRecord, silentLogger, systemClock } from '../../base/index.ts';
import type { Bus, JsonRecord, KubeObject } from '../../base/index.ts';
import type { Events } from '../../api/events/index.ts';
import { HelmRelease, helmReleaseCrd } from '../../api/helm-release/index.ts';
import type { HelmReleaseSpec, HelmReleaseStatus } from '../../api/helm-release/index.ts';
import { createApiServer } from '../../embedded/apiserver/index.ts';
import type { ApiServer } from '../../embedded/apiserver/index.ts';
import { createReleaseStore } from '../../lib/helm/index.ts';
import type { ReleaseStore } from '../../lib/helm/index.ts';
import { connect, kinds } from '../../lib/kube/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { startRelease } from './index.ts';
import type { ReleaseFeature, ReleasePorts } from './index.ts';

const run = promisify(execFile);

export interface World {
  readonly server: ApiServer;
  readonly cluster: Cluster;
  readonly bus: Bus<Events>;
  readonly dir: string;
  readonly releases: ReleaseStore;
  stop: AbortController;
  done: Promise<void>;
  feature: ReleaseFeature | undefined;
  /** Paths that were read from the API server. */
  readonly reads: string[];
}

/** The world of the scenario that runs now. */
export let world: World;

export async function start(
  how: Partial<
    Pick<
      ReleasePorts,
      'settings' | 'transport' | 'chartsRepository' | 'tlsTransport' | 'localFolder' | 'log'
    >
  > = {},
): Promise<void> {
  world.stop = new AbortController();
  const { cluster, bus, dir } = world;
  const feature = startRelease({
    ...how,
    cluster,
    bus,
    clock: systemClock,
    log: how.log ?? silentLogger,
    signal: world.stop.signal,
    dataDir: path.join(dir, 'data'),
    render: {},
    transport: how.transport ?? (() => Promise.reject(new Error('no network in this test'))),
    settings: { chartsSyncIntervalMs: 60_000, gitDefaultRef: 'main', ...how.settings },
  });
  world.feature = feature;
  world.done = feature.done;
}

/** A chart's files as `helm package` would pack them. */
export async function archiveOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, text] of Object.entries(files)) tar.entry({ name: `demo/${name}` }, text);
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk as Uint8Array);
  return gzipSync(Buffer.concat(chunks));
}

export async function halt(): Promise<void> {
  world.stop.abort(new Error('stop'));
  await world.done.catch(() => {});
}

/** Every scenario of the file gets an API server, a repository and a bus of its own. */
export function useWorlds(): void {
  beforeEach(build);
  afterEach(tearDown);
}

async function build(): Promise<void> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'release-'));
  const server = await createApiServer({
    storePath: ':memory:',
    clock: systemClock,
    log: silentLogger,
  });
  const reads: string[] = [];
  const cluster = connect({
    transport: (request) => {
      if (request.method === 'GET') reads.push(request.url);
      return server.transport(request);
    },
  });
  await cluster.create(kinds.CustomResourceDefinition, helmReleaseCrd);
  await until(
    async () => (await cluster.resourceOf(HelmRelease.apiVersion, 'HelmRelease')) !== undefined,
  );
  const releases = createReleaseStore({ cluster, clock: systemClock, namespace: 'default' });
  world = {
    server,
    cluster,
    bus: createBus<Events>(),
    dir,
    releases,
    stop: new AbortController(),
    done: Promise.resolve(),
    feature: undefined,
    reads,
  };
}

async function tearDown(): Promise<void> {
  await halt();
  await world.server.close();
  await rm(world.dir, { recursive: true, force: true });
}

/** Looks until the answer is yes; an event would do, but the API is what users look at. */
export async function until(isDone: () => Promise<boolean>, seconds = 10): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await isDone())) {
    if (Date.now() > end) throw new Error('it did not come about');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const template: string = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-cm
data:
  colour: "{{ .Values.colour }}"
  revision: "{{ .Release.Revision }}"
`;

export const chartFiles: Record<string, string> = {
  'Chart.yaml': 'apiVersion: v2\nname: demo\nversion: 0.1.0\nappVersion: "1.0"\n',
  'values.yaml': 'colour: red\n',
  'templates/cm.yaml': template,
};

export async function git(...args: string[]): Promise<string> {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@e.x'];
  const { stdout } = await run('git', [...identity, '-C', repository(), ...args]);
  return stdout.trim();
}

export function repository(): string {
  return path.join(world.dir, 'repo');
}

export function repositoryUrl(): string {
  return `file://${repository()}`;
}

export async function commit(files: Record<string, string>): Promise<string> {
  await mkdir(repository(), { recursive: true });
  await run('git', ['init', '-q', '-b', 'main', repository()]);
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(repository(), 'charts/demo', name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  await git('add', '-A');
  await git('commit', '-q', '-m', 'change');
  const revision = await git('rev-parse', 'HEAD');
  const news = { url: repositoryUrl(), branch: 'main', revision };
  world.bus.publish('git.pushed', news);
  world.bus.publish('sync.done', { ...news, changed: [], errors: [] });
  return revision;
}

export async function release(name: string, spec: Partial<HelmReleaseSpec>): Promise<void> {
  await world.cluster.create(HelmRelease, {
    apiVersion: 'helm.fluxcd.io/v1',
    kind: 'HelmRelease',
    metadata: { name, namespace: 'default' },
    spec: { chart: { git: repositoryUrl(), path: 'charts/demo' }, releaseName: name, ...spec },
  });
}

export async function change(name: string, spec: JsonRecord): Promise<void> {
  const key = { namespace: 'default', name };
  await world.cluster.patch(HelmRelease, key, { spec }, { type: 'merge' });
}

export async function statusOf(name: string): Promise<HelmReleaseStatus> {
  const found = await world.cluster.get(HelmRelease, { namespace: 'default', name });
  return found?.status ?? {};
}

export async function phase(
  name: string,
  wanted: string,
  generation?: number,
): Promise<HelmReleaseStatus> {
  await until(async () => {
    const status = await statusOf(name);
    const isSeen = generation === undefined || (status.observedGeneration ?? 0) >= generation;
    return status.phase === wanted && isSeen;
  });
  return statusOf(name);
}

export async function colour(name: string): Promise<unknown> {
  const key = { namespace: 'default', name: `${name}-cm` };
  const found = await world.cluster.get(kinds.ConfigMap, key);
  return isRecord(found?.['data']) ? found['data']['colour'] : undefined;
}

export async function revisions(name: string): Promise<string> {
  const heads = await world.releases.heads(name);
  return heads.map(({ version, status }) => `${version} ${status}`).join(', ');
}

export async function events(name: string): Promise<KubeObject[]> {
  const { items } = await world.cluster.list(kinds.Event, { namespace: 'default' });
  return items.filter((event) => (event['involvedObject'] as JsonRecord)['name'] === name);
}
