import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram, kubectls } from '../programs.ts';
import { startPlatform, type Platform } from './platform.ts';
import { createShell, trice, until, type Shell } from './shell.ts';

// The story of examples/openfaas-gitops, with the programs a person would use.
const home = mkdtempSync(path.join(tmpdir(), 'trice-story-'));
const at = (...parts: string[]): string => path.join(home, ...parts);
const data = at('data');
const repo = at('repo');
const fn = at('fn');
const kubectl = kubectls()[0]?.program ?? '';
const helm = findProgram('helm');

let shell: Shell;
let platform: Platform;
let registry = '';
let gitUrl = '';

const steps: Array<readonly [string, number]> = [];

/** A step of the story; its time is printed at the end. */
function step(name: string, work: () => Promise<void>, timeout = 90_000): void {
  it(
    name,
    async () => {
      const begin = performance.now();
      await work();
      steps.push([name, performance.now() - begin]);
    },
    timeout,
  );
}

const kube = (...args: string[]): Promise<string> => shell.run(kubectl, args);
const git = (...args: string[]): Promise<string> => shell.run('git', args, { cwd: repo });
const own = (...args: string[]): Promise<string> => shell.run(trice, args);

async function call(name: string, body?: string): Promise<string> {
  const answer = await fetch(
    `${platform.up.endpoints.gateway}/function/${name}`,
    body === undefined ? {} : { method: 'POST', body },
  );
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${text}`);
  return text;
}

async function push(message: string): Promise<void> {
  await git('add', '-A');
  await git('commit', '-q', '-m', message);
  await git('pull', '-q', '--rebase', 'origin', 'master');
  await git('push', '-q', 'origin', 'HEAD:master');
  await own('fluxctl', 'sync', '--k8s-fwd-ns', 'fluxcd');
}

const edit = (file: string, change: (text: string) => string): void =>
  writeFileSync(at(file), change(readFileSync(at(file), 'utf8')));

async function releaseField(field: string): Promise<string> {
  return kube('get', 'helmrelease', 'functions', '-n', 'openfaas-fn', '-o', `jsonpath={${field}}`);
}

async function start(): Promise<void> {
  platform = await startPlatform(createShell(home), data);
  shell = createShell(home, {
    KUBECONFIG: platform.up.kubeconfig,
    OPENFAAS_URL: platform.up.endpoints.gateway,
  });
  registry = new URL(platform.up.endpoints.registry).host;
  const login = JSON.parse(readFileSync(platform.up.credentials.git, 'utf8')) as {
    username: string;
    password: string;
  };
  const url = new URL('/demo/openfaas-gitops.git', platform.up.endpoints.git);
  [url.username, url.password] = [login.username, login.password];
  gitUrl = url.href;
}

describe.skipIf(kubectl === '')('OpenFaaS GitOps with Flux, end to end (needs kubectl)', () => {
  beforeAll(async () => {
    if (helm === undefined)
      console.log('helm is not on the PATH: its look at the release history is left out');
    await start();
  }, 90_000);

  afterAll(async () => {
    await platform?.stop();
    const width = Math.max(...steps.map(([name]) => name.length));
    console.log(
      steps
        .map(([name, ms]) => `${name.padEnd(width)} ${(ms / 1000).toFixed(2).padStart(7)} s`)
        .join('\n'),
    );
    rmSync(home, { recursive: true, force: true });
  });

  step('the demo is synced and all of it is ready', async () => {
    await until('both functions', async () => {
      const ready = await kube(
        'get',
        'deploy',
        '-n',
        'openfaas-fn',
        '-o',
        'jsonpath={.items[*].status.readyReplicas}',
      );
      return ready === '1 1' ? true : undefined;
    });
    const all = await kube('get', 'helmrelease,functions,deploy,pods', '-A');
    for (const text of [
      'helmrelease.helm.fluxcd.io/functions',
      'function.openfaas.com/certinfo',
      'deployment.apps/podinfo',
      'Running',
    ]) {
      expect(all).toContain(text);
    }
  });

  step('the functions answer', async () => {
    const api = new URL(platform.up.endpoints.api);
    expect(await until('certinfo', () => call('certinfo', `localhost:${api.port}`))).toMatch(
      /^Host localhost\nPort \d+\nIssuer .+\n/,
    );
    expect(JSON.parse(await call('podinfo/api/info'))).toMatchObject({ version: '3.1.0' });
  });

  step('a change of values in git upgrades the release', async () => {
    await shell.run('git', ['clone', '-q', gitUrl, repo]);
    const file = 'repo/releases/functions.yaml';
    edit(file, (text) => text.replace(/(podinfo:\n {6}image: .*\n)/, '$1      replicas: 2\n'));
    edit('repo/functions/templates/podinfo.yaml', (text) =>
      text.replace(
        '  labels:\n',
        '  annotations:\n    replicas: "{{ .Values.podinfo.replicas | default 1 }}"\n  labels:\n',
      ),
    );
    await push('two replicas of podinfo');
    await until('revision 2', async () =>
      (await own('helm', 'history', 'functions', '-n', 'openfaas-fn')).includes('\n2 ')
        ? true
        : undefined,
    );
    const history = await own('helm', 'history', 'functions', '-n', 'openfaas-fn');
    expect(history).toMatch(/\n1\s.*superseded.*\n2\s.*deployed/);
    if (helm)
      expect(await shell.run(helm, ['history', 'functions', '-n', 'openfaas-fn'])).toBe(history);
  });

  step('a sealed secret reaches the function as a file', async () => {
    await own('kubeseal', '--fetch-cert').then((pem) => writeFileSync(at('pub-cert.pem'), pem));
    const what = ['secret', 'generic', 'db-credentials', '-n', 'openfaas-fn'];
    const how = ['--from-literal=user=my-db-user', '--dry-run=client', '-o', 'json'];
    const secret = await kube('create', ...what, ...how);
    const sealed = await shell.run(
      trice,
      ['kubeseal', '--format=yaml', `--cert=${at('pub-cert.pem')}`],
      { stdin: secret },
    );
    expect(sealed).not.toContain('my-db-user');
    writeFileSync(at('repo/functions/templates/db-credentials.yaml'), sealed);
    await push('add db credentials');
    const user = await until('the secret', () =>
      kube(
        'get',
        'secret',
        'db-credentials',
        '-n',
        'openfaas-fn',
        '-o',
        'jsonpath={.data.user}',
      ).then((text) => text || undefined),
    );
    expect(Buffer.from(user, 'base64').toString()).toBe('my-db-user');
  });

  step('a new function: new, edit, commit, build, push', async () => {
    await shell.run('git', ['init', '-q', '-b', 'master', fn]);
    await shell.run(
      trice,
      ['faas-cli', 'new', 'myfn', '--lang', 'node', '--prefix', `${registry}/demo`],
      { cwd: fn },
    );
    writeFileSync(at('fn/myfn/handler.js'), handler('one'));
    const image = await buildAndPush('first version');
    writeFileSync(at('repo/functions/templates/myfn.yaml'), functionTemplate);
    edit('repo/functions/values.yaml', (text) => `${text}myfn:\n  image: ${image}\n`);
    edit('repo/releases/functions.yaml', (text) =>
      text
        .replace('\nspec:', '\n    filter.fluxcd.io/myfn: glob:latest-master-*\nspec:')
        .concat(`    myfn:\n      image: ${image}\n`),
    );
    await push('add myfn');
    expect(JSON.parse(await until('myfn', () => call('myfn')))).toEqual({
      version: 'one',
      user: 'my-db-user',
    });
  });

  step('a new build of it is found, committed, released and live', async () => {
    writeFileSync(at('fn/myfn/handler.js'), handler('two'));
    const image = await buildAndPush('second version');
    await until('the new version', async () =>
      (await call('myfn')).includes('two') ? true : undefined,
    );
    await git('pull', '-q', '--rebase', 'origin', 'master');
    expect(readFileSync(at('repo/releases/functions.yaml'), 'utf8')).toContain(image);
    expect(await git('log', '-1', '--format=%B')).toContain(image);
    const images = await own(
      'fluxctl',
      'list-images',
      '--k8s-fwd-ns',
      'fluxcd',
      '-n',
      'openfaas-fn',
      '-w',
      'openfaas-fn:helmrelease/functions',
    );
    expect(images).toContain(image.split(':').at(-1));
  });

  step('git revert brings the old version back', async () => {
    await own(
      'fluxctl',
      'deautomate',
      '--k8s-fwd-ns',
      'fluxcd',
      '-w',
      'openfaas-fn:helmrelease/functions',
    );
    await git('pull', '-q', '--rebase', 'origin', 'master');
    const commit = (await git('log', '--format=%H', '--grep', 'myfn:latest-master', '-1')).trim();
    await git('revert', '--no-edit', commit);
    await git('push', '-q', 'origin', 'HEAD:master');
    await own('fluxctl', 'sync', '--k8s-fwd-ns', 'fluxcd');
    await until('the old version', async () =>
      (await call('myfn')).includes('one') ? true : undefined,
    );
  });

  step('a broken file is reported and the rest goes on', async () => {
    writeFileSync(
      at('repo/namespaces/broken.yaml'),
      'apiVersion: v1\nkind: ConfigMap\n  metadata: [\n',
    );
    writeFileSync(
      at('repo/namespaces/good.yaml'),
      'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: good\n',
    );
    await push('one bad, one good').catch(() => {});
    await until('the good one', () => kube('get', 'namespace', 'good'));
    const report = await shell.tried(trice, ['get', 'sync']);
    expect(report.code).toBe(1);
    expect(report.out).toContain(
      'namespaces/broken.yaml:3: yaml: line 3: mapping values are not allowed',
    );
    const events = await until('the event', async () => {
      const found = await kube('get', 'events', '-A', '--field-selector', 'type=Warning');
      return found.includes('namespaces/broken.yaml') ? found : undefined;
    });
    expect(events).toContain('broken.yaml');
    rmSync(at('repo/namespaces/broken.yaml'));
    await push('mend it');
  });

  step('it is all still there after a stop and a start, and after kill -9', async () => {
    await kube('create', 'configmap', 'kept', '-n', 'good', '--from-literal=a=b');
    const revision = await releaseField('.status.revision');
    await platform.kill();
    await start();
    expect(await kube('get', 'configmap', 'kept', '-n', 'good', '-o', 'jsonpath={.data.a}')).toBe(
      'b',
    );
    await platform.stop();
    await start();
    expect(await releaseField('.status.revision')).toBe(revision);
    expect(JSON.parse(await until('myfn', () => call('myfn')))).toMatchObject({ version: 'one' });
  });

  step('deleting the release file removes its objects', async () => {
    await git('pull', '-q', '--rebase', 'origin', 'master');
    rmSync(at('repo/releases/functions.yaml'));
    await push('no functions any more');
    await until('no functions', async () => {
      const left = await kube('get', 'functions,deploy,pods', '-n', 'openfaas-fn', '-o', 'name');
      return left.trim() === '' ? true : undefined;
    });
    expect(existsSync(at('repo/functions/Chart.yaml'))).toBe(true);
  });
});

const handler = (version: string): string => `'use strict';
const { readFileSync } = require('node:fs');
module.exports = async (event, context) =>
  context.status(200).succeed({
    version: '${version}',
    user: readFileSync('/var/openfaas/secrets/user', 'utf8'),
  });
`;

const functionTemplate = `apiVersion: openfaas.com/v1alpha2
kind: Function
metadata:
  name: myfn
  labels:
{{ include "functions.labels" . | indent 4 }}
spec:
  name: myfn
  image: {{ .Values.myfn.image }}
  secrets:
    - db-credentials
`;

/** Commits, builds and pushes the function; the image's name. */
async function buildAndPush(message: string): Promise<string> {
  await shell.run('git', ['add', '-A'], { cwd: fn });
  await shell.run('git', ['commit', '-q', '-s', '-m', message], { cwd: fn });
  const built = await shell.run(trice, ['faas-cli', 'build', '--tag', 'branch', '-f', 'myfn.yml'], {
    cwd: fn,
  });
  const image = /Image: (\S+) built\./.exec(built)?.[1] ?? '';
  expect(image).toMatch(/\/demo\/myfn:latest-master-[0-9a-f]{7}$/);
  const pushed = await shell.run(trice, ['faas-cli', 'push', '--tag', 'branch', '-f', 'myfn.yml'], {
    cwd: fn,
  });
  expect(pushed).toContain(`Pushing myfn [${image}] done.`);
  return image;
}
