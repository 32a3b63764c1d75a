import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Events } from '../../api/events/index.ts';
import { createBus, silentLogger, systemClock } from '../../base/index.ts';
import type { Bus } from '../../base/index.ts';
import { createApiServer } from '../../embedded/apiserver/index.ts';
import type { ApiServer } from '../../embedded/apiserver/index.ts';
import { createRegistry } from '../../embedded/registry/index.ts';
import { connect, kinds } from '../../lib/kube/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { buildImage, createRegistryClient, parseImage } from '../../lib/oci/index.ts';
import type { RegistryClient } from '../../lib/oci/index.ts';
import { startImages } from './index.ts';
import type { RunningImages } from './index.ts';

let dir: string;
let server: ApiServer;
let cluster: Cluster;
let registry: RegistryClient;
let bus: Bus<Events>;
let stop: AbortController;
let running: RunningImages;
let url: string;
let work: string;
let transport: (request: Request) => Promise<Response>;

const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: dir,
      GIT_AUTHOR_NAME: 'a',
      GIT_AUTHOR_EMAIL: 'a@b',
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a@b',
    },
  }).trim();

const release = `# The functions.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: podinfo
  namespace: demo
  annotations:
    fluxcd.io/automated: "true"
    filter.fluxcd.io/podinfo: semver:~3.1
    filter.fluxcd.io/myfn: glob:latest-master-*   # every build
spec:
  selector: {matchLabels: {app: podinfo}}
  template:
    metadata: {labels: {app: podinfo}}
    spec:
      containers:
      - name: podinfo
        image: localhost:5000/demo/podinfo:3.1.0   # kept up to date
      - {name: myfn, image: 'localhost:5000/demo/myfn:latest-master-aaaaaaa'}
`;

function commitAndPush(text: string): void {
  mkdirSync(path.join(work, 'releases'), { recursive: true });
  writeFileSync(path.join(work, 'releases/podinfo.yaml'), text);
  git(work, 'add', '-A');
  git(work, 'commit', '-q', '-m', 'by hand');
  git(work, 'push', '-q', 'origin', 'master');
}

/** Pushes an image made at that moment; the bus hears of it when `isTold`. */
async function pushImage(name: string, created: string, isTold = true): Promise<void> {
  const ref = parseImage(name);
  const image = buildImage({ layers: [], config: {}, created: new Date(created) });
  await registry.pushBlob(ref, { digest: image.configDigest, bytes: image.configBytes });
  const digest = await registry.pushManifest(ref, {
    mediaType: image.mediaType,
    bytes: image.manifestBytes,
  });
  const repository = name.slice(0, name.lastIndexOf(':'));
  if (isTold) bus.publish('image.pushed', { repository, tag: ref.tag ?? '', digest });
}

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'trice-image-'));
  stop = new AbortController();
  bus = createBus<Events>();
  server = await createApiServer({ storePath: ':memory:', clock: systemClock, log: silentLogger });
  cluster = connect({ transport: server.transport });
  const serve = createRegistry({
    dir: path.join(dir, 'registry'),
    log: silentLogger,
    clock: systemClock,
    onPush: () => {},
  });
  transport = async (request) => serve(request);
  registry = createRegistryClient({ transport });
  const bare = path.join(dir, 'repo.git');
  work = path.join(dir, 'work');
  url = `file://${bare}`;
  git(dir, 'init', '-q', '--bare', '-b', 'master', bare);
  git(dir, 'clone', '-q', bare, work);
  git(work, 'checkout', '-q', '-B', 'master');
  for (const name of ['podinfo:3.1.0', 'podinfo:3.2.0', 'myfn:latest-master-aaaaaaa']) {
    await pushImage(`localhost:5000/demo/${name}`, '2026-01-01T00:00:00Z', false);
  }
  await cluster.create(kinds.Namespace, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'demo' },
  });
  await cluster.create(kinds.Deployment, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'podinfo', namespace: 'demo' },
    spec: {
      selector: { matchLabels: { app: 'podinfo' } },
      template: {
        metadata: { labels: { app: 'podinfo' } },
        spec: { containers: [{ name: 'podinfo', image: 'localhost:5000/demo/podinfo:3.1.0' }] },
      },
    },
  });
  commitAndPush(release);
  running = start();
});

function start(more: { readonly isGenerating?: boolean } = {}): RunningImages {
  return startImages({
    cluster,
    clock: systemClock,
    log: silentLogger,
    bus,
    signal: stop.signal,
    dataDir: path.join(dir, 'data'),
    environment: { PATH: process.env['PATH'], HOME: dir },
    registry: (credentials) => createRegistryClient({ transport, credentials }),
    repositories: [
      {
        name: 'main',
        url,
        branch: 'master',
        paths: [],
        isReadOnly: false,
        notesRef: 'flux',
        user: 'Weave Flux',
        email: 'support@weave.works',
        defaultNamespace: 'default',
        gitTimeoutMs: 20_000,
        ...more,
      },
    ],
  });
}

