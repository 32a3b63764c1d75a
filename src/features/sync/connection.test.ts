import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../base/index.ts';
import { openMirror } from '../../lib/git/index.ts';
import { createConnection } from './connection.ts';
import type { Connection } from './connection.ts';
import { createSyncMetrics } from './metrics.ts';
import { repositorySettings } from './settings.ts';

let dir: string;
let bare: string;
let ready: boolean[];

const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
    cwd,
    encoding: 'utf8',
    stdio: 'pipe',
  });

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'trice-connection-'));
  bare = path.join(dir, 'repo.git');
  ready = [];
  git(dir, 'init', '-q', '--bare', '-b', 'master', bare);
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function commit(): void {
  git(dir, 'init', '-q', '-b', 'master', 'work');
  git(path.join(dir, 'work'), 'commit', '-q', '--allow-empty', '-m', 'first');
  git(path.join(dir, 'work'), 'push', '-q', bare, 'master');
}

/** A server that takes no push, and tells of each in a file. */
function refusePushes(): void {
  const hook = `#!/bin/sh\ncat >> ${dir}/pushes\nexit 1\n`;
  writeFileSync(path.join(bare, 'hooks/pre-receive'), hook, { mode: 0o755 });
}

function connectTo(url: string, more: { isReadOnly?: boolean; isOwn?: boolean } = {}): Connection {
  const { isOwn = false, ...settings } = more;
  const ports = { clock: systemClock, log: silentLogger, signal: new AbortController().signal };
  return createConnection({
    ...ports,
    mirror: openMirror({ ...ports, url, dir: path.join(dir, 'mirror') }),
    settings: repositorySettings({ url, ...settings }),
    isOwn,
    onReady: (isReady) => ready.push(isReady),
  });
}

it('goes from new over cloned to ready, and back to new when a fetch fails', async () => {
  const connection = connectTo(bare);
  expect(connection.status).toBe('new');
  await expect(connection.refresh()).rejects.toThrow(/no branch "master"/);
  expect(connection.status).toBe('cloned');
  commit();
  const head = git(bare, 'rev-parse', 'master').trim();
  expect(await connection.refresh()).toBe(head);
  expect(connection.status).toBe('ready');
  rmSync(bare, { recursive: true });
  await expect(connection.refresh()).rejects.toMatchObject({ code: 'not-found' });
  expect(connection.status).toBe('new');
  expect(ready).toEqual([true, false]);
});

it('is unreachable when the host name leads nowhere', async () => {
  const connection = connectTo('http://nowhere.invalid/a/b.git');
  await expect(connection.refresh()).rejects.toThrow(/host name cannot be resolved/);
  expect(connection.status).toBe('unreachable');
});

it('checks that it may write, and leaves no tag behind', async () => {
  commit();
  await connectTo(bare).refresh();
  expect(git(bare, 'tag')).toBe('');
});

it('is not ready while it may not write, and says what to do', async () => {
  commit();
  refusePushes();
  const connection = connectTo(bare);
  await expect(connection.refresh()).rejects.toThrow(/not written to; give the key write access/);
  expect(connection.status).toBe('cloned');
});

it.each([{ isReadOnly: true }, { isOwn: true }])('pushes nothing with %o', async (how) => {
  commit();
  refusePushes();
  const connection = connectTo(bare, how);
  await connection.refresh();
  expect(connection.status).toBe('ready');
});

it('measures under the names of fluxd', async () => {
  const metrics = createSyncMetrics(['one', 'two']);
  metrics.gitReady('one', true);
  expect(await metrics.text()).toContain('\nflux_git_ready 0\n');
  metrics.gitReady('two', true);
  const bad = { id: 'demo:secret/a', path: 'a.yaml', message: 'no' };
  metrics.passEnded('one', 3, { objects: 6, problems: [bad, { path: 'b.yaml', message: 'no' }] });
  metrics.passEnded('two', 3, { objects: 2, problems: [] });
  metrics.passEnded('two', 70, undefined);
  metrics.jobQueued();
  metrics.jobStarted(0.3);
  metrics.jobEnded({ success: false, seconds: 0.2 });
  const text = await metrics.text();
  for (const line of [
    'flux_git_ready 1',
    'flux_daemon_sync_duration_seconds_bucket{le="5",success="true"} 2',
    'flux_daemon_sync_duration_seconds_bucket{le="75",success="false"} 1',
    'flux_daemon_queue_length_count 0',
    'flux_daemon_queue_duration_seconds_bucket{le="0.5"} 1',
    'flux_daemon_sync_manifests{success="true"} 7',
    'flux_daemon_sync_manifests{success="false"} 1',
    'flux_daemon_job_duration_seconds_bucket{le="0.5",success="false"} 1',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
});
