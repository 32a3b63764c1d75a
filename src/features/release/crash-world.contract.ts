import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { createBus, isRecord, silentLogger, systemClock } from '../../base/index.ts';
import type { KubeObject } from '../../base/index.ts';
import type { Events } from '../../api/events/index.ts';
import { HelmRelease, helmReleaseCrd } from '../../api/helm-release/index.ts';
import type { HelmReleaseSpec } from '../../api/helm-release/index.ts';
import { createApiServer } from '../../embedded/apiserver/index.ts';
import type { ApiServer } from '../../embedded/apiserver/index.ts';
import { createReleaseStore } from '../../lib/helm/index.ts';
import { listen } from '../../lib/http/index.ts';
import type { Transport } from '../../lib/http/index.ts';
import { connect, kinds } from '../../lib/kube/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { startRelease } from './index.ts';
import { archiveOf } from './world.contract.ts';

/** A chart whose values name its objects, with a hook before and after everything. */
const chartFiles: Readonly<Record<string, string>> = {
  'Chart.yaml': 'apiVersion: v2\nname: demo\nversion: 0.1.0\n',
  'values.yaml': 'objects: []\ncolour: red\n',
  'templates/objects.yaml': `{{- range .Values.objects }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ . }}}
data: {colour: {{ $.Values.colour }}}
{{- end }}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: account}
`,
  'templates/hooks.yaml': `{{- range $time := list "install" "upgrade" "rollback" "delete" }}
{{- range $event, $policy := dict "pre" "before-hook-creation" "post" "hook-succeeded" }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: run-{{ $event }}-{{ $time }}
  annotations: {helm.sh/hook: {{ $event }}-{{ $time }}, helm.sh/hook-delete-policy: {{ $policy }}}
{{- end }}
{{- end }}
`,
};

/** An API server for many cases; each has a namespace and an operator of its own. */
export interface CrashWorld {
  readonly server: ApiServer;
  readonly cluster: Cluster;
  /** Serves the chart. */
  readonly charts: Transport;
  readonly close: () => Promise<void>;
  readonly dir: string;
}