afterEach(async () => {
  stop.abort();
  await running.done;
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

/** The text of the release after the next commit of ours. */
function nextCommit(): Promise<string> {
  const over = new AbortController();
  return new Promise((resolve) => {
    bus.subscribe(
      'git.pushed',
      () => {
        over.abort();
        git(work, 'pull', '-q', '--rebase', 'origin', 'master');
        resolve(readFileSync(path.join(work, 'releases/podinfo.yaml'), 'utf8'));
      },
      over.signal,
    );
  });
}

describe('automation', () => {
  it('commits the newest allowed tag as soon as it is pushed, and keeps every other byte', async () => {
    // Once it knows which images are used, it hears of their pushes.
    const answer = await running.handle(
      new Request('http://flux/api/flux/v10/images?service=<all>&namespace=demo'),
    );
    expect(await answer?.json()).toMatchObject([
      {
        ID: 'demo:deployment/podinfo',
        Containers: [
          {
            Name: 'podinfo',
            Current: {
              ID: 'localhost:5000/demo/podinfo:3.1.0',
              CreatedAt: '2026-01-01T00:00:00.000Z',
            },
            AvailableImagesCount: 2,
          },
        ],
      },
    ]);
    const committed = nextCommit();
    bus.publish('sync.done', {
      url,
      branch: 'master',
      revision: '',
      changed: ['demo:deployment/podinfo'],
      errors: [],
    });
    await pushImage('localhost:5000/demo/podinfo:3.1.5', '2026-01-02T00:00:00Z');
    expect(await committed).toBe(release.replace('podinfo:3.1.0 ', 'podinfo:3.1.5 '));
    expect(git(work, 'log', '-1', '--format=%B|%an|%ae')).toBe(
      'Auto-release localhost:5000/demo/podinfo:3.1.5|Weave Flux|support@weave.works',
    );
    git(work, 'fetch', '-q', 'origin', 'refs/notes/*:refs/notes/*');
    const note = JSON.parse(git(work, 'notes', '--ref=flux', 'show', 'HEAD')) as object;
    expect(note).toMatchObject({
      spec: { type: 'auto' },
      result: { 'demo:deployment/podinfo': { Status: 'success' } },
    });

    const again = nextCommit();
    await pushImage('localhost:5000/demo/myfn:latest-master-bbbbbbb', '2026-01-03T00:00:00Z');
    expect(await again).toContain("image: 'localhost:5000/demo/myfn:latest-master-bbbbbbb'}");
  });

  it('looks again when someone pushes in between', { timeout: 60_000 }, async () => {
    const committed = nextCommit();
    // Each of our pushes is refused until a person's commit has come first, once.
    const hook = path.join(dir, 'repo.git/hooks/update');
    const other = path.join(dir, 'other');
    git(dir, 'clone', '-q', path.join(dir, 'repo.git'), other);
    writeFileSync(path.join(other, 'README.md'), 'hello\n');
    git(other, 'add', '-A');
    git(other, 'commit', '-q', '-m', 'in between');
    const revision = git(other, 'rev-parse', 'HEAD');
    git(other, 'push', '-q', 'origin', 'HEAD:refs/heads/waiting');
    writeFileSync(
      hook,
      `#!/bin/sh\ncase "$1" in refs/heads/master) rm -f "$0"; unset GIT_QUARANTINE_PATH; git update-ref refs/heads/master ${revision};; esac\n`,
      { mode: 0o755 },
    );
    await pushImage('localhost:5000/demo/podinfo:3.1.6', '2026-01-02T00:00:00Z');
    bus.publish('sync.done', { url, branch: 'master', revision: '', changed: ['x'], errors: [] });
    expect(await committed).toContain('podinfo:3.1.6');
    expect(git(work, 'log', '--format=%s')).toBe(
      'Auto-release localhost:5000/demo/podinfo:3.1.6\nin between\nby hand',
    );
  });
});

/** Starts an update through the API and gives its status once it is over. */
async function update(body: object): Promise<{
  Result: { revision?: string; result?: Record<string, { Status: string; Error?: string }> };
  Err: string;
}> {
  const base = 'http://flux/api/flux';
  const started = await running.handle(
    new Request(`${base}/v9/update-manifests`, { method: 'POST', body: JSON.stringify(body) }),
  );
  const id = (await started?.json()) as string;
  for (;;) {
    const answer = await running.handle(new Request(`${base}/v6/jobs?id=${id}`));
    const status = (await answer?.json()) as Awaited<ReturnType<typeof update>> & {
      StatusString: string;
    };
    if (status.StatusString !== 'running') return status;
    await systemClock.sleep(10);
  }
}

const cause = { Message: '', User: '' };
const id = 'demo:deployment/podinfo';

describe('updates that a person asks for', () => {
  it('lock, unlock and filter a workload, and leave the sync its own updates', async () => {
    const change = { add: { locked: 'true', locked_user: 'me', 'tag.podinfo': 'semver:>=1.0' } };
    const locked = await update({ type: 'policy', cause, spec: { [id]: change } });
    expect(locked).toMatchObject({ Err: '', Result: { result: { [id]: { Status: 'success' } } } });
    git(work, 'pull', '-q', '--rebase', 'origin', 'master');
    const text = readFileSync(path.join(work, 'releases/podinfo.yaml'), 'utf8');
    expect(text).toContain('filter.fluxcd.io/podinfo: semver:>=1.0');
    expect(text).toMatch(/fluxcd\.io\/locked: ["']true["']/);
    expect(git(work, 'log', '-1', '--format=%s')).toBe('Updated workload policies');
    const again = await update({ type: 'policy', cause, spec: { [id]: change } });
    expect(again.Result.revision).toBeUndefined();
    const removed = { remove: ['locked', 'locked_user'] };
    await update({ type: 'policy', cause, spec: { [id]: removed } });
    git(work, 'pull', '-q', '--rebase', 'origin', 'master');
    expect(readFileSync(path.join(work, 'releases/podinfo.yaml'), 'utf8')).toBe(
      release.replace('semver:~3.1', 'semver:>=1.0'),
    );
    const bad = { add: { 'tag.podinfo': 'regexp:(' } };
    expect((await update({ type: 'policy', cause, spec: { [id]: bad } })).Err).toBe(
      'invalid tag pattern: "regexp:("',
    );
    const notOurs = new Request('http://flux/api/flux/v9/update-manifests', {
      method: 'POST',
      body: JSON.stringify({ type: 'sync', cause, spec: {} }),
    });
    expect(await running.handle(notOurs)).toBeUndefined();
    expect(await notOurs.json()).toMatchObject({ type: 'sync' });
  });

  it('release an image that the filter would not take only when forced', async () => {
    const spec = {
      ServiceSpecs: [id],
      ImageSpec: 'localhost:5000/demo/podinfo:3.2.0',
      Kind: 'plan',
      Excludes: [],
      Force: false,
    };
    const plan = await update({ type: 'image', cause, spec });
    expect(plan.Result.result?.[id]).toEqual({ Status: 'skipped', Error: 'image(s) up to date' });
    const forced = await update({
      type: 'image',
      cause,
      spec: { ...spec, Kind: 'execute', Force: true },
    });
    expect(forced.Result.result?.[id]).toMatchObject({
      Status: 'success',
      PerContainer: [{ Container: 'podinfo', Target: 'localhost:5000/demo/podinfo:3.2.0' }],
    });
    git(work, 'pull', '-q', '--rebase', 'origin', 'master');
    const head = git(work, 'log', '--format=%s', '--grep', 'Release');
    expect(head).toBe(`Release localhost:5000/demo/podinfo:3.2.0 to ${id}`);
    const unknown = { ...spec, ImageSpec: 'localhost:5000/demo/podinfo:9' };
    expect((await update({ type: 'image', cause, spec: unknown })).Err).toBe(
      'image "localhost:5000/demo/podinfo:9" does not exist: invalid image ID',
    );
  });
});

describe('generated manifests', () => {
  it('are released and locked in the patch file of their .flux.yaml', async () => {
    stop.abort();
    await running.done;
    stop = new AbortController();
    git(work, 'pull', '-q', '--rebase', 'origin', 'master');
    writeFileSync(
      path.join(work, '.flux.yaml'),
      'version: 1\npatchUpdated:\n  generators: [{command: cat releases/podinfo.yaml}]\n  patchFile: flux-patch.yaml\n',
    );
    commitAndPush(release.replace('automated: "true"', 'automated: "false"'));
    running = start({ isGenerating: true });
    const spec = {
      ServiceSpecs: [id],
      ImageSpec: 'localhost:5000/demo/podinfo:3.2.0',
      Kind: 'execute',
      Excludes: [],
      Force: true,
    };
    const released = await update({ type: 'image', cause, spec });
    expect(released).toMatchObject({ Err: '', StatusString: 'succeeded' });
    const locked = await update({ type: 'policy', cause, spec: { [id]: { add: ['locked'] } } });
    expect(locked).toMatchObject({ Err: '', StatusString: 'succeeded' });
    git(work, 'pull', '-q', '--rebase', 'origin', 'master');
    expect(readFileSync(path.join(work, 'flux-patch.yaml'), 'utf8')).toBe(`---
apiVersion: apps/v1
kind: Deployment
metadata:
  annotations:
    fluxcd.io/locked: "true"
  name: podinfo
  namespace: demo
spec:
  template:
    spec:
      $setElementOrder/containers:
      - name: podinfo
      - name: myfn
      containers:
      - image: localhost:5000/demo/podinfo:3.2.0
        name: podinfo
`);
  });
});
