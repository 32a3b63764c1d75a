import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, hide, silentLogger, systemClock } from '../../base/index.ts';
import { openMirror } from './index.ts';
import type { Mirror } from './index.ts';

const author = { name: 'Ada', email: 'ada@example.com' };
let root: string;
let origin: string;
let work: string;
let mirror: Mirror;

function git(dir: string, ...args: string[]): string {
  const identity = [
    '-c',
    'user.name=T',
    '-c',
    'user.email=t@example.com',
    '-c',
    'init.defaultBranch=master',
  ];
  return execFileSync('git', [...identity, ...args], {
    cwd: dir,
    encoding: 'utf8',
    stdio: 'pipe',
  }).trim();
}

function write(files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), content);
  }
}

function commit(message: string, files: Record<string, string> = {}): string {
  write(files);
  git(work, 'add', '-A');
  git(work, 'commit', '-q', '--allow-empty', '-m', message);
  git(work, 'push', '-q', origin, 'HEAD:master');
  return git(work, 'rev-parse', 'HEAD');
}

function open(url: string = origin, more: object = {}): Mirror {
  const dir = mkdtempSync(join(root, 'mirror-'));
  return openMirror({
    url,
    dir: join(dir, 'm.git'),
    clock: systemClock,
    log: silentLogger,
    ...more,
  });
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'trice-git-'));
  origin = join(root, 'origin.git');
  work = join(root, 'work');
  git(root, 'init', '-q', '--bare', origin);
  git(root, 'init', '-q', work);
  mirror = open();
});

afterEach(async () => {
  await mirror.close();
  rmSync(root, { recursive: true, force: true });
});

