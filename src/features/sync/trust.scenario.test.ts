import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Events } from '../../api/events/index.ts';
import { createBus, createLogger, hide, silentLogger, systemClock } from '../../base/index.ts';
import type { Bus } from '../../base/index.ts';
import { createApiServer } from '../../embedded/apiserver/index.ts';
import type { ApiServer } from '../../embedded/apiserver/index.ts';
import { openKeyring } from '../../lib/git/index.ts';
import type { Keyring } from '../../lib/git/index.ts';
import { connect, kinds } from '../../lib/kube/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { createSopsKeys, repositorySettings, startSync } from './index.ts';
import type { FluxEvent, RepositorySettings, RunningSync, SyncPorts } from './index.ts';

const hasGpg = ['/usr/bin/gpg', '/usr/local/bin/gpg'].some((file) => existsSync(file));
const testdata = path.join(import.meta.dirname, '../../lib/sops/testdata');
const environment = { PATH: process.env['PATH'] };

let dir: string;
let work: string;
let url: string;
let server: ApiServer;
let cluster: Cluster;
let bus: Bus<Events>;
let stop: AbortController;
let running: RunningSync | undefined;
let keyring: Keyring | undefined;
let lines: string[];
let events: FluxEvent[];

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'tr-'));
  work = path.join(dir, 'work');
  const bare = path.join(dir, 'repo.git');
  url = `file://${bare}`;
  git(dir, 'init', '-q', '--bare', '-b', 'master', bare);
  git(dir, 'clone', '-q', bare, work);
  git(work, 'checkout', '-q', '-B', 'master');
  server = await createApiServer({ storePath: ':memory:', clock: systemClock, log: silentLogger });
  cluster = connect({ transport: server.transport });
  bus = createBus<Events>();
  stop = new AbortController();
  lines = [];
  events = [];
});

afterEach(async () => {
  stop.abort();
  await running?.done;
  running = undefined;
  await keyring?.close();
  keyring = undefined;
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

function git(cwd: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@b'];
  return execFileSync('git', [...identity, ...args], {
    cwd,
    encoding: 'utf8',
    stdio: 'pipe',
    env: { PATH: process.env['PATH'], HOME: dir, GNUPGHOME: keyring?.gnupgHome },
  }).trim();
}

function push(files: Record<string, string>, ...how: string[]): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(work, name)), { recursive: true });
    writeFileSync(path.join(work, name), text);
  }
  git(work, 'add', '-A');
  git(work, 'commit', '-q', '-m', 'change', ...how);
  git(work, 'push', '-q', 'origin', 'master');
  return git(work, 'rev-parse', 'HEAD');
}

function start(settings: Partial<RepositorySettings>, more: Partial<SyncPorts> = {}): RunningSync {
  running = startSync({
    cluster,
    clock: systemClock,
    log: createLogger({ clock: systemClock, write: (line) => lines.push(line) }),
    bus,
    signal: stop.signal,
    dataDir: path.join(dir, 'data'),
    namespace: 'fluxcd',
    environment,
    repositories: [repositorySettings({ url, garbageCollection: 'on', ...settings })],
    events: [{ name: 'test', send: async (event) => void events.push(event) }],
    ...more,
  });
  return running;
}

async function ask(route: string, body?: unknown): Promise<Response> {
  const request = { method: 'POST', body: JSON.stringify(body ?? {}) };
  return running!.handle(new Request(`http://flux/api/flux/${route}`, request));
}

/** Fetches and syncs everything; the answer of our own API. */
async function sync(): Promise<unknown> {
  return (await ask('trice/sync')).json();
}

