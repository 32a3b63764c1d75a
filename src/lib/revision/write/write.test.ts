import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../../base/index.ts';
import { openMirror } from '../../git/index.ts';
import type { Mirror } from '../../git/index.ts';
import { containersOf, policiesOf, resourceId } from '../../manifest/index.ts';
import { openReader } from '../open-reader.ts';
import type { Reading } from '../reading.ts';
import { changedFiles } from './changed-files.ts';
import type { ObjectChange } from './changed-files.ts';

let dir: string;
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
  dir = mkdtempSync(path.join(tmpdir(), 'trice-write-'));
  bare = path.join(dir, 'repo.git');
  work = path.join(dir, 'work');
  mkdirSync(work);
  git('init', '-q', '--bare', '-b', 'master', bare);
  git('init', '-q', '-b', 'master');
  mirror = openMirror({
    url: bare,
    dir: path.join(dir, 'mirror'),
    clock: systemClock,
    log: silentLogger,
  });
});

afterEach(async () => {
  await mirror.close();
  rmSync(dir, { recursive: true, force: true });
});

async function repository(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(work, name)), { recursive: true });
    writeFileSync(path.join(work, name), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
  }
  git('add', '-A');
  git('commit', '-q', '-m', 'change');
  git('push', '-q', '-f', bare, 'master');
  await mirror.fetch();
}

const generating = () => ({
  dir: path.join(dir, 'trees'),
  environment: { PATH: process.env['PATH'], TOKEN: 's3cret' },
  clock: systemClock,
});

function read(paths: readonly string[], revision = git('rev-parse', 'HEAD')): Promise<Reading> {
  return openReader({ source: mirror, paths, generating: generating() }).read(revision);
}

interface Wanted {
  readonly id: string;
  readonly images?: Record<string, string>;
  readonly policies?: Record<string, string | undefined>;
}

function changeOf(reading: Reading, { id, images = {}, policies }: Wanted): ObjectChange {
  const manifest = reading.manifests.find(({ object }) => resourceId(object) === id);
  if (manifest === undefined) throw new Error(`${id} is not in the repository`);
  return {
    manifest,
    id,
    images: Object.entries(images).map(([container, ref]) => {
      const [name = '', tag = ''] = ref.split(':');
      return { container, image: { path: name, tag } };
    }),
    ...(policies === undefined ? {} : { policies }),
  };
}

/** Makes the changes, commits them, and reads the result; the files that changed with their texts. */
async function change(
  paths: readonly string[],
  ...wanted: readonly Wanted[]
): Promise<{ files: Record<string, string | undefined>; after: Reading }> {
  const before = await read(paths);
  const signal = new AbortController().signal;
  const ports = { mirror, generating: generating(), signal };
  const changes = await changedFiles(
    ports,
    before,
    wanted.map((each) => changeOf(before, each)),
  );
  const revision = await mirror.commit({
    branch: 'master',
    parent: before.revision,
    message: 'x',
    author: { name: 'a', email: 'a@b' },
    changes,
  });
  const texts = changes.map(({ path: name, content }) => [name, content?.toString()] as const);
  return { files: Object.fromEntries(texts), after: await read(paths, revision) };
}

function imagesIn(reading: Reading): string[] {
  return reading.manifests.flatMap(({ object }) => containersOf(object).map(({ image }) => image));
}

const deployment = (name: string, image = 'nginx:1.0', namespace = 'demo'): string =>
  `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  template:
    spec:
      containers:
      - name: web
        image: ${image}
      - name: side
        image: busybox:1
`;
const web = 'demo:deployment/web';

