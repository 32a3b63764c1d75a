import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hide, silentLogger } from '../../base/index.ts';
import { listen } from '../../lib/http/index.ts';
import type { Listening } from '../../lib/http/index.ts';
import { createGitServer } from './index.ts';
import type { GitServer, PushEvent, PushPolicy } from './index.ts';
import { createUpkeep } from './upkeep.ts';
import { RefUpdateReader } from './ref-updates.ts';

const run = promisify(execFile);
const identity = ['-c', 'user.name=T', '-c', 'user.email=t@example.com'];
let root: string;
let server: GitServer;
let listening: Listening;
let pushes: PushEvent[];
let anonymousRead: boolean;
let policy: PushPolicy;

async function git(dir: string, ...args: string[]): Promise<string> {
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', GIT_TERMINAL_PROMPT: '0', HOME: root };
  const options = { cwd: dir, env, maxBuffer: 2 ** 26 };
  return (await run('git', [...identity, ...args], options)).stdout.trim();
}

async function start(): Promise<void> {
  const auth = { username: 'me', password: hide('pw:x') };
  const onPush = (event: PushEvent): void => void pushes.push(event);
  server = createGitServer({
    dir: join(root, 'repos'),
    auth,
    anonymousRead,
    policy,
    log: silentLogger,
    onPush,
  });
  listening = await listen({ host: '127.0.0.1', port: 0, handler: server.handle });
}

function url(path: string, login = 'me:pw%3Ax@'): string {
  return `http://${login}127.0.0.1:${listening.port}/${path}`;
}

/** A work tree with one commit on a branch. */
async function workTree(branch: string): Promise<{ dir: string; head: string }> {
  const dir = mkdtempSync(join(root, 'work-'));
  await git(dir, 'init', '-q', '-b', branch);
  writeFileSync(join(dir, 'a'), 'one');
  await git(dir, 'add', '-A');
  await git(dir, 'commit', '-q', '-m', 'one');
  return { dir, head: await git(dir, 'rev-parse', 'HEAD') };
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'trice-gitserver-'));
  pushes = [];
  anonymousRead = true;
  policy = {};
  await start();
});

afterEach(async () => {
  await listening.close();
  rmSync(root, { recursive: true, force: true });
});