const map = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {key: "1"}\n`;
const isThere = async (name: string): Promise<boolean> =>
  (await cluster.get(kinds.ConfigMap, { namespace: 'default', name })) !== undefined;

describe.skipIf(!hasGpg)('verification (gpg)', () => {
  const key = 'test@example.com';

  beforeEach(async () => {
    const imports = [path.join(testdata, 'pgp.asc')];
    keyring = await openKeyring({ dir: path.join(dir, 'gpg'), imports, environment });
  });

  it('stops at the last commit before one that is not signed, and goes on when it is mended', async () => {
    push({ 'a.yaml': map('one') }, `-S${key}`);
    const good = push({ 'b.yaml': map('two') }, `-S${key}`);
    const settings = { verifySignatures: 'all', signingKey: key } as const;
    start(settings, { keyring: keyring! });
    expect(await sync()).toMatchObject([{ revision: good, problems: [] }]);
    const bad = push({ 'c.yaml': map('three'), 'a.yaml': '# gone' });
    const head = push({ 'd.yaml': map('four') }, `-S${key}`);
    expect(await sync()).toMatchObject([{ revision: good }]);
    expect([await isThere('one'), await isThere('three'), await isThere('four')]).toEqual([
      true,
      false,
      false,
    ]);
    const told = lines.filter((line) => line.includes('found invalid GPG signature for commit'));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(`revision=${bad}`);
    const job = (await (await ask('v9/update-manifests', { type: 'sync' })).json()) as string;
    const status = async (): Promise<{ StatusString: string; Err: string }> => {
      const answer = await running!.handle(new Request(`http://flux/api/flux/v6/jobs?id=${job}`));
      return (await answer.json()) as { StatusString: string; Err: string };
    };
    while ((await status()).StatusString === 'running') await systemClock.sleep(5);
    expect((await status()).Err).toBe(
      `The branch HEAD in the git repo is not verified, and fluxd is unable to sync to it. The last verified commit was ${good.slice(0, 8)}. HEAD is ${head.slice(0, 8)}.`,
    );
    git(work, 'reset', '-q', '--hard', good);
    git(work, 'push', '-q', '-f', 'origin', 'master');
    const mended = push({ 'e.yaml': map('five') }, `-S${key}`);
    expect(await sync()).toMatchObject([{ revision: mended }]);
    git(work, 'fetch', '-q', '--tags', '-f');
    expect(git(work, 'verify-tag', '--raw', 'flux-sync')).toBe('');
  });

  it('syncs nothing when the marker is not signed by a known key', async () => {
    push({ 'a.yaml': map('one') }, `-S${key}`);
    git(work, 'tag', '-a', '-m', 'forged', 'flux-sync');
    git(work, 'push', '-q', 'origin', 'flux-sync');
    start({ verifySignatures: 'all', signingKey: key }, { keyring: keyring! });
    const answer = await ask('trice/sync');
    expect(await answer.text()).toContain('the tag flux-sync has no good signature');
    expect(await isThere('one')).toBe(false);
  });
});

describe('encrypted files', () => {
  it('are applied, and nothing of them reaches log, event, status, API or metrics', async () => {
    const encrypted = readFileSync(path.join(testdata, 'regex.yaml'), 'utf8');
    const age = readFileSync(path.join(testdata, 'keys.txt'), 'utf8');
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fluxcd' } };
    await cluster.create(kinds.Namespace, namespace);
    await cluster.create(kinds.Namespace, { ...namespace, metadata: { name: 'demo' } });
    const secret = { namespace: 'fluxcd', name: 'sops-keys' };
    const data = { 'test.agekey': Buffer.from(age).toString('base64') };
    await cluster.create(kinds.Secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: secret,
      data,
    });
    // The ConfigMap is fine; the Secret has numbers where texts must be, which the API server refuses with their values.
    push({ 'secret.yaml': encrypted, 'plain.yaml': map('plain') });
    const { metrics } = start(
      { isDecrypting: true },
      { sopsKeys: createSopsKeys({ cluster, secret }) },
    );
    const answer = JSON.stringify(await sync());
    const live = await cluster.list(kinds.ConfigMap, {});
    const second = live.items.find(({ metadata }) => metadata.name === 'second');
    expect(second?.['data']).toEqual({ key: 'canary-second' });
    expect(answer).toContain('comes from an encrypted file');
    const state = live.items.filter(({ metadata }) => metadata.namespace === 'fluxcd');
    const told = await cluster.list(kinds.Event, {});
    const all = [
      answer,
      lines.join('\n'),
      JSON.stringify([events, state, told.items]),
      await (await metrics()).text(),
    ];
    for (const text of all) expect(text).not.toMatch(/canary|1234/);
    expect(events.map(({ type }) => type)).toEqual(['sync']);
  });

  it('wait for their key, holding up nobody', async () => {
    push({
      'secret.yaml': readFileSync(path.join(testdata, 'regex.yaml'), 'utf8'),
      'plain.yaml': map('plain'),
    });
    let age = hide('');
    start({ isDecrypting: true }, { sopsKeys: async () => ({ age }) });
    expect(await sync()).toMatchObject([
      {
        problems: [
          { path: 'secret.yaml', message: expect.stringContaining('no key opens it') as string },
        ],
      },
    ]);
    expect(await isThere('plain')).toBe(true);
    age = hide(readFileSync(path.join(testdata, 'keys.txt'), 'utf8'));
    const [after] = (await sync()) as Array<{ problems: Array<{ message: string }> }>;
    expect(after?.problems.map(({ message }) => message).join()).not.toContain('no key');
  });
});

