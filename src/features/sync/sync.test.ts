import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Events } from '../../api/events/index.ts';
import { createBus, createLogger, systemClock } from '../../base/index.ts';
import type { Bus } from '../../base/index.ts';
import { createApiServer } from '../../embedded/apiserver/index.ts';
import type { ApiServer } from '../../embedded/apiserver/index.ts';
import { connect, kinds } from '../../lib/kube/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { readReport, repositorySettings, startSync } from './index.ts';
import type { RepositorySettings, RunningSync } from './index.ts';

let dir: string;
let server: ApiServer;
let cluster: Cluster;
let bus: Bus<Events>;
let stop: AbortController;
let running: RunningSync | undefined;
let lines: string[];

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

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'trice-sync-'));
  lines = [];
  const log = createLogger({ clock: systemClock, write: () => {} });
  server = await createApiServer({ storePath: ':memory:', clock: systemClock, log });
  cluster = connect({ transport: server.transport });
  bus = createBus<Events>();
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  await running?.done;
  running = undefined;
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

/** A work tree with a bare repository behind it. */
class Repository {
  readonly bare: string;
  readonly work: string;
  readonly url: string;

  constructor(name = 'repo') {
    this.bare = path.join(dir, `${name}.git`);
    this.work = path.join(dir, name);
    git(dir, 'init', '-q', '--bare', '-b', 'master', this.bare);
    git(dir, 'clone', '-q', this.bare, this.work);
    git(this.work, 'checkout', '-q', '-B', 'master');
    this.url = `file://${this.bare}`;
  }

  /** Writes (or removes) files, commits, pushes, and tells the bus; the new revision. */
  push(files: Record<string, string | undefined>): string {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(this.work, name);
      mkdirSync(path.dirname(file), { recursive: true });
      if (text === undefined) rmSync(file);
      else writeFileSync(file, text);
    }
    git(this.work, 'add', '-A');
    git(this.work, 'commit', '-q', '--allow-empty', '-m', 'change');
    git(this.work, 'push', '-q', 'origin', 'master');
    const revision = git(this.work, 'rev-parse', 'HEAD');
    bus.publish('git.pushed', { url: this.url, branch: 'master', revision });
    return revision;
  }
}

function start(
  repositories: Array<Pick<RepositorySettings, 'url'> & Partial<RepositorySettings>>,
): void {
  const log = createLogger({
    clock: systemClock,
    write: (line) => lines.push(line),
  });
  running = startSync({
    cluster,
    clock: systemClock,
    log,
    bus,
    signal: stop.signal,
    dataDir: path.join(dir, 'data'),
    namespace: 'fluxcd',
    environment: { PATH: process.env['PATH'], HOME: dir },
    repositories: repositories.map((each) =>
      repositorySettings({ garbageCollection: 'on', ...each }),
    ),
  });
}

/** Resolves with the news of a sync of that revision. */
function synced(revision: () => string): Promise<Events['sync.done']> {
  const over = new AbortController();
  return new Promise((resolve) => {
    bus.subscribe(
      'sync.done',
      (event) => {
        if (event.revision !== revision()) return;
        over.abort();
        resolve(event);
      },
      over.signal,
    );
  });
}

/** Pushes, and waits for the sync that this leads to. */
async function pushAndSync(
  repository: Repository,
  files: Record<string, string | undefined>,
): Promise<Events['sync.done']> {
  let revision = '';
  const news = synced(() => revision);
  revision = repository.push(files);
  return news;
}

const namespace = (name: string): string =>
  `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`;