describe('git server', () => {
  it.each([['0'], ['1'], ['2']])(
    'is pushed to and cloned from with protocol %s',
    async (version) => {
      const { dir, head } = await workTree('trunk');
      const protocol = ['-c', `protocol.version=${version}`];
      await git(dir, ...protocol, 'push', '-q', url('me/app.git'), 'trunk');
      expect(pushes).toEqual([
        { repository: 'me/app', branch: 'trunk', revision: head, before: '' },
      ]);
      const copy = join(root, 'copy');
      await git(root, ...protocol, 'clone', '-q', url('me/app', ''), copy);
      expect(readFileSync(join(copy, 'a'), 'utf8')).toBe('one');
      expect(await git(copy, 'rev-parse', '--abbrev-ref', 'HEAD')).toBe('trunk');
      expect(await server.list()).toEqual(['me/app']);
    },
  );

  it('tells each branch that moved: before, after, deleted; tags and notes are not branches', async () => {
    const { dir, head } = await workTree('master');
    const to = url('me/app.git');
    await git(dir, 'push', '-q', to, 'master', 'master:other');
    await git(dir, 'commit', '-q', '--allow-empty', '-m', 'two');
    const two = await git(dir, 'rev-parse', 'HEAD');
    await git(dir, 'tag', 'v1');
    await git(dir, 'push', '-q', to, 'master', 'v1', ':other');
    await git(dir, 'push', '-q', to, 'master');
    expect(pushes.slice(2)).toEqual([
      { repository: 'me/app', branch: 'master', revision: two, before: head },
      { repository: 'me/app', branch: 'other', revision: '', before: head },
    ]);
  });

  it('tells nothing when the push is rejected', async () => {
    const { dir } = await workTree('master');
    await git(dir, 'push', '-q', url('me/app.git'), 'master');
    await git(dir, 'commit', '-q', '--amend', '-m', 'other');
    await expect(git(dir, 'push', '-q', url('me/app.git'), 'master')).rejects.toThrow(
      'fast-forward',
    );
    expect(pushes).toHaveLength(1);
    await git(dir, 'push', '-q', '-f', url('me/app.git'), 'master');
    expect(pushes).toHaveLength(2);
  });

  it('carries a large push and a large answer, compressed requests too', async () => {
    const { dir } = await workTree('master');
    for (let at = 0; at < 60; at += 1) {
      writeFileSync(
        join(dir, `f${at}`),
        Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))),
      );
    }
    await git(dir, 'add', '-A');
    await git(dir, 'commit', '-q', '-m', 'large');
    for (let at = 0; at < 120; at += 1)
      await git(dir, 'commit', '-q', '--allow-empty', '-m', `${at}`);
    await git(dir, 'push', '-q', url('me/large.git'), 'master');
    const copy = join(root, 'copy');
    await git(root, 'clone', '-q', url('me/large.git'), copy);
    expect(readFileSync(join(copy, 'f59'))).toEqual(readFileSync(join(dir, 'f59')));
    await git(copy, 'commit', '-q', '--allow-empty', '-m', 'mine');
    // Many commits the server lacks make the client send what it has in a compressed request.
    for (let at = 0; at < 40; at += 1)
      await git(copy, 'commit', '-q', '--allow-empty', '-m', `${at}`);
    await git(dir, 'commit', '-q', '--allow-empty', '-m', 'theirs');
    await git(dir, 'push', '-q', url('me/large.git'), 'master');
    await git(copy, '-c', 'protocol.version=0', 'fetch', '-q', 'origin');
    expect(await git(copy, 'rev-parse', 'origin/master')).toBe(await git(dir, 'rev-parse', 'HEAD'));
  });

  it('asks for a login before a push, and refuses a wrong one', async () => {
    const { dir } = await workTree('master');
    const push = (login: string) => git(dir, 'push', '-q', url('me/app.git', login), 'master');
    await expect(push('')).rejects.toThrow(/could not read Username|terminal prompts disabled/);
    await expect(push('me:wrong@')).rejects.toThrow('Authentication failed');
    await expect(push('you:pw%3Ax@')).rejects.toThrow('Authentication failed');
    expect(await server.list()).toEqual([]);
  });

  it('asks for a login before reading, when told to', async () => {
    await listening.close();
    anonymousRead = false;
    await start();
    const { dir } = await workTree('master');
    await git(dir, 'push', '-q', url('me/app.git'), 'master');
    await expect(git(dir, 'ls-remote', url('me/app.git', ''))).rejects.toThrow('Username');
    expect(await git(dir, 'ls-remote', url('me/app.git'))).toContain('refs/heads/master');
  });

  it('says that a repository is not there', async () => {
    await expect(git(root, 'clone', '-q', url('me/none.git'), 'x')).rejects.toThrow('not found');
  });

  it.each([
    ['GET', '/../../etc/passwd', 404],
    ['GET', '/%2e%2e/%2e%2e/x.git/info/refs?service=git-upload-pack', 404],
    ['GET', '/a/..%2f..%2fx.git/info/refs?service=git-upload-pack', 400],
    ['GET', '/a/-x.git/info/refs?service=git-upload-pack', 400],
    ['GET', '/a/b/c/d.git/info/refs?service=git-upload-pack', 400],
    ['GET', '/a/b.git/info/refs', 404],
    ['GET', '/a/b.git/info/refs?service=git-upload-archive', 404],
    ['GET', '/a/b.git/HEAD', 404],
    ['GET', '/a/b.git/git-upload-pack', 404],
    ['POST', '/a/b.git/git-receive-pack', 401],
    ['GET', '/', 404],
  ])('%s %s is answered %i', async (method, path, status) => {
    mkdirSync(join(root, 'x.git'), { recursive: true });
    const response = await server.handle(new Request(`http://localhost${path}`, { method }));
    expect(response.status).toBe(status);
  });

  it('is not stopped by locks that a killed process left, nor by packed refs', async () => {
    const { dir, head } = await workTree('master');
    await git(dir, 'push', '-q', url('me/app.git'), 'master', 'master:gone');
    const folder = server.folderOf('me/app');
    await git(root, `--git-dir=${folder}`, 'gc', '-q');
    await listening.close();
    for (const name of ['packed-refs.lock', 'HEAD.lock', 'refs/heads/master.lock']) {
      writeFileSync(join(folder, name), '');
    }
    await start();
    await git(dir, 'commit', '-q', '--allow-empty', '-m', 'two');
    await git(dir, 'push', '-q', url('me/app.git'), 'master', ':gone');
    expect(pushes.slice(2)).toMatchObject([
      { branch: 'gone', before: head, revision: '' },
      { branch: 'master', before: head },
    ]);
  });

  it('packs what fifty pushes left in single files', async () => {
    const { dir } = await workTree('master');
    await server.create('me/app');
    const folder = server.folderOf('me/app');
    const upkeep = createUpkeep({ log: silentLogger });
    await git(dir, 'push', '-q', url('me/app.git'), 'master');
    for (let at = 0; at < 1_100; at += 1) writeFileSync(join(dir, `f${at}`), `${at}`);
    await git(dir, 'add', '-A');
    await git(dir, 'commit', '-q', '-m', 'many');
    await git(root, `--git-dir=${folder}`, 'config', 'receive.unpackLimit', '9999');
    await git(dir, 'push', '-q', folder, 'master');
    expect(await git(root, `--git-dir=${folder}`, 'count-objects')).toMatch(/^1\d{3} objects/);
    for (let at = 0; at < 50; at += 1) upkeep.pushed(folder);
    await upkeep.settled();
    expect(await git(root, `--git-dir=${folder}`, 'count-objects')).toMatch(/^0 objects/);
    const copy = join(root, 'copy');
    await git(root, 'clone', '-q', url('me/app.git'), copy);
    expect(readdirSync(copy)).toHaveLength(1_102);
  });

  it('runs no hook of a repository', async () => {
    const { dir } = await workTree('master');
    await server.create('me/app');
    const hooks = join(server.folderOf('me/app'), 'hooks');
    mkdirSync(hooks);
    writeFileSync(join(hooks, 'post-receive'), `#!/bin/sh\ntouch '${root}/ran'\n`, { mode: 0o755 });
    await git(dir, 'push', '-q', url('me/app.git'), 'master');
    expect(readdirSync(root)).not.toContain('ran');
  });
});

