// How long HelmReleases take from apply to all ready, what the operator spends on it in CPU and memory,
// what a pass over them costs when nothing has changed, and one changed chart under all of them. The
// operator is this process; the cluster is another one, so that each has its own figures.
import { fork, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Events } from '../src/api/events/index.ts';
import type { HelmReleaseSpec } from '../src/api/helm-release/index.ts';
import { createBus, silentLogger, systemClock } from '../src/base/index.ts';
import { startRelease } from '../src/features/release/index.ts';
import type { ReleaseFeature } from '../src/features/release/index.ts';
import { connect, kubeconfigTransport, loadKubeconfig } from '../src/lib/kube/index.ts';
import type { Figure } from './figure.ts';
import type { Answer, Wish } from './release-cluster.ts';

const files: Readonly<Record<string, string>> = {
  'Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\nappVersion: "1"\n',
  'values.yaml': 'replicas: 1\nimage: nginx:1\ngreeting: hello\nport: 8080\n',
  'templates/_helpers.tpl': `{{- define "app.labels" -}}
app: {{ .Release.Name }}
chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}
`,
  'templates/account.yaml': `apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .Release.Name }}
  labels:
    {{- include "app.labels" . | nindent 4 }}
`,
  'templates/config.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  labels:
    {{- include "app.labels" . | nindent 4 }}
data:
  greeting: {{ .Values.greeting | quote }}
`,
  'templates/service.yaml': `apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
  labels:
    {{- include "app.labels" . | nindent 4 }}
spec:
  selector:
    app: {{ .Release.Name }}
  ports:
    - port: {{ .Values.port }}
`,
  'templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels:
    {{- include "app.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels:
      app: {{ .Release.Name }}
  template:
    metadata:
      labels:
        {{- include "app.labels" . | nindent 8 }}
    spec:
      serviceAccountName: {{ .Release.Name }}
      containers:
        - name: app
          image: {{ .Values.image }}
          ports:
            - containerPort: {{ .Values.port }}
`,
};

/** What the operator has spent since it was asked last. */
function stopwatch(): () => { readonly seconds: number; readonly cpuMs: number } {
  const [cpu, begin] = [process.cpuUsage(), performance.now()];
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { seconds: (performance.now() - begin) / 1000, cpuMs: (user + system) / 1000 };
  };
}

export async function measure(): Promise<readonly Figure[]> {
  const home = mkdtempSync(path.join(tmpdir(), 'trice-bench-release-'));
  const child = fork(path.join(import.meta.dirname, 'release-cluster.ts'));
  const stop = new AbortController();
  try {
    return await withCluster({ home, child, signal: stop.signal });
  } finally {
    stop.abort(new Error('end'));
    child.send({ end: true } satisfies Wish);
    rmSync(home, { recursive: true, force: true });
  }
}

interface Bench {
  readonly home: string;
  readonly child: ChildProcess;
  readonly signal: AbortSignal;
}

async function withCluster(bench: Bench): Promise<readonly Figure[]> {
  const { home, child } = bench;
  const { port } = (await told(child)) as { port: number };
  const repository = path.join(home, 'repository');
  mkdirSync(repository, { recursive: true });
  git(repository, 'init', '-q', '-b', 'master');
  commit(repository, files);
  const bus = createBus<Events>();
  const feature = await startOperator(bench, { port, bus });
  const url = `file://${repository}`;
  const spec: HelmReleaseSpec = { chart: { git: url, path: 'charts/app' } };
  await new Promise((resolve) => setTimeout(resolve, 500));
  const before = process.memoryUsage.rss();
  const hundred = await ready(child, { make: 100, spec });
  const thousand = await ready(child, { make: 1000, spec });
  const peak = process.resourceUsage().maxRSS * 1024;
  await quiet(feature);
  const idle = await noOpPass(feature);
  const changed = await oneChange(bench, { repository, bus, url });
  const load = `load ${(await import('node:os')).loadavg()[0]?.toFixed(1) ?? ''}`;
  return [
    { what: `100 HelmReleases, apply to all ready (${load})`, value: shown(hundred) },
    { what: '900 more, 1,000 in all', value: shown(thousand), goal: '1,000 in ≤ 10 s' },
    {
      what: 'peak memory of the operator, and what it had before them',
      value: `${megabytes(peak)} MB, ${megabytes(before)} MB`,
      goal: '≤ 256 MB above',
    },
    {
      what: 'a pass over 1,000 with nothing to do, CPU',
      value: `${Math.round(idle.cpuMs)} ms`,
      goal: '≤ 200 ms',
    },
    { what: 'one chart changed under 1,000, to all upgraded', value: shown(changed) },
  ];
}

async function startOperator(
  { home, signal }: Bench,
  { port, bus }: { port: number; bus: ReturnType<typeof createBus<Events>> },
): Promise<ReleaseFeature> {
  const file = path.join(home, 'kubeconfig');
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'c',
      clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}` } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      users: [{ name: 'u', user: {} }],
    }),
  );
  const config = await loadKubeconfig({ files: [file] });
  return startRelease({
    cluster: connect({ transport: kubeconfigTransport(config) }),
    bus,
    clock: systemClock,
    log: silentLogger,
    signal,
    dataDir: path.join(home, 'operator'),
    render: {},
    settings: { workers: 16 },
  });
}

async function ready(
  child: ChildProcess,
  wish: Wish,
): Promise<ReturnType<ReturnType<typeof stopwatch>>> {
  const taken = stopwatch();
  child.send(wish);
  await told(child);
  return taken();
}

/** Looks at every release, as the poll does, until none waits. */
async function noOpPass(feature: ReleaseFeature): Promise<{ readonly cpuMs: number }> {
  const taken = stopwatch();
  for (let at = 0; at < 1000; at += 1) feature.enqueue({ namespace: 'default', name: `app-${at}` });
  await quiet(feature);
  return taken();
}

async function quiet(feature: ReleaseFeature): Promise<void> {
  for (let calm = 0; calm < 2;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    calm = feature.queued() === 0 ? calm + 1 : 0;
  }
}

async function oneChange(
  { child }: Bench,
  where: { repository: string; bus: ReturnType<typeof createBus<Events>>; url: string },
): Promise<ReturnType<ReturnType<typeof stopwatch>>> {
  const { repository, bus, url } = where;
  const revision = commit(repository, {
    'values.yaml': 'replicas: 1\nimage: nginx:1\ngreeting: bye\nport: 8080\n',
  });
  const taken = stopwatch();
  child.send({ awaitRevision: revision } satisfies Wish);
  const news = { url, branch: 'master', revision };
  bus.publish('git.pushed', news);
  bus.publish('sync.done', { ...news, changed: [], errors: [] });
  await told(child);
  return taken();
}

function told(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    child.once('message', (answer) => resolve(answer as Answer));
    child.once('exit', (code) => reject(new Error(`the cluster ended with ${code}`)));
  });
}

function commit(repository: string, changed: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(changed)) {
    const file = path.join(repository, 'charts/app', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  git(repository, 'add', '-A');
  git(repository, '-c', 'user.name=b', '-c', 'user.email=b@e.x', 'commit', '-q', '-m', 'change');
  return git(repository, 'rev-parse', 'HEAD');
}

function git(repository: string, ...args: string[]): string {
  const { stdout, stderr, status } = spawnSync('git', ['-C', repository, ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

function shown({ seconds, cpuMs }: { seconds: number; cpuMs: number }): string {
  return `${seconds.toFixed(1)} s, ${(cpuMs / 1000).toFixed(1)} s CPU of the operator`;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