const configMap = (name: string, value: string, more = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: demo${more}}\ndata: {value: "${value}"}\n`;

const valueOf = async (name: string): Promise<unknown> => {
  const object = await cluster.get(kinds.ConfigMap, { namespace: 'demo', name });
  return (object?.['data'] as { value?: string } | undefined)?.value;
};

/** The state object once it says this revision. */
async function reportOf(revision: string, name = 'main') {
  for await (const { object } of cluster.watch(kinds.ConfigMap, {
    namespace: 'fluxcd',
    fieldSelector: `metadata.name=trice-sync-${name}`,
    signal: AbortSignal.timeout(5000),
  })) {
    const report = readReport(object);
    if (report.revision === revision) return report;
  }
  throw new Error('no report');
}

async function firstEvent() {
  const query = { namespace: 'fluxcd', signal: AbortSignal.timeout(5000) };
  for await (const { object } of cluster.watch(kinds.Event, query)) return object;
  throw new Error('no event');
}

describe('a repository', () => {
  it('is applied in order, follows pushes, and loses what leaves it', async () => {
    const repository = new Repository();
    start([{ url: repository.url }]);
    const first = await pushAndSync(repository, {
      'a.yaml': `${configMap('one', '1')}---\n${configMap('two', '1')}`,
      'z/ns.yaml': namespace('demo'),
      'chart/Chart.yaml': 'name: no\n',
      'chart/values.yaml': 'no: [\n',
    });
    expect(first.errors).toEqual([]);
    expect(first.changed).toEqual([
      '<cluster>:namespace/demo',
      'demo:configmap/one',
      'demo:configmap/two',
    ]);
    expect(await valueOf('one')).toBe('1');

    const before = await cluster.get(kinds.ConfigMap, { namespace: 'demo', name: 'two' });
    const second = await pushAndSync(repository, {
      'a.yaml': `${configMap('one', '2')}---\n${configMap('two', '1')}`,
    });
    expect(second.changed).toEqual(['demo:configmap/one']);
    expect(await valueOf('one')).toBe('2');
    const after = await cluster.get(kinds.ConfigMap, { namespace: 'demo', name: 'two' });
    expect(after?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);

    const third = await pushAndSync(repository, { 'a.yaml': configMap('two', '1') });
    expect(third.changed).toEqual([]);
    expect(await valueOf('one')).toBeUndefined();
    expect(await valueOf('two')).toBe('1');

    const report = await reportOf(third.revision);
    expect(report).toMatchObject({ state: 'synced', objects: 2, problems: [] });
    git(repository.work, 'fetch', '-q', '--tags', '-f');
    expect(git(repository.work, 'rev-parse', 'flux-sync^{commit}')).toBe(third.revision);
    expect(git(repository.work, 'tag', '-n1', '-l', 'flux-sync')).toMatch(/Sync pointer$/);
    const line = lines.findLast((each) => each.includes('event=refreshed'));
    expect(line).toMatch(
      new RegExp(
        `^ts=\\S+ caller=\\S+:\\d+ component=sync-loop event=refreshed url=${repository.url} branch=master HEAD=${third.revision}$`,
      ),
    );
  });

  it('keeps the objects of a file that breaks, and syncs everything else', async () => {
    const repository = new Repository();
    start([{ url: repository.url }]);
    await pushAndSync(repository, {
      'ns.yaml': namespace('demo'),
      'a.yaml': configMap('one', '1'),
      'b.yaml': configMap('two', '1'),
    });
    const broken = await pushAndSync(repository, {
      'a.yaml': 'kind: [\n',
      'b.yaml': configMap('two', '2'),
    });
    expect(broken.errors).toMatchObject([{ path: 'a.yaml' }]);
    expect([await valueOf('one'), await valueOf('two')]).toEqual(['1', '2']);
    const report = await reportOf(broken.revision);
    expect(report.state).toBe('failing');
    expect(report.problems).toMatchObject([{ path: 'a.yaml' }]);
    expect(await firstEvent()).toMatchObject({
      reason: 'BadManifest',
      involvedObject: { kind: 'ConfigMap', name: 'trice-sync-main' },
      message: expect.stringMatching(/^a\.yaml:\d+: /),
    });

    // A new process, which never saw the file whole, protects them too.
    stop.abort();
    await running?.done;
    stop = new AbortController();
    start([{ url: repository.url }]);
    await running?.handle(
      new Request('http://flux/api/flux/trice/sync', { method: 'POST', body: '' }),
    );
    expect(await valueOf('one')).toBe('1');

    const mended = await pushAndSync(repository, { 'a.yaml': configMap('three', '1') });
    expect(mended.errors).toEqual([]);
    expect([await valueOf('one'), await valueOf('three')]).toEqual([undefined, '1']);
  });

  it('applies neither of two different definitions of one object', async () => {
    const repository = new Repository();
    start([{ url: repository.url }]);
    await pushAndSync(repository, {
      'ns.yaml': namespace('demo'),
      'a.yaml': configMap('one', '1'),
    });
    const twice = await pushAndSync(repository, {
      'b.yaml': configMap('one', '2'),
      'c.yaml': configMap('two', '1'),
    });
    expect(twice.errors).toEqual([
      {
        id: 'demo:configmap/one',
        path: 'b.yaml',
        message: "duplicate definition of 'demo:configmap/one' (in a.yaml and b.yaml)",
      },
    ]);
    expect([await valueOf('one'), await valueOf('two')]).toEqual(['1', '1']);
  });

  it('leaves alone what an annotation tells it to, and what other people own', async () => {
    const repository = new Repository();
    start([{ url: repository.url }]);
    await pushAndSync(repository, {
      'ns.yaml': namespace('demo'),
      'a.yaml': configMap('off', '1', ', annotations: {fluxcd.io/ignore: "true"}'),
      'b.yaml': configMap('kept', '1', ', annotations: {fluxcd.io/ignore: sync_only}'),
    });
    expect([await valueOf('off'), await valueOf('kept')]).toEqual([undefined, '1']);
    await cluster.create(kinds.ConfigMap, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'theirs', namespace: 'demo' },
      data: { value: 'x' },
    });
    await pushAndSync(repository, { 'b.yaml': undefined });
    expect([await valueOf('kept'), await valueOf('theirs')]).toEqual(['1', 'x']);
  });

  it('undoes what a hand changed or deleted when everything is synced anew', async () => {
    const repository = new Repository();
    start([{ url: repository.url }]);
    await pushAndSync(repository, {
      'ns.yaml': namespace('demo'),
      'a.yaml': `${configMap('one', '1')}---\n${configMap('two', '1')}`,
    });
    await cluster.delete(kinds.ConfigMap, { namespace: 'demo', name: 'one' });
    const wrong = { data: { value: 'wrong', more: 'mine' } };
    await cluster.patch(kinds.ConfigMap, { namespace: 'demo', name: 'two' }, wrong, {
      type: 'merge',
    });
    const answer = await running?.handle(
      new Request('http://flux/api/flux/trice/sync', { method: 'POST', body: '' }),
    );
    expect(await answer?.json()).toMatchObject([{ name: 'main', changed: [], problems: [] }]);
    expect([await valueOf('one'), await valueOf('two')]).toEqual(['1', '1']);
  });

  it('holds back many deletions at once until someone confirms', async () => {
    const repository = new Repository();
    start([{ url: repository.url }]);
    const many = Array.from({ length: 12 }, (_, at) => configMap(`m${at}`, '1')).join('---\n');
    await pushAndSync(repository, { 'ns.yaml': namespace('demo'), 'many.yaml': many });
    const held = await pushAndSync(repository, { 'many.yaml': undefined });
    expect(held.errors).toMatchObject([{ message: expect.stringContaining('--confirm-prune') }]);
    expect(await valueOf('m11')).toBe('1');
    await running?.handle(
      new Request('http://flux/api/flux/trice/sync?confirm-prune=true', {
        method: 'POST',
        body: '',
      }),
    );
    expect(await valueOf('m11')).toBeUndefined();
  });

  it('applies objects of a kind that the same push defines, and waits for kinds nobody defines', async () => {
    const repository = new Repository();
    start([{ url: repository.url }]);
    const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Thing, plural: things, singular: thing, listKind: ThingList}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;
    const news = await pushAndSync(repository, {
      'a-thing.yaml':
        'apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t, namespace: demo}\nspec: {a: 1}\n',
      'b-crd.yaml': crd,
      'ns.yaml': namespace('demo'),
      'other.yaml': 'apiVersion: example.org/v1\nkind: Other\nmetadata: {name: o}\n',
    });
    expect(news.errors).toMatchObject([
      {
        path: 'other.yaml',
        message: expect.stringContaining('cannot find scope of resource Other/o'),
      },
    ]);
    const kind = await cluster.resourceOf('example.com/v1', 'Thing');
    expect(await cluster.get(kind!, { namespace: 'demo', name: 't' })).toMatchObject({
      spec: { a: 1 },
    });
  });

  it('goes on from its tag after a restart, and tells only what is new', async () => {
    const repository = new Repository();
    start([{ url: repository.url }]);
    await pushAndSync(repository, {
      'ns.yaml': namespace('demo'),
      'a.yaml': configMap('one', '1'),
    });
    await reportOf(git(repository.work, 'rev-parse', 'HEAD'));
    stop.abort();
    await running?.done;
    stop = new AbortController();
    let revision = '';
    const news = synced(() => revision);
    revision = repository.push({ 'b.yaml': configMap('two', '1') });
    start([{ url: repository.url }]);
    expect((await news).changed).toEqual(['demo:configmap/two']);
  });
});

describe('settings', () => {
  it('read-only keeps the state in a Secret and leaves the repository untouched', async () => {
    const repository = new Repository();
    start([{ url: repository.url, isReadOnly: true }]);
    const { revision } = await pushAndSync(repository, { 'ns.yaml': namespace('demo') });
    await reportOf(revision);
    const secret = await cluster.get(kinds.Secret, {
      namespace: 'fluxcd',
      name: 'flux-git-deploy',
    });
    expect(secret?.metadata.annotations).toEqual({ 'flux.weave.works/sync-hwm': revision });
    expect(git(repository.bare, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/master');
  });

  it('strict lets one bad file stop everything, as fluxd does', async () => {
    const repository = new Repository();
    start([{ url: repository.url, isStrict: true }]);
    await pushAndSync(repository, {
      'ns.yaml': namespace('demo'),
      'a.yaml': configMap('one', '1'),
    });
    repository.push({ 'a.yaml': configMap('one', '2'), 'bad.yaml': 'kind: [\n' });
    for await (const { object } of cluster.watch(kinds.ConfigMap, {
      namespace: 'fluxcd',
      signal: AbortSignal.timeout(5000),
    })) {
      if (readReport(object).state === 'failing') break;
    }
    expect(await valueOf('one')).toBe('1');
    await pushAndSync(repository, { 'bad.yaml': undefined });
    expect(await valueOf('one')).toBe('2');
  });

  it('a path that vanished stops the sync, and deletes nothing', async () => {
    const repository = new Repository();
    start([{ url: repository.url, paths: ['here'] }]);
    await pushAndSync(repository, {
      'here/ns.yaml': namespace('demo'),
      'here/a.yaml': configMap('one', '1'),
    });
    repository.push({ 'here/ns.yaml': undefined, 'here/a.yaml': undefined, 'x.yaml': '' });
    for await (const { object } of cluster.watch(kinds.ConfigMap, {
      namespace: 'fluxcd',
      signal: AbortSignal.timeout(5000),
    })) {
      const { state, message } = readReport(object);
      if (state !== 'failing') continue;
      expect(message).toMatch(/^unable to read root path "here"/);
      break;
    }
    expect(await valueOf('one')).toBe('1');
  });

  it('garbage collection is off unless it is switched on, and dry only tells', async () => {
    const [one, two] = [new Repository('one'), new Repository('two')];
    start([
      { url: one.url, name: 'one', garbageCollection: 'off' },
      { url: two.url, name: 'two', garbageCollection: 'dry' },
    ]);
    await pushAndSync(one, { 'ns.yaml': namespace('demo'), 'a.yaml': configMap('one', '1') });
    await pushAndSync(two, { 'b.yaml': configMap('two', '1'), 'c.yaml': configMap('three', '1') });
    await pushAndSync(one, { 'a.yaml': undefined });
    await pushAndSync(two, { 'b.yaml': undefined });
    expect([await valueOf('one'), await valueOf('two')]).toEqual(['1', '1']);
    expect(lines.filter((line) => line.includes('deleting"'))).toMatchObject([
      expect.stringContaining('dry-run=true resource=demo:configmap/two'),
    ]);
  });
});

describe('several repositories', () => {
  it('do not disturb each other, nor take objects from each other', async () => {
    const [one, two] = [new Repository('one'), new Repository('two')];
    start([
      { url: one.url, name: 'one' },
      { url: two.url, name: 'two', paths: ['here'] },
      { url: `file://${dir}/nowhere.git`, name: 'gone' },
    ]);
    await pushAndSync(one, { 'ns.yaml': namespace('demo'), 'a.yaml': configMap('one', '1') });
    const news = await pushAndSync(two, {
      'here/a.yaml': configMap('one', '2'),
      'here/b.yaml': configMap('two', '2'),
      'there/c.yaml': configMap('three', '2'),
    });
    expect(news.errors).toMatchObject([{ id: 'demo:configmap/one' }]);
    expect([await valueOf('one'), await valueOf('two'), await valueOf('three')]).toEqual([
      '1',
      '2',
      undefined,
    ]);
    const answer = await running?.handle(new Request('http://flux/api/flux/trice/syncs'));
    expect(await answer?.json()).toMatchObject([
      { name: 'one', state: 'synced' },
      { name: 'two', state: 'failing' },
      { name: 'gone', state: 'unreachable' },
    ]);
  });
});