describe('commands of a push', () => {
  it('are read from any cut of the bytes', () => {
    const [one, two, none] = ['1'.repeat(40), '2'.repeat(40), '0'.repeat(40)];
    const lines = [`${none} ${one} refs/heads/a\0 report-status`, `${one} ${two} refs/heads/b`];
    const packets = lines.map((line) => (line.length + 4).toString(16).padStart(4, '0') + line);
    const bytes = Buffer.from(`${packets.join('')}0000PACK0032garbage`);
    const expected = [
      { ref: 'refs/heads/a', before: '', after: one },
      { ref: 'refs/heads/b', before: one, after: two },
    ];
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const reader = new RefUpdateReader();
      for (let at = 0; at < bytes.length; at += cut) reader.take(bytes.subarray(at, at + cut));
      expect(reader.updates).toEqual(expected);
    }
  });

  it('garbage is no command', () => {
    const reader = new RefUpdateReader();
    reader.take(Buffer.from('zzzz not a packet'));
    reader.take(Buffer.from('0000'));
    expect(reader.updates).toEqual([]);
  });
});

describe('a policy for pushes', () => {
  const restart = async (wanted: PushPolicy): Promise<void> => {
    policy = wanted;
    await listening.close();
    await start();
  };

  it('keeps protected branches from being rewritten or deleted, and says so to the pusher', async () => {
    await restart({ protectedBranches: ['master', 'release/*'] });
    const { dir } = await workTree('master');
    const to = url('me/app.git');
    await git(dir, 'push', '-q', to, 'master', 'master:release/1', 'master:topic');
    await git(dir, 'commit', '-q', '--allow-empty', '-m', 'two');
    await git(dir, 'push', '-q', to, 'master');
    await git(dir, 'commit', '-q', '--amend', '--allow-empty', '-m', 'other');
    await expect(git(dir, 'push', '-f', to, 'master')).rejects.toThrow(
      'denying non-fast-forward refs/heads/master',
    );
    await expect(git(dir, 'push', to, ':release/1')).rejects.toThrow('deletion prohibited');
    const moved = pushes.length;
    await git(dir, 'push', '-q', '-f', to, 'master:topic');
    await git(dir, 'push', '-q', to, ':topic');
    expect(pushes.slice(moved).map(({ branch }) => branch)).toEqual(['topic', 'topic']);
  });

  it('refuses a push that brings too much, and takes the next one', async () => {
    await restart({ maxPushBytes: 10_000 });
    const { dir } = await workTree('master');
    writeFileSync(join(dir, 'big'), randomBytes(50_000));
    await git(dir, 'add', '-A');
    await git(dir, 'commit', '-q', '-m', 'big');
    await expect(git(dir, 'push', url('me/app.git'), 'master')).rejects.toThrow(
      /pack exceeds maximum allowed size/,
    );
    expect(pushes).toEqual([]);
    await git(dir, 'push', '-q', url('me/app.git'), 'master~1:refs/heads/master');
    expect(pushes).toHaveLength(1);
  });
});