describe('events', () => {
  it('tell commits that a job pushed, then their sync, then the release', async () => {
    push({ 'a.yaml': map('one') });
    start({});
    await sync();
    const revision = push({ 'a.yaml': map('two') });
    const id = 'default:configmap/two';
    const spec = { type: 'auto', cause: {}, spec: { Changes: [] } };
    const note = JSON.stringify({ jobID: 'x', spec, result: { [id]: { Status: 'success' } } });
    git(work, 'notes', '--ref=flux', 'add', '-m', note, revision);
    git(work, 'push', '-q', 'origin', 'refs/notes/flux');
    await sync();
    while (events.length < 4) await systemClock.sleep(5);
    expect(events.map(({ type, serviceIDs }) => [type, serviceIDs])).toEqual([
      ['sync', ['default:configmap/one']],
      ['commit', [id]],
      ['sync', [id]],
      ['autorelease', [id]],
    ]);
    expect(events[0]?.metadata).toMatchObject({ initialSync: true, includes: { other: true } });
    expect(events[2]?.metadata).toMatchObject({
      commits: [{ revision, message: 'change' }],
      includes: { autorelease: true },
    });
    expect(lines.join('\n')).toMatch(
      /event="Commit: \w{7}, default:configmap\/two" logupstream=true/,
    );
  });
});

describe('changes by hand', () => {
  const setBack = async (name: string, value: string): Promise<void> => {
    const fieldSelector = `metadata.name=${name}`;
    const query = { namespace: 'default', fieldSelector, signal: AbortSignal.timeout(5000) };
    for await (const { type, object } of cluster.watch(kinds.ConfigMap, query)) {
      const data = object['data'] as { key?: string } | undefined;
      if (type !== 'deleted' && data?.key === value) return;
    }
    throw new Error(`${name} is not set back`);
  };
  const change = (name: string): Promise<unknown> =>
    cluster.patch(
      kinds.ConfigMap,
      { namespace: 'default', name },
      { data: { key: 'by hand' } },
      { type: 'merge', fieldManager: 'kubectl-edit' },
    );

  it('are undone with the next full sync, with an event that names field and manager', async () => {
    push({ 'a.yaml': map('one') });
    start({});
    await sync();
    await change('one');
    await sync();
    await setBack('one', '1');
    const { items } = await cluster.list(kinds.Event, { namespace: 'default' });
    expect(items).toMatchObject([
      {
        type: 'Warning',
        reason: 'DriftCorrected',
        involvedObject: { kind: 'ConfigMap', name: 'one' },
        message: expect.stringMatching(
          /^data\.key was changed by kubectl-edit at \S+; set back to what git says$/,
        ) as string,
      },
    ]);
    expect(events).toHaveLength(1);
  });

  it('are undone at once where that is asked for, deletions too', async () => {
    push({ 'a.yaml': `${map('one')}---\n${map('two')}` });
    start({ isSyncingOnDrift: true });
    await sync();
    await change('one');
    await setBack('one', '1');
    await cluster.delete(kinds.ConfigMap, { namespace: 'default', name: 'two' });
    await setBack('two', '1');
    expect(lines.join('\n')).toContain('it was deleted by hand; it is made again');
  });

  it('that git brings are no such changes', async () => {
    push({ 'a.yaml': map('one') });
    start({ isSyncingOnDrift: true });
    await sync();
    push({ 'a.yaml': map('one').replace('"1"', '"2"') });
    await sync();
    await setBack('one', '2');
    const { items } = await cluster.list(kinds.Event, { namespace: 'default' });
    expect(items).toEqual([]);
  });
});

describe('warnings in the words of fluxd', () => {
  it('tell what is excluded by namespace, once', async () => {
    push({ 'a.yaml': map('one'), 'b.yaml': map('two').replace('two}', 'two, namespace: other}') });
    start({ allowNamespaces: ['default'] });
    await sync();
    await sync();
    const told = lines.filter((line) =>
      line.includes('not applying resources; excluded by namespace constraints'),
    );
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('resources=other:configmap/two');
    expect(await isThere('one')).toBe(true);
  });

  it('tell that someone else moves the sync tag', async () => {
    const first = push({ 'a.yaml': map('one') });
    start({});
    await sync();
    push({ 'b.yaml': map('two') });
    await sync();
    const text = 'detected external change in sync state';
    expect(lines.join('\n')).not.toContain(text);
    git(work, 'tag', '-f', '-a', '-m', 'x', 'flux-sync', first);
    git(work, 'push', '-q', '-f', 'origin', 'flux-sync');
    push({ 'c.yaml': map('three') });
    await sync();
    expect(lines.filter((line) => line.includes(text))).toHaveLength(1);
  });
});
