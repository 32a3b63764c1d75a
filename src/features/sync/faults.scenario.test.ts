import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Events } from '../../api/events/index.ts';
import { createBus, hide, silentLogger, systemClock } from '../../base/index.ts';
import { createApiServer } from '../../embedded/apiserver/index.ts';
import type { ApiServer } from '../../embedded/apiserver/index.ts';
import { createGitServer } from '../../embedded/gitserver/index.ts';
import type { GitServer } from '../../embedded/gitserver/index.ts';
import { listen } from '../../lib/http/index.ts';
import type { Listening } from '../../lib/http/index.ts';
import { connect, kinds } from '../../lib/kube/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { repositorySettings, startSync } from './index.ts';
import type { RunningSync } from './index.ts';

/** What goes wrong between the sync and its git server. */
type Fault = 'none' | 'down' | 'half' | 'silent';

let dir: string;
let bare: string;
let server: ApiServer;
let cluster: Cluster;
let git: GitServer;
let listening: Listening;
let running: RunningSync;
let stop: AbortController;
let fault: Fault;
/** The password that the server wants, and the one that the sync has. */
let wanted: string;
let known: string;

const run = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
    cwd: path.join(dir, 'work'),
    encoding: 'utf8',
    stdio: 'pipe',
  }).trim();

function push(files: Record<string, string>, ...more: string[]): string {
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(path.join(dir, 'work', name), text);
  }
  run('add', '-A');
  run('commit', '-q', '--allow-empty', '-m', 'change');
  run('push', '-q', ...more, bare, 'HEAD:master');
  return run('rev-parse', 'HEAD');
}

/** Through to the real server, with the fault of the moment. */
async function between(request: Request): Promise<Response> {
  if (fault === 'down') return new Response('no', { status: 503 });
  const login = Buffer.from(`me:${wanted}`).toString('base64');
  if (request.headers.get('authorization') !== `Basic ${login}`) {
    const headers = { 'www-authenticate': 'Basic realm="git"' };
    return new Response('who are you?', { status: 401, headers });
  }
  if (fault === 'silent') return new Promise(() => {});
  // The login was ours to check: the server behind takes everybody.
  request.headers.delete('authorization');
  const answer = await git.handle(request);
  if (fault !== 'half' || request.method !== 'POST') return answer;
  const whole = Buffer.from(await answer.arrayBuffer());
  return new Response(whole.subarray(0, Math.floor(whole.length / 2)), {
    headers: { 'content-type': answer.headers.get('content-type') ?? '' },
  });
}

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'trice-faults-'));
  execFileSync('git', ['init', '-q', '-b', 'master', path.join(dir, 'work')]);
  fault = 'none';
  [wanted, known] = ['first', 'first'];
  git = createGitServer({
    dir: path.join(dir, 'repos'),
    auth: { username: 'me', password: hide('unused') },
    anonymousRead: true,
    log: silentLogger,
    onPush: () => {},
  });
  await git.create('me/repo');
  bare = git.folderOf('me/repo');
  listening = await listen({ host: '127.0.0.1', port: 0, handler: between });
  server = await createApiServer({ storePath: ':memory:', clock: systemClock, log: silentLogger });
  cluster = connect({ transport: server.transport });
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  await running.done;
  await listening.close();
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

function start(): void {
  running = startSync({
    cluster,
    clock: systemClock,
    log: silentLogger,
    bus: createBus<Events>(),
    signal: stop.signal,
    dataDir: path.join(dir, 'data'),
    namespace: 'fluxcd',
    environment: { PATH: process.env['PATH'] },
    credentials: async () => ({ username: 'me', password: hide(known) }),
    repositories: [
      repositorySettings({
        url: `http://127.0.0.1:${listening.port}/me/repo.git`,
        isReadOnly: true,
        garbageCollection: 'on',
        gitTimeoutMs: 2000,
      }),
    ],
  });
}

/** Asks for a whole sync: its revision, or what went wrong. */
async function sync(): Promise<{ revision?: string; error?: string }> {
  const request = new Request('http://flux/trice/sync', {
    method: 'POST',
    headers: { accept: 'application/json' },
  });
  const body = (await (await running.handle(request)).json()) as unknown;
  if (!Array.isArray(body)) return { error: (body as { error: string }).error };
  return { revision: (body[0] as { revision: string }).revision };
}

const map = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {key: "1"}\n`;

async function names(): Promise<string[]> {
  const { items } = await cluster.list(kinds.ConfigMap, { namespace: 'default' });
  return items
    .map(({ metadata }) => metadata.name)
    .filter((name) => name !== 'kube-root-ca.crt')
    .toSorted();
}

it.each<[Fault, RegExp]>([
  ['down', /503|unreachable|cannot/i],
  ['half', /./],
  ['silent', /no end after 2 s|took longer/],
])(
  'a git server that is %s deletes nothing, and is followed again when it is well',
  async (what, why) => {
    push({ 'a.yaml': map('one') });
    start();
    await sync();
    const revision = push({ 'b.yaml': map('two'), 'a.yaml': '' });
    fault = what;
    expect((await sync()).error).toMatch(why);
    expect(await names()).toEqual(['one']);
    fault = 'none';
    expect(await sync()).toEqual({ revision });
    expect(await names()).toEqual(['two']);
  },
);

it('credentials that were exchanged on both sides are used from then on', async () => {
  push({ 'a.yaml': map('one') });
  start();
  await sync();
  wanted = 'second';
  const refused = await sync();
  expect(refused.error).toBeDefined();
  expect(refused.error).not.toContain('first');
  known = 'second';
  const revision = push({ 'b.yaml': map('two') });
  expect(await sync()).toEqual({ revision });
});

it('a branch that is deleted or rewritten, and a repository that is empty, delete nothing by themselves', async () => {
  start();
  expect((await sync()).error).toContain('no branch "master"');
  const first = push({ 'a.yaml': map('one') });
  expect(await sync()).toEqual({ revision: first });
  push({ 'b.yaml': map('two') });
  await sync();
  execFileSync('git', ['--git-dir', bare, 'update-ref', '-d', 'refs/heads/master']);
  expect((await sync()).error).toContain('no branch "master"');
  expect(await names()).toEqual(['one', 'two']);
  // Rewritten: what the new history declares counts, as if it had always been so.
  run('reset', '-q', '--hard', first);
  const rewritten = push({ 'c.yaml': map('three') }, '-f');
  expect(await sync()).toEqual({ revision: rewritten });
  expect(await names()).toEqual(['one', 'three']);
});