describe("fluxd's API", () => {
  const call = async (method: string, route: string, body?: unknown): Promise<Response> => {
    const request = new Request(`http://flux/api/flux/${route}`, {
      method,
      headers: { accept: 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return running!.handle(request);
  };
  const json = async (method: string, route: string, body?: unknown): Promise<unknown> =>
    (await call(method, route, body)).json();

  it('answers what fluxctl sync asks, in its order', async () => {
    const repository = new Repository();
    start([{ url: repository.url }]);
    await pushAndSync(repository, { 'ns.yaml': namespace('demo') });
    expect(await json('POST', 'v9/git-repo-config', false)).toMatchObject({
      remote: { url: repository.url, branch: 'master', path: '' },
      status: 'ready',
      publicSSHKey: {
        key: expect.stringMatching(/^ssh-rsa AAAAB3NzaC1yc2E\S{480,}\n$/),
        fingerprints: { md5: { hash: expect.stringMatching(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/) } },
      },
    });
    // Nobody tells of this push: the job itself must fetch.
    writeFileSync(path.join(repository.work, 'a.yaml'), configMap('one', '1'));
    git(repository.work, 'add', '-A');
    git(repository.work, 'commit', '-q', '-m', 'quiet');
    git(repository.work, 'push', '-q', 'origin', 'master');
    const revision = git(repository.work, 'rev-parse', 'HEAD');
    const update = { type: 'sync', cause: { Message: '', User: '' }, spec: {} };
    const id = await json('POST', 'v9/update-manifests', update);
    const status = async (): Promise<{ StatusString: string; Result: object }> =>
      (await json('GET', `v6/jobs?id=${String(id)}`)) as never;
    while ((await status()).StatusString === 'running') await systemClock.sleep(5);
    expect(await status()).toMatchObject({
      StatusString: 'succeeded',
      Err: '',
      Result: { revision },
    });
    while (((await json('GET', `v6/sync?ref=${revision}`)) as string[]).length > 0) {
      await systemClock.sleep(5);
    }
    expect(await valueOf('one')).toBe('1');
  });

  it('lists workloads with the policies of git', async () => {
    const repository = new Repository();
    start([{ url: repository.url }]);
    const deployment = (name: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: demo
  annotations: {fluxcd.io/automated: "true", fluxcd.io/locked: "no"}
spec:
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec: {containers: [{name: main, image: "nginx:1"}]}
`;
    await pushAndSync(repository, { 'ns.yaml': namespace('demo'), 'a.yaml': deployment('app') });
    await cluster.create(kinds.Deployment, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'hand', namespace: 'demo' },
      spec: {
        selector: { matchLabels: { app: 'b' } },
        template: {
          metadata: { labels: { app: 'b' } },
          spec: { containers: [{ name: 'c', image: 'nginx:2' }] },
        },
      },
    });
    expect(await json('GET', 'v11/services?namespace=demo')).toMatchObject([
      {
        ID: 'demo:deployment/app',
        Containers: [{ Name: 'main', Current: { ID: 'nginx:1' } }],
        ReadOnly: '',
        Status: 'started',
        Automated: true,
        Locked: false,
      },
      { ID: 'demo:deployment/hand', ReadOnly: 'NotInRepo', Automated: false },
    ]);
    expect(await json('GET', 'v11/services?namespace=other')).toEqual([]);
  });

  it('exports the live namespaces and workloads, without what controllers made', async () => {
    start([]);
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'web', image: 'web:1' }] },
        },
      },
    };
    const made = { ...deployment.metadata, name: 'made' };
    const owner = { apiVersion: 'v1', kind: 'Secret', name: 'o', uid: 'u' };
    await cluster.create(kinds.Deployment, deployment);
    await cluster.create(kinds.Deployment, {
      ...deployment,
      metadata: { ...made, ownerReferences: [owner] },
    });
    const text = Buffer.from(
      (await json('GET', 'v6/export', undefined)) as string,
      'base64',
    ).toString('utf8');
    expect(text).toContain('kind: Namespace\nmetadata:\n');
    expect(text).toContain('  name: web\n  namespace: default\nspec:\n');
    expect(text).not.toMatch(/made|uid|resourceVersion|status:/);
  });

  it('says no as fluxd does', async () => {
    start([]);
    expect((await call('GET', 'v11/ping')).status).toBe(204);
    expect((await call('GET', 'v3/images')).status).toBe(410);
    expect((await call('GET', 'v11/what')).status).toBe(404);
    expect(await json('POST', 'v9/git-repo-config', false)).toMatchObject({
      status: 'unconfigured',
    });
    const unknown = await call('GET', 'v6/jobs?id=x');
    expect([unknown.status, await unknown.json()]).toEqual([
      404,
      { type: 'missing', help: 'unknown job "x"', error: 'unknown job "x"' },
    ]);
  });
});