describe('patchUpdated', () => {
  const flux = `version: 1
patchUpdated:
  generators:
  - command: cat base.yaml
  patchFile: flux-patch.yaml
`;
  const crd = `apiVersion: helm.fluxcd.io/v1
kind: HelmRelease
metadata: {name: app, namespace: demo}
spec: {values: {image: {repository: me/app, tag: "1"}, list: [1, 2]}}
`;

  it('gets the difference of generated and wanted as a strategic and as a merge patch', async () => {
    await repository({ '.flux.yaml': flux, 'base.yaml': `${deployment('web')}---\n${crd}` });
    const { files, after } = await change(
      [],
      {
        id: web,
        images: { web: 'nginx:1.1' },
        policies: { automated: 'true', 'tag.web': 'glob:1.*' },
      },
      { id: 'demo:helmrelease/app', images: { 'chart-image': 'me/app:2' } },
    );
    expect(files).toEqual({
      'flux-patch.yaml': `---
apiVersion: apps/v1
kind: Deployment
metadata:
  annotations:
    fluxcd.io/automated: "true"
    fluxcd.io/tag.web: glob:1.*
  name: web
  namespace: demo
spec:
  template:
    spec:
      $setElementOrder/containers:
      - name: web
      - name: side
      containers:
      - image: nginx:1.1
        name: web
---
apiVersion: helm.fluxcd.io/v1
kind: HelmRelease
metadata:
  name: app
  namespace: demo
spec:
  values:
    image:
      tag: "2"
`,
    });
    expect(imagesIn(after)).toEqual(['nginx:1.1', 'busybox:1', 'me/app:2']);
    expect(after.failures).toEqual([]);
  });

  it('rewrites the patch file whole: what is as generated leaves it, and so does what is gone', async () => {
    await repository({
      '.flux.yaml': flux,
      'base.yaml': deployment('web'),
      'flux-patch.yaml': `${deployment('web', 'nginx:1.1')}---\n${deployment('gone')}`,
    });
    const { files, after } = await change([], { id: web, images: { web: 'nginx:1.0' } });
    expect(files).toEqual({ 'flux-patch.yaml': '' });
    expect(imagesIn(after)).toEqual(['nginx:1.0', 'busybox:1']);
  });

  it('takes a policy away that generated objects have', async () => {
    const text = deployment('web').replace(
      '  namespace',
      '  annotations: {fluxcd.io/locked: "true", other: x}\n  namespace',
    );
    await repository({ 'a/.flux.yaml': flux, 'a/base.yaml': text });
    const { files, after } = await change(['a'], { id: web, policies: { locked: undefined } });
    expect(files['a/flux-patch.yaml']).toContain('fluxcd.io/locked: null');
    const [object] = after.manifests;
    expect(object && policiesOf(object.object)).toEqual({});
  });
});

describe('commandUpdated', () => {
  const updater = `#!/bin/sh
env | grep -v -e '^PWD=' -e '^_=' -e '^SHLVL=' -e '^PATH=' -e '^OLDPWD=' | sort >> log.txt
`;
  const flux = (updaters: string): string =>
    `version: 1\ncommandUpdated:\n  generators:\n  - command: cat base.yaml\n  updaters:\n${updaters}`;

  it('runs the updaters with the variables of Flux and nothing else, and commits what they changed', async () => {
    await repository({
      'app/.flux.yaml': flux(
        `  - containerImage: {command: 'sh ./note.sh && sed -i "s|nginx:.*|$FLUX_IMG:$FLUX_TAG|" base.yaml'}
  - policy: {command: 'sh ./note.sh && echo "\${FLUX_POLICY_VALUE-unset}" > new/policy.txt'}
`,
      ),
      'app/note.sh': updater,
      'app/base.yaml': deployment('web'),
      'app/new/keep': '',
      'app/old.txt': 'x',
      '.gitignore': 'ignored\n',
    });
    const { files, after } = await change(['app'], {
      id: web,
      images: { web: 'nginx:1.1' },
      policies: { locked: undefined, 'tag.web': 'glob:*' },
    });
    expect(Object.keys(files).toSorted()).toEqual([
      'app/base.yaml',
      'app/log.txt',
      'app/new/policy.txt',
    ]);
    const about = ['FLUX_WL_KIND=deployment', 'FLUX_WL_NAME=web', 'FLUX_WL_NS=demo'];
    const workload = `FLUX_WORKLOAD=${web}`;
    const image = ['FLUX_CONTAINER=web', 'FLUX_IMG=nginx', 'FLUX_TAG=1.1'];
    const removed = ['FLUX_POLICY=locked'];
    const set = ['FLUX_POLICY=tag.web', 'FLUX_POLICY_VALUE=glob:*'];
    const all = [image, removed, set].flatMap((each) => [...each, ...about, workload]);
    expect(files['app/log.txt']?.trim().split('\n')).toEqual(all);
    expect(imagesIn(after)).toEqual(['nginx:1.1', 'busybox:1']);
  });

  it.each([
    ['  - policy: {command: "true"}\n', 'no update.containerImage commands to run in .flux.yaml'],
    [
      '  - containerImage: {command: "echo no >&2; exit 4"}\n',
      'error executing update command "echo no >&2; exit 4" from file ".flux.yaml": exit status 4, stderr: no',
    ],
  ])('says what is wrong with %s', async (updaters, why) => {
    await repository({ '.flux.yaml': flux(updaters), 'base.yaml': deployment('web') });
    await expect(change([], { id: web, images: { web: 'nginx:2' } })).rejects.toThrow(why);
  });

  it('leaves ignored files, links and the rest of the repository out', async () => {
    const command = 'echo a > ignored; ln -s /etc/passwd link; rm old.txt; echo 1 > a.txt';
    await repository({
      '.flux.yaml': flux(`  - containerImage: {command: '${command}'}\n`),
      'base.yaml': deployment('web'),
      '.gitignore': 'ignored\n',
      'old.txt': 'x',
    });
    const { files } = await change([], { id: web, images: { web: 'nginx:2' } });
    expect(files).toEqual({ 'a.txt': '1\n', 'old.txt': undefined });
  });
});

