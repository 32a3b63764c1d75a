import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KnownError, silentLogger, systemClock } from '../../../base/index.ts';
import { openMirror } from '../../git/index.ts';
import type { Mirror } from '../../git/index.ts';
import { openReader } from '../open-reader.ts';
import type { Reading } from '../reading.ts';
import { parseFluxConfig } from './flux-yaml.ts';
import { runCommand } from './run-command.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'trice-generate-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('.flux.yaml', () => {
  it.each([
    ['scanForFiles: {}', { is: 'scan' }],
    ['commandUpdated: {generators: []}', { is: 'command', generators: [], updaters: [] }],
    [
      'commandUpdated: {updaters: [{containerImage: {command: a}, policy: {command: b, timeout: 5s}}]}',
      {
        is: 'command',
        generators: [],
        updaters: [{ containerImage: { command: 'a' }, policy: { command: 'b', timeoutMs: 5000 } }],
      },
    ],
    [
      'patchUpdated: {generators: [{command: kustomize build ., timeout: 1m30s}], patchFile: p.yaml}',
      {
        is: 'patch',
        generators: [{ command: 'kustomize build .', timeoutMs: 90_000 }],
        patchFile: 'p.yaml',
      },
    ],
    [
      'commandUpdated: {generators: [{command: x, timeout: 200ms}]}',
      { is: 'command', generators: [{ command: 'x' }], updaters: [] },
    ],
  ])('%s', (text, config) => {
    expect(parseFluxConfig(`version: 1\n${text}\n`, 'a/.flux.yaml')).toEqual(config);
  });

  it.each([
    ['commandUpdated: {}', 'version must be 1'],
    ['version: 2\nscanForFiles: {}', 'version must be 1'],
    ['version: 1', 'give exactly one of'],
    ['version: 1\nscanForFiles: {}\ncommandUpdated: {}', 'give exactly one of'],
    ['version: 1\nother: {}', 'unknown field other'],
    ['version: 1\ncommandUpdated: {patchFile: x}', 'unknown field patchFile'],
    ['version: 1\npatchUpdated: {generators: []}', 'needs a patchFile'],
    ['version: 1\ncommandUpdated: {generators: [{timeout: 1s}]}', 'command is missing'],
    ['version: 1\ncommandUpdated: {generators: [{command: x, shell: y}]}', 'unknown field shell'],
    ['version: 1\ncommandUpdated: {generators: [{command: x, timeout: 30}]}', 'is no duration'],
    [
      'version: 1\ncommandUpdated: {updaters: [{annotation: {command: x}}]}',
      'unknown field annotation',
    ],
    ['version: 1\ncommandUpdated: {updaters: {}}', 'updaters must be a list'],
    ['[]', 'write a map'],
  ])('is refused: %j', (text, why) => {
    expect(() => parseFluxConfig(text, 'a/.flux.yaml')).toThrow(why);
  });
});

describe('a command', () => {
  const run = (command: string, more: object = {}): Promise<string> =>
    runCommand({
      command,
      cwd: dir,
      home: path.join(dir, 'home'),
      environment: { PATH: process.env['PATH'], AWS_SECRET_ACCESS_KEY: 's3cret', KUBECONFIG: '/k' },
      clock: systemClock,
      signal: new AbortController().signal,
      ...more,
    });

  it('runs in a shell, in its folder, with no credentials around', async () => {
    writeFileSync(path.join(dir, 'a'), 'text');
    expect(await run('cat a | tr t T')).toBe('TexT');
    const env = await run('env');
    expect(env).toContain(`HOME=${dir}/home\n`);
    expect(env).not.toMatch(/s3cret|KUBECONFIG/);
  });

  it('that fails is told with what it wrote to standard error', async () => {
    await expect(run('echo why >&2; exit 3')).rejects.toThrow('exit status 3, stderr: why');
  });

  it('is ended with its children when the time is over', async () => {
    const slow = run('sleep 30 & wait', { timeoutMs: 50 });
    await expect(slow).rejects.toMatchObject({ code: 'timeout' });
  });

  it('is ended when the sync is', async () => {
    const stop = new AbortController();
    const slow = run('sleep 30', { signal: stop.signal });
    stop.abort(new KnownError('timeout', 'the sync took too long'));
    await expect(slow).rejects.toThrow('the sync took too long');
  });

  it('is ended when it writes without end', async () => {
    const endless = run('while :; do echo xxxxxxxxxxxxxxxx; done', { maxOutputBytes: 10_000 });
    await expect(endless).rejects.toMatchObject({ code: 'too-large' });
  });
});