export async function createCrashWorld(): Promise<CrashWorld> {
  const server = await createApiServer({
    storePath: ':memory:',
    clock: systemClock,
    log: silentLogger,
  });
  const cluster = connect({ transport: server.transport });
  await cluster.create(kinds.CustomResourceDefinition, helmReleaseCrd);
  const dir = await mkdtemp(path.join(os.tmpdir(), 'crash-'));
  const archive = await archiveOf(chartFiles);
  const index =
    'apiVersion: v1\nentries:\n  demo:\n  - {name: demo, version: 0.1.0, apiVersion: v2, urls: [demo.tgz]}\n';
  return {
    server,
    cluster,
    dir,
    charts: ({ url }) =>
      Promise.resolve(new Response(url.endsWith('index.yaml') ? index : new Uint8Array(archive))),
    close: async () => {
      await server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** One operator that may die. */
export interface Life {
  /** Writes that it has sent. */
  readonly writes: () => number;
  /** Resolves when it died. */
  readonly died: Promise<void>;
  readonly stop: () => Promise<void>;
}

const chart = { repository: 'https://charts.test', name: 'demo', version: '0.1.0' };

/** What there is at the end. */
export interface Left {
  readonly objects: readonly string[];
  /** Hooks that should have been deleted. */
  readonly hooks: readonly string[];
  /** The newest revision's values. */
  readonly config: unknown;
  /** Revisions that are in the middle of something. */
  readonly pending: readonly string[];
  /** Hooks that ran again in the same revision. */
  readonly twice: readonly string[];
}

/** One release through one death and the life after it. */
export class CrashCase {
  readonly #world: CrashWorld;
  readonly namespace: string;
  /** Names of the hooks' objects in the order in which they were made, each with the revision of that time. */
  readonly hooks: string[] = [];
  #revision = '';

  constructor(world: CrashWorld, namespace: string) {
    this.#world = world;
    this.namespace = namespace;
  }

  async create(spec: Partial<HelmReleaseSpec>): Promise<void> {
    const { cluster } = this.#world;
    const metadata = { name: this.namespace };
    await cluster.create(kinds.Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata });
    await cluster.create(HelmRelease, {
      apiVersion: HelmRelease.apiVersion,
      kind: HelmRelease.kind,
      metadata: this.#key,
      spec: { chart, releaseName: 'web', ...spec },
    });
  }

  async change(spec: Partial<HelmReleaseSpec>): Promise<void> {
    await this.#world.cluster.patch(HelmRelease, this.#key, { spec }, { type: 'merge' });
  }

  async delete(): Promise<void> {
    await this.#world.cluster.delete(HelmRelease, this.#key);
  }

  /** Starts an operator; its `diesAt`-th write, and everything after it, never reaches the cluster. */
  start(diesAt: number = Number.POSITIVE_INFINITY): Life {
    const { server, charts, dir } = this.#world;
    const stop = new AbortController();
    const end = Promise.withResolvers<void>();
    let writes = 0;
    let isDead = false;
    const transport: Transport = async (request) => {
      if (request.method !== 'GET') writes += 1;
      if (writes >= diesAt && !isDead) {
        isDead = true;
        stop.abort(new Error('killed'));
        end.resolve();
      }
      if (isDead) throw new Error('the process is dead');
      return this.#noting(request, await server.transport(request));
    };
    const feature = startRelease({
      cluster: connect({ transport }),
      bus: createBus<Events>(),
      clock: systemClock,
      log: silentLogger,
      signal: stop.signal,
      dataDir: path.join(dir, 'data'),
      render: {},
      transport: charts,
      namespace: this.namespace,
      settings: { chartsSyncIntervalMs: 100 },
    });
    return {
      writes: () => writes,
      died: end.promise,
      stop: async () => {
        stop.abort(new Error('stopped'));
        await feature.done.catch(() => {});
      },
    };
  }

  /** The same as a process that is killed, with nothing to say about it, when its `diesAt`-th write arrives. */
  async spawn(diesAt: number): Promise<void> {
    const { server, charts, dir } = this.#world;
    const file = path.join(import.meta.dirname, 'operator-process.contract.ts');
    const running: { child?: ChildProcess } = {};
    let writes = 0;
    const listening = await listen({
      host: '127.0.0.1',
      port: 0,
      handler: async (request) => {
        const { pathname } = new URL(request.url);
        if (pathname.startsWith('/charts/')) return charts(request);
        if (request.method !== 'GET') writes += 1;
        if (writes < diesAt) return this.#noting(request, await server.transport(request));
        running.child?.kill('SIGKILL');
        return new Response('', { status: 503 });
      },
    });
    const url = `http://127.0.0.1:${listening.port}`;
    const child = spawn(process.execPath, [file, url, this.namespace, path.join(dir, 'process')], {
      stdio: 'ignore',
    });
    running.child = child;
    await once(child, 'exit');
    await listening.close();
  }

  /** Follows what is made: revisions, and hooks in them. */
  async #noting({ method }: Request, answer: Response): Promise<Response> {
    if (method !== 'POST' || answer.status !== 201) return answer;
    const { metadata } = (await answer.clone().json()) as KubeObject;
    const { name } = metadata;
    if (name.startsWith('sh.helm')) this.#revision = name;
    if (name.startsWith('run-')) this.hooks.push(`${name} ${this.#revision}`);
    return answer;
  }

  /** Waits until the object's phase is that one for its newest generation, and the newest revision is deployed. */
  async settled(phase: string): Promise<void> {
    await until(this.namespace, async () => {
      const object = await this.#world.cluster.get(HelmRelease, this.#key);
      const { observedGeneration = 0, phase: now } = object?.status ?? {};
      if (now !== phase || observedGeneration < (object?.metadata.generation ?? 0))
        return now ?? '';
      const head = (await this.#store.heads('web')).at(-1);
      return head?.status === 'deployed' || `${now} ${head?.status ?? ''}`;
    });
  }

  async gone(): Promise<void> {
    await until(this.namespace, async () => {
      const object = await this.#world.cluster.get(HelmRelease, this.#key);
      return object === undefined || 'there';
    });
  }

  /** What the release left: its objects with their colours, hooks that are still there, and its revisions. */
  async left(): Promise<Left> {
    const { cluster } = this.#world;
    const { namespace } = this;
    const maps = (await cluster.list(kinds.ConfigMap, { namespace })).items;
    const colourOf = ({ data, metadata: { name } }: KubeObject): string =>
      `${name} ${isRecord(data) ? String(data['colour']) : ''}`;
    const named = maps.filter(({ metadata: { name } }) => name !== 'kube-root-ca.crt');
    const heads = await this.#store.heads('web');
    return {
      objects: named.filter((each) => !isHook(each)).map(colourOf),
      hooks: named
        .map(({ metadata: { name } }) => name)
        .filter((name) => name.startsWith('run-post')),
      config: (await this.#store.last('web'))?.config,
      pending: heads.map(({ status }) => status).filter((status) => /ing$|^pending/.test(status)),
      twice: this.hooks.filter((name, at) => this.hooks.indexOf(name) !== at),
    };
  }

  get #store(): ReturnType<typeof createReleaseStore> {
    const { cluster } = this.#world;
    return createReleaseStore({ cluster, clock: systemClock, namespace: this.namespace });
  }

  get #key(): { namespace: string; name: string } {
    return { namespace: this.namespace, name: 'web' };
  }
}

function isHook({ metadata: { name } }: KubeObject): boolean {
  return name.startsWith('run-');
}

async function until(what: string, isDone: () => Promise<true | string>): Promise<void> {
  const end = Date.now() + 20_000;
  for (;;) {
    const answer = await isDone();
    if (answer === true) return;
    if (Date.now() > end) throw new Error(`${what} stays: ${answer}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