describe('a kustomization', () => {
  it('gets images in its own list, keeping comments and every other byte', async () => {
    const text = `# ours
resources:
- web.yaml   # the site
images:
- name: old   # renamed
  newName: nginx
  newTag: "1.0"
`;
    await repository({ 'kustomization.yaml': text, 'web.yaml': deployment('web', 'old:0') });
    const { files, after } = await change([], { id: web, images: { web: 'nginx:1.1' } });
    expect(files).toEqual({ 'kustomization.yaml': text.replace('"1.0"', '"1.1"') });
    expect(imagesIn(after)).toEqual(['nginx:1.1', 'busybox:1']);
  });

  it('gets an entry where there is none', async () => {
    await repository({
      'app/kustomization.yaml': 'namespace: demo\nresources: [web.yaml]\n',
      'app/web.yaml': deployment('web'),
    });
    const { files, after } = await change(['app'], {
      id: web,
      images: { web: 'nginx:1.1', side: 'busybox:2' },
    });
    expect(Object.keys(files)).toEqual(['app/kustomization.yaml']);
    expect(files['app/kustomization.yaml']).toBe(
      'namespace: demo\nresources: [web.yaml]\nimages:\n- name: nginx\n  newTag: "1.1"\n- name: busybox\n  newTag: "2"\n',
    );
    expect(imagesIn(after)).toEqual(['nginx:1.1', 'busybox:2']);
  });

  it('gets an entry in a list of either style', async () => {
    const files = {
      'a/kustomization.yaml': 'resources: [web.yaml]\nimages: [{name: x, newTag: "1"}]\n',
      'a/web.yaml': deployment('web'),
      'b/kustomization.yaml': 'images:\n  - name: x\n    newTag: v1\nresources: [web.yaml]\n',
      'b/web.yaml': deployment('web', 'nginx:1.0', 'other'),
    };
    await repository(files);
    const images = { web: 'nginx:1.1' };
    const { files: after } = await change(
      ['a', 'b'],
      { id: web, images },
      { id: 'other:deployment/web', images },
    );
    expect(after).toEqual({
      'a/kustomization.yaml':
        'resources: [web.yaml]\nimages: [{name: x, newTag: "1"}, {"name":"nginx","newTag":"1.1"}]\n',
      'b/kustomization.yaml':
        'images:\n  - name: x\n    newTag: v1\n  - name: nginx\n    newTag: "1.1"\nresources: [web.yaml]\n',
    });
  });

  it('makes a difference between users of one image in the patch file, as it does for policies', async () => {
    await repository({
      'kustomization.yaml': 'resources: [web.yaml, two.yaml]\n',
      'web.yaml': deployment('web'),
      'two.yaml': deployment('two'),
    });
    const { files, after } = await change([], {
      id: web,
      images: { web: 'nginx:1.1' },
      policies: { automated: 'true' },
    });
    expect(Object.keys(files)).toEqual(['flux-patch.yaml']);
    expect(imagesIn(after).toSorted()).toEqual([
      'busybox:1',
      'busybox:1',
      'nginx:1.0',
      'nginx:1.1',
    ]);
    git('pull', '-q', bare, 'master');
    const found = after.manifests.find(({ object }) => resourceId(object) === web);
    expect(found && policiesOf(found.object)).toEqual({ automated: 'true' });
  });

  it('takes over into its list what the patch file had', async () => {
    await repository({
      'kustomization.yaml': 'resources: [web.yaml]\n',
      'web.yaml': deployment('web'),
      'flux-patch.yaml': deployment('web', 'nginx:1.1'),
    });
    const { files, after } = await change([], { id: web, images: { web: 'nginx:1.2' } });
    expect(files['flux-patch.yaml']).toBe('');
    expect(imagesIn(after)).toEqual(['nginx:1.2', 'busybox:1']);
  });
});

describe('plain files', () => {
  it('change in their own bytes only', async () => {
    const text = `# kept\n${deployment('web').replace('nginx:1.0', 'nginx:1.0  # newest')}`;
    await repository({ 'web.yaml': text });
    const { files } = await change([], { id: web, images: { web: 'nginx:1.1' } });
    expect(files).toEqual({ 'web.yaml': text.replace('nginx:1.0', 'nginx:1.1') });
    expect(readFileSync(path.join(work, 'web.yaml'), 'utf8')).toBe(text);
  });
});