describe('reading a revision', () => {
  let bare: string;
  let work: string;
  let mirror: Mirror;

  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      cwd: work,
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();

  beforeEach(() => {
    bare = path.join(dir, 'repo.git');
    work = path.join(dir, 'work');
    mkdirSync(work);
    git('init', '-q', '--bare', '-b', 'master', bare);
    git('init', '-q', '-b', 'master');
    const log = silentLogger;
    mirror = openMirror({ url: bare, dir: path.join(dir, 'mirror'), clock: systemClock, log });
  });

  afterEach(() => mirror.close());

  async function read(
    files: Record<string, string>,
    paths: readonly string[] = [],
  ): Promise<Reading> {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(work, name)), { recursive: true });
      writeFileSync(path.join(work, name), text);
    }
    git('add', '-A');
    git('commit', '-q', '-m', 'change');
    git('push', '-q', bare, 'master');
    await mirror.fetch();
    const reader = openReader({
      source: mirror,
      paths,
      generating: {
        dir: path.join(dir, 'trees'),
        environment: { PATH: process.env['PATH'] },
        clock: systemClock,
      },
    });
    return reader.read(git('rev-parse', 'HEAD'));
  }

  const map = (name: string, data: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  key: ${data}\n`;
  const names = (reading: Reading): string[] =>
    reading.manifests.map(({ object }) => object.metadata.name).toSorted();
  const command = (...commands: string[]): string =>
    `version: 1\ncommandUpdated:\n  generators:\n${commands.map((each) => `  - command: ${each}\n`).join('')}`;

  it('reads plain files where there is no .flux.yaml', async () => {
    const reading = await read({ 'a.yaml': map('a', '1'), 'b/b.yaml': map('b', '1') });
    expect(names(reading)).toEqual(['a', 'b']);
    expect(reading.lastGood).toEqual([]);
  });

  it('runs the commands of the nearest one in the folder of the path, mixing forms', async () => {
    const reading = await read(
      {
        '.flux.yaml': command('cat made', 'cat ../shared'),
        'staging/made': map('made', '1'),
        shared: map('shared', '1'),
        'plain/.flux.yaml': 'version: 1\nscanForFiles: {}\n',
        'plain/p.yaml': map('plain', '1'),
      },
      ['staging', 'plain'],
    );
    expect(names(reading)).toEqual(['made', 'plain', 'shared']);
    const made = reading.manifests.find(({ object }) => object.metadata.name === 'made');
    expect(made?.file).toBe('.flux.yaml');
    expect(readdirSync(path.join(dir, 'trees'))).toEqual([]);
  });

  it('lays the patch file over what was generated, and tells of patches that hit nothing', async () => {
    const reading = await read({
      '.flux.yaml':
        'version: 1\npatchUpdated:\n  generators:\n  - command: cat base\n  patchFile: flux-patch.yaml\n',
      base: `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: one, image: a:1}, {name: two, image: b:1}]}}}
`,
      'flux-patch.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: two, image: b:2}]}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: gone}
`,
    });
    const [web] = reading.manifests;
    expect(web?.object['spec']).toEqual({
      template: {
        spec: {
          containers: [
            { name: 'two', image: 'b:2' },
            { name: 'one', image: 'a:1' },
          ].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
        },
      },
    });
    expect(reading.failures).toMatchObject([
      { file: 'flux-patch.yaml', message: expect.stringContaining('missing resource') as string },
    ]);
    expect(reading.lastGood).toEqual([]);
  });

  it('a command that fails makes the revision unreadable, named with file and reason', async () => {
    await expect(read({ '.flux.yaml': command("'echo no >&2; false'") })).rejects.toThrow(
      'error executing generator command "echo no >&2; false" from file ".flux.yaml": exit status 1, stderr: no',
    );
    expect(readdirSync(path.join(dir, 'trees'))).toEqual([]);
  });

  it('commands that print nothing delete nothing', async () => {
    const reading = await read({ '.flux.yaml': command('"true"') });
    expect(reading.manifests).toEqual([]);
    expect(reading.lastGood).toBeUndefined();
    expect(reading.failures).toMatchObject([
      { message: expect.stringContaining('printed no object') as string },
    ]);
  });

  it('reads no patch file from outside the repository', async () => {
    writeFileSync(path.join(dir, 'secret.yaml'), map('stolen', '1'));
    symlinkSync('../secret.yaml', path.join(work, 'link.yaml'));
    const reading = await read({
      '.flux.yaml':
        'version: 1\npatchUpdated:\n  generators:\n  - command: cat base\n  patchFile: link.yaml\n',
      base: map('base', '1'),
    });
    expect(names(reading)).toEqual(['base']);
  });
});