describe('reading', () => {
  it('an empty repository has no head, then one, then none when the branch is deleted', async () => {
    expect(await mirror.head('master')).toBeUndefined();
    await mirror.fetch();
    expect(await mirror.head('master')).toBeUndefined();
    const first = commit('one', { 'a.yaml': 'a: 1\n' });
    await mirror.fetch();
    expect(await mirror.head('master')).toBe(first);
    expect(await mirror.resolve('refs/heads/nope')).toBeUndefined();
    git(origin, 'update-ref', '-d', 'refs/heads/master');
    await mirror.fetch();
    expect(await mirror.head('master')).toBeUndefined();
  });

  it('follows a branch that was rewritten', async () => {
    commit('one', { a: '1' });
    await mirror.fetch();
    git(work, 'commit', '-q', '--amend', '-m', 'other');
    git(work, 'push', '-q', '-f', origin, 'HEAD:master');
    await mirror.fetch();
    expect(await mirror.head('master')).toBe(git(work, 'rev-parse', 'HEAD'));
  });

  it('lists, reads and loads files, links followed inside the revision only', async () => {
    write({ 'releases/a.yaml': 'a\n', 'ü b/c.yaml': 'c\n', 'deep/x/y.txt': 'y' });
    symlinkSync('../deep/x/y.txt', join(work, 'releases', 'link.yaml'));
    symlinkSync('/etc/passwd', join(work, 'releases', 'out.yaml'));
    const head = commit('files');
    await mirror.fetch();
    const files = await mirror.files(head);
    expect(files.map(({ path, mode, sizeBytes }) => [path, mode, sizeBytes])).toEqual([
      ['deep/x/y.txt', '100644', 1],
      ['releases/a.yaml', '100644', 2],
      ['releases/link.yaml', '120000', 15],
      ['releases/out.yaml', '120000', 11],
      ['ü b/c.yaml', '100644', 2],
    ]);
    expect((await mirror.read(files[1]!.oid)).toString()).toBe('a\n');
    expect((await mirror.files(head, ['deep', './ü b/'])).map(({ path }) => path)).toEqual([
      'deep/x/y.txt',
      'ü b/c.yaml',
    ]);
    const loaded = await mirror.load({ revision: head, paths: ['releases'] });
    expect(loaded.map(({ path, content }) => [path, content.toString()])).toEqual([
      ['releases/a.yaml', 'a\n'],
      ['releases/link.yaml', 'y'],
    ]);
    await expect(mirror.load({ revision: head, budgets: { maxEntries: 2 } })).rejects.toMatchObject(
      {
        code: 'too-large',
      },
    );
    await expect(mirror.files(head, ['../x'])).rejects.toThrow('not inside the repository');
  });

  it('reads many and large files through one process', async () => {
    const large = 'x'.repeat(3_000_000);
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`f${at}`, `${at}`]));
    const head = commit('many', { ...many, large });
    await mirror.fetch();
    const loaded = await mirror.load({ revision: head });
    expect(loaded).toHaveLength(301);
    for (const { path, content } of loaded) {
      expect(content.toString()).toBe(path === 'large' ? large : path.slice(1));
    }
  });

  it('reads on after its reading process was ended', async () => {
    const head = commit('one', { a: '1' });
    await mirror.fetch();
    expect(await mirror.head('master')).toBe(head);
    await mirror.close();
    const asked = Array.from({ length: 50 }, (_, at) => mirror.resolve(at % 2 ? head : 'nothing'));
    expect(new Set(await Promise.all(asked))).toEqual(new Set([head, undefined]));
    expect(await mirror.resolve('--batch-all-objects')).toBeUndefined();
  });

  it('tells the commits between two revisions, newest first, by path when asked', async () => {
    const one = commit('one', { a: '1' });
    const two = commit('two\n\nwith a body\n', { 'dir/b': '2' });
    const three = commit('three', { a: '3' });
    await mirror.fetch();
    const log = await mirror.log({ from: one, to: three });
    expect(log.map(({ revision, message }) => [revision, message])).toEqual([
      [three, 'three'],
      [two, 'two\n\nwith a body'],
    ]);
    expect(log[0]?.author).toEqual({ name: 'T', email: 't@example.com' });
    expect(await mirror.log({ to: three, paths: ['dir'] })).toHaveLength(1);
    expect(await mirror.log({ to: three, limit: 1 })).toHaveLength(1);
    await expect(mirror.log({ to: '--all' })).rejects.toThrow('not a full revision');
  });

  it('exports a folder, and refuses one that has content or is absent', async () => {
    write({ 'charts/x/Chart.yaml': 'name: x\n', 'charts/x/run.sh': '#!/bin/sh\n', other: 'o' });
    execFileSync('chmod', ['755', join(work, 'charts/x/run.sh')]);
    symlinkSync('/etc', join(work, 'charts/x/etc'));
    symlinkSync('../../other', join(work, 'charts/x/other'));
    symlinkSync('Chart.yaml', join(work, 'charts/x/link'));
    const revision = commit('chart');
    await mirror.fetch();
    const dir = join(root, 'out');
    await mirror.export({ revision, path: 'charts/x', dir });
    expect(readdirSync(dir).toSorted()).toEqual(['Chart.yaml', 'link', 'run.sh']);
    expect(readFileSync(join(dir, 'link'), 'utf8')).toBe('name: x\n');
    await expect(mirror.export({ revision, dir })).rejects.toMatchObject({ code: 'exists' });
    const absent = mirror.export({ revision, path: 'none', dir: join(root, 'out2') });
    await expect(absent).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('a broken copy', () => {
  it.each([
    [
      'a lock that a killed process left',
      (dir: string) => writeFileSync(join(dir, 'packed-refs.lock'), ''),
    ],
    [
      'an emptied ref lock',
      (dir: string) => writeFileSync(join(dir, 'refs', 'heads', 'master.lock'), ''),
    ],
    ['lost objects', (dir: string) => rmSync(join(dir, 'objects'), { recursive: true })],
    ['a lost HEAD', (dir: string) => rmSync(join(dir, 'HEAD'))],
  ])('is made again: %s', async (_name, damage) => {
    commit('one', { a: '1' });
    const dir = join(mkdtempSync(join(root, 'broken-')), 'm.git');
    const mirrored = openMirror({ url: origin, dir, clock: systemClock, log: silentLogger });
    await mirrored.fetch();
    await mirrored.load({ revision: (await mirrored.head('master'))! });
    damage(dir);
    const head = commit('two', { a: '2' });
    git(origin, 'update-ref', 'refs/tags/x', head);
    await mirrored.fetch();
    expect(await mirrored.head('master')).toBe(head);
    expect((await mirrored.load({ revision: head }))[0]?.content.toString()).toBe('2');
    await mirrored.close();
  });
});

describe('writing', () => {
  it('commits, pushes and knows the new head at once', async () => {
    write({ 'a.yaml': 'a: 1\n', gone: 'x', run: 'x' });
    execFileSync('chmod', ['755', join(work, 'run')]);
    const parent = commit('one');
    await mirror.fetch();
    const revision = await mirror.commit({
      branch: 'master',
      parent,
      message: 'Auto-release x\n\n- y',
      author,
      changes: [
        { path: 'a.yaml', content: 'a: 2\n' },
        { path: 'new/b.yaml', content: 'b\n' },
        { path: 'run', content: 'y' },
        { path: 'gone', content: undefined },
      ],
      note: { ref: 'flux', text: '{"jobID":"1"}' },
    });
    await mirror.push({
      refs: [
        { from: revision, to: 'refs/heads/master' },
        { from: 'refs/notes/flux', to: 'refs/notes/flux' },
      ],
    });
    expect(await mirror.head('master')).toBe(revision);
    expect(git(origin, 'rev-parse', 'master')).toBe(revision);
    expect(git(origin, 'show', 'master:a.yaml')).toBe('a: 2');
    expect(git(origin, 'ls-tree', '-r', '--name-only', 'master')).toBe('a.yaml\nnew/b.yaml\nrun');
    expect(git(origin, 'ls-tree', 'master', 'run')).toMatch(/^100755/);
    expect(git(origin, 'log', '-1', '--format=%an <%ae> %cn: %s', 'master')).toBe(
      'Ada <ada@example.com> Ada: Auto-release x',
    );
    expect(git(origin, 'notes', '--ref=flux', 'show', revision)).toBe('{"jobID":"1"}');
    const other = open();
    await other.fetch();
    expect(await other.notes('flux').read(revision)).toBe('{"jobID":"1"}');
    expect([...(await other.notes('flux').readAll()).keys()]).toEqual([revision]);
    expect(await other.notes('none').readAll()).toEqual(new Map());
    await other.close();
  });

  it('fetches from a nearer place and pushes to the URL', async () => {
    commit('one', { a: '1' });
    const near = join(root, 'near.git');
    git(root, 'clone', '-q', '--bare', origin, near);
    const head = commit('two', { a: '2' });
    const mirrored = open(origin, { fetchFrom: near });
    await mirrored.fetch();
    const parent = await mirrored.head('master');
    expect(parent).toBe(git(near, 'rev-parse', 'master'));
    await mirrored.push({ refs: [{ from: parent!, to: 'refs/heads/other' }] });
    expect(git(origin, 'rev-parse', 'other', 'master')).toBe(`${parent}\n${head}`);
    await mirrored.close();
  });

  it('makes the first commit of an empty repository', async () => {
    await mirror.fetch();
    const changes = [{ path: 'a', content: 'a' }];
    const revision = await mirror.commit({
      branch: 'main',
      parent: undefined,
      message: 'm',
      author,
      changes,
    });
    await mirror.push({ refs: [{ from: revision, to: 'refs/heads/main' }] });
    expect(git(origin, 'rev-parse', 'main')).toBe(revision);
  });

  it('a push that lost the race is a conflict and changes nothing', async () => {
    const parent = commit('one', { a: '1' });
    await mirror.fetch();
    const theirs = commit('theirs', { b: '2' });
    const changes = [{ path: 'a', content: '2' }];
    const note = { ref: 'flux', text: 'n' };
    const ours = await mirror.commit({
      branch: 'master',
      parent,
      message: 'ours',
      author,
      changes,
      note,
    });
    const push = mirror.push({
      refs: [
        { from: ours, to: 'refs/heads/master' },
        { from: 'refs/notes/flux', to: 'refs/notes/flux' },
      ],
    });
    await expect(push).rejects.toMatchObject({ code: 'conflict' });
    expect(git(origin, 'rev-parse', 'master')).toBe(theirs);
    expect(git(origin, 'for-each-ref', 'refs/notes')).toBe('');
    await mirror.fetch();
    expect(await mirror.head('master')).toBe(theirs);
  });

  it.each([['../x'], ['/x'], ['.git/config'], ['a/.GIT/x'], ['']])(
    'refuses to write %j',
    async (path) => {
      const parent = commit('one', { a: '1' });
      await mirror.fetch();
      const changes = [{ path, content: 'x' }];
      await expect(
        mirror.commit({ branch: 'master', parent, message: 'm', author, changes }),
      ).rejects.toMatchObject({ code: 'invalid' });
    },
  );

  it('refuses a commit that changes nothing', async () => {
    const parent = commit('one', { a: '1' });
    await mirror.fetch();
    const changes = [{ path: 'a', content: '1' }];
    await expect(
      mirror.commit({ branch: 'master', parent, message: 'm', author, changes }),
    ).rejects.toThrow('no changes made in repo');
  });

  it('moves an annotated tag by force, and deletes a ref', async () => {
    const one = commit('one', { a: '1' });
    const two = commit('two', { a: '2' });
    await mirror.fetch();
    await mirror.tag({ name: 'flux-sync', revision: two, message: 'Sync pointer' });
    await mirror.tag({ name: 'flux-sync', revision: one, message: 'Sync pointer' });
    expect(git(origin, 'rev-parse', 'flux-sync^{commit}')).toBe(one);
    expect(git(origin, 'cat-file', '-p', 'flux-sync')).toContain(
      'Weave Flux <support@weave.works>',
    );
    expect(await mirror.resolve('flux-sync')).toBe(one);
    await mirror.push({ refs: [{ from: '', to: 'refs/tags/flux-sync' }] });
    expect(git(origin, 'tag')).toBe('');
    expect(await mirror.resolve('flux-sync')).toBeUndefined();
  });

  it('runs no hook of the mirror', async () => {
    const parent = commit('one', { a: '1' });
    await mirror.fetch();
    const [name = ''] = readdirSync(root).filter((each) => each.startsWith('mirror-'));
    const hooks = join(root, name, 'm.git', 'hooks');
    mkdirSync(hooks, { recursive: true });
    const marker = join(root, 'ran');
    for (const hook of ['pre-push', 'reference-transaction', 'post-commit']) {
      writeFileSync(join(hooks, hook), `#!/bin/sh\ntouch '${marker}'\n`, { mode: 0o755 });
    }
    const changes = [{ path: 'a', content: '2' }];
    const to = 'refs/heads/master';
    const from = await mirror.commit({ branch: 'master', parent, message: 'm', author, changes });
    await mirror.push({ refs: [{ from, to }] });
    expect(readdirSync(root)).not.toContain('ran');
  });
});

describe('remotes that fail', () => {
  it.each([
    ['no such folder', () => join(root, 'none.git'), 'not-found'],
    ['no such host', () => 'http://nothing.invalid/x.git', 'unreachable'],
    ['nobody listens', () => 'http://me:swordfish@127.0.0.1:9/x.git', 'unreachable'],
  ])('%s', async (_name, url, code) => {
    const broken = open(url());
    const thrown = await broken.fetch().catch((error: unknown) => error);
    expect(thrown).toMatchObject({ name: 'KnownError', code });
    expect(String(thrown)).not.toContain('swordfish');
    expect(await broken.head('master')).toBeUndefined();
  });

  it('sends the login to this server, and shows it nowhere', async () => {
    const asked: Array<string | undefined> = [];
    const server = http.createServer((request, response) => {
      asked.push(request.headers.authorization);
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const credentials = () => Promise.resolve({ username: 'u', password: hide('swordfish') });
    const denied = open(`http://127.0.0.1:${port}/x.git`, { credentials });
    const thrown = await denied.fetch().catch((error: unknown) => error);
    server.close();
    expect(asked[0]).toBe(`Basic ${Buffer.from('u:swordfish').toString('base64')}`);
    expect(thrown).toMatchObject({ code: 'denied' });
    expect(JSON.stringify(thrown) + String(thrown)).not.toContain('swordfish');
  });

  it('gives up after the time limit', async () => {
    let asked = (): void => {};
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const server = http.createServer(() => asked());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const clock = new FakeClock();
    const slow = open(`http://127.0.0.1:${port}/x.git`, { clock, timeoutMs: 5_000 });
    const fetched = slow.fetch().catch((error: unknown) => error);
    await isAsked;
    await clock.advance(5_000);
    expect(await fetched).toMatchObject({ code: 'timeout' });
    server.closeAllConnections();
    server.close();
  });
});
