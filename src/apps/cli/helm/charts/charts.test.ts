import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProgram } from '../../../../../test/programs.ts';
import { FakeClock, silentLogger } from '../../../../base/index.ts';
import { createPki } from '../../../../embedded/apiserver/index.ts';
import { createRegistry } from '../../../../embedded/registry/index.ts';
import { listen } from '../../../../lib/http/index.ts';
import type { Handler, Listening, ListenOptions } from '../../../../lib/http/index.ts';
import { program } from '../index.ts';

let dir: string;
let servers: Listening[] = [];
const clock = new FakeClock('2026-01-02T03:04:05.000Z');

beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'helm-charts-'));
  for (const [name, text] of Object.entries(files)) await write(name, text);
});

afterEach(async () => {
  for (const server of servers) await server.close();
  servers = [];
  await rm(dir, { recursive: true, force: true });
});

const files: Record<string, string> = {
  'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\nappVersion: "1"\n',
  'web/values.yaml': '# kept\ncolour: red\n',
  'web/templates/cm.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {colour: "{{ .Values.colour }}"}\n',
};

async function write(name: string, text: string): Promise<void> {
  const file = path.join(dir, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

async function helm(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await program(argv, {
    stdin: (async function* () {
      yield Buffer.from('secret\n');
    })(),
    stdout: { write: (chunk) => void (out += chunk.toString()), isTTY: false },
    stderr: { write: (chunk) => void (err += chunk.toString()), isTTY: false },
    env: { HOME: dir },
    cwd: dir,
    signal: new AbortController().signal,
    clock,
  });
  return { code, out, err };
}

async function ok(...argv: string[]): Promise<string> {
  const { code, out, err } = await helm(...argv);
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  return out;
}

async function serve(handler: Handler, tls?: ListenOptions['tls']): Promise<string> {
  const given = tls === undefined ? {} : { tls };
  const server = await listen({ host: '127.0.0.1', port: 0, handler, ...given });
  servers.push(server);
  return `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${server.port}`;
}

const repository: Handler = async (request) => {
  const name = decodeURIComponent(new URL(request.url).pathname);
  const bytes = await readFile(path.join(dir, 'repo', name)).catch(() => undefined);
  return bytes === undefined
    ? new Response('', { status: 404 })
    : new Response(new Uint8Array(bytes));
};

async function fill(): Promise<void> {
  await ok('package', 'web', '-d', 'repo');
  await ok('package', 'web', '-d', 'repo', '--version', '1.2.3', '--app-version', '9');
  await ok('repo', 'index', 'repo');
}

describe('package and repo index', () => {
  it('pack a chart and list it, newest first', async () => {
    expect(await ok('package', 'web')).toBe(
      `Successfully packaged chart and saved it to: ${path.join(dir, 'web-0.1.0.tgz')}\n`,
    );
    expect(await ok('show', 'values', 'web-0.1.0.tgz')).toBe('# kept\ncolour: red\n\n');
    await fill();
    const index = await readFile(path.join(dir, 'repo/index.yaml'), 'utf8');
    expect(index.replaceAll(/[0-9a-f]{64}/g, 'DIGEST')).toBe(
      [
        'apiVersion: v1\nentries:\n  web:',
        '  - apiVersion: v2\n    appVersion: "9"\n    created: "2026-01-02T03:04:05Z"\n    digest: DIGEST\n    name: web\n    urls:\n    - web-1.2.3.tgz\n    version: 1.2.3',
        '  - apiVersion: v2\n    appVersion: "1"\n    created: "2026-01-02T03:04:05Z"\n    digest: DIGEST\n    name: web\n    urls:\n    - web-0.1.0.tgz\n    version: 0.1.0',
        'generated: "2026-01-02T03:04:05Z"\n',
      ].join('\n'),
    );
  });

  it.each<[string[], string]>([
    [['package'], 'need at least one argument, the path to the chart'],
    [['package', 'nope'], 'stat nope: no such file or directory'],
    [['package', 'web', '--version', 'x'], 'invalid semantic version'],
    [['package', 'web', '--sign'], '--sign is not supported: charts are not signed here'],
    [['template', 'web', '--enable-dns'], '--enable-dns is not supported: templates do not'],
    [['template', 'web', '--verify'], '--verify is not supported: signatures of charts'],
    [['list', '--qps', '5'], '--qps is not supported: requests are not throttled by the client'],
    [['template', 'web', '--dry-run=x'], 'invalid dry-run flag. Flag must one of the following'],
    [['dependency', 'update', 'nope'], 'could not find nope: stat nope: no such file or directory'],
    [['create', 'a b'], 'chart name must match the regular expression "^[a-zA-Z0-9._-]+$"'],
  ])('%j fails', async (argv, text) => {
    const { code, err } = await helm(...argv);
    expect(code).toBe(1);
    expect(err).toContain(`Error: ${text}`);
  });
});

describe('repo, search and pull', () => {
  it('know a repository from add to remove', async () => {
    await fill();
    const url = await serve(repository);
    expect((await helm('repo', 'list')).err).toBe('Error: no repositories to show\n');
    expect(await ok('repo', 'add', 'a', url)).toBe('"a" has been added to your repositories\n');
    expect(await ok('repo', 'add', 'a', url)).toBe(
      '"a" already exists with the same configuration, skipping\n',
    );
    expect((await helm('repo', 'add', 'a', `${url}/other`)).err).toBe(
      'Error: repository name (a) already exists, please specify a different name\n',
    );
    expect(await ok('repo', 'list', '-o', 'json')).toBe(`[{"name":"a","url":"${url}"}]\n`);
    expect(await ok('repo', 'update')).toContain(
      '...Successfully got an update from the "a" chart repository\n',
    );
    expect(await ok('search', 'repo', 'web', '-l')).toBe(
      'NAME \tCHART VERSION\tAPP VERSION\tDESCRIPTION\na/web\t1.2.3        \t9          \t           \na/web\t0.1.0        \t1          \t           \n',
    );
    await ok('pull', 'a/web');
    await ok('pull', 'a/web', '--version', '<1', '--untar', '--untardir', 'out');
    expect(await readdir(dir)).toContain('web-1.2.3.tgz');
    expect(await readFile(path.join(dir, 'out/web/Chart.yaml'), 'utf8')).toContain(
      'version: 0.1.0',
    );
    expect((await helm('pull', 'a/web', '--untar')).err).toBe(
      'Error: failed to untar: a file or directory with the name web already exists\n',
    );
    expect(await ok('template', 'a/web', '--version', '0.1.0')).toContain('colour: "red"');
    expect((await helm('pull', 'a/nope')).err).toBe(
      'Error: chart "nope" matching  not found in a index. (try \'helm repo update\'): no chart name found\n',
    );
    expect(await ok('repo', 'remove', 'a')).toBe('"a" has been removed from your repositories\n');
    expect((await helm('pull', 'a/web')).err).toBe('Error: repo a not found\n');
  });

  it('send a password to the repository and to no other host', async () => {
    await fill();
    const seen: (string | null)[] = [];
    const elsewhere = await serve((request) => {
      seen.push(request.headers.get('authorization'));
      return repository(request);
    });
    const asked: (string | null)[] = [];
    const url = await serve((request) => {
      asked.push(request.headers.get('authorization'));
      const { pathname } = new URL(request.url);
      return pathname.endsWith('.tgz')
        ? Response.redirect(`${elsewhere}${pathname}`, 302)
        : repository(request);
    });
    await ok('repo', 'add', 'a', url, '--username', 'u', '--password-stdin');
    await ok('pull', 'a/web');
    const basic = `Basic ${Buffer.from('u:secret').toString('base64')}`;
    expect(asked).toEqual([basic, basic]);
    expect(seen).toEqual([null]);
  });

  it('show a client certificate, and trust the named CA only', async () => {
    await fill();
    const pki = await createPki({ dir: path.join(dir, 'pki'), clock, hosts: ['127.0.0.1'] });
    await write('ca.pem', pki.caPem);
    await write('client.pem', pki.clientCertPem);
    await write('client.key', pki.clientKeyPem);
    const tls = { cert: pki.serverCertPem, key: pki.serverKeyPem, ca: pki.caPem };
    const url = await serve((request, peer) => {
      return peer?.certificate === undefined
        ? new Response('', { status: 403 })
        : repository(request);
    }, tls);
    const client = ['--cert-file', 'client.pem', '--key-file', 'client.key'];
    const pull = ['pull', 'web', '--repo', url];
    expect((await helm(...pull)).err).toContain('is not a valid chart repository');
    expect((await helm(...pull, '--ca-file', 'ca.pem')).err).toContain('403');
    expect((await helm(...pull, '--ca-file', 'ca.pem', '--cert-file', 'client.pem')).err).toContain(
      'needs both --cert-file and --key-file',
    );
    await ok(...pull, '--ca-file', 'ca.pem', ...client);
    await ok(...pull, '--insecure-skip-tls-verify', '--version', '0.1.0', ...client);
    expect(await readdir(dir)).toEqual(expect.arrayContaining(['web-0.1.0.tgz', 'web-1.2.3.tgz']));
  });
});

async function writeParent(url: string): Promise<void> {
  await write(
    'par/Chart.yaml',
    `apiVersion: v2\nname: par\nversion: 0.1.0\ndependencies:\n- {name: web, version: ">=1", repository: "${url}"}\n- {name: sib, version: "*", repository: "file://../sib"}\n`,
  );
  await write('sib/Chart.yaml', 'apiVersion: v2\nname: sib\nversion: 0.3.0\n');
}

describe('dependency', () => {
  it('fills charts/, locks, notices a change, and builds from the lock', async () => {
    await fill();
    await ok('repo', 'add', 'a', await serve(repository));
    await writeParent('@a');
    expect(await ok('dependency', 'list', 'par')).toMatch(/missing[^]*missing/);
    expect(await ok('dep', 'up', 'par')).toContain('Saving 2 charts\nDownloading web from repo ');
    expect(await readdir(path.join(dir, 'par/charts'))).toEqual(['sib-0.3.0.tgz', 'web-1.2.3.tgz']);
    expect(await ok('dep', 'list', 'par')).toMatch(/web.*ok\s[^]*sib.*ok\s/);
    const lock = await readFile(path.join(dir, 'par/Chart.lock'), 'utf8');
    await rm(path.join(dir, 'par/charts'), { recursive: true });
    await ok('dep', 'build', 'par', '--skip-refresh');
    expect(await readdir(path.join(dir, 'par/charts'))).toEqual(['sib-0.3.0.tgz', 'web-1.2.3.tgz']);
    expect(await readFile(path.join(dir, 'par/Chart.lock'), 'utf8')).toBe(lock);
    const text = await readFile(path.join(dir, 'par/Chart.yaml'), 'utf8');
    await write('par/Chart.yaml', text.replace('>=1', '>=9'));
    expect((await helm('dep', 'build', 'par')).err).toBe(
      'Error: the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml). Please update the dependencies\n',
    );
    expect((await helm('dep', 'update', 'par', '--skip-refresh')).err).toContain(
      'can\'t get a valid version for 1 subchart(s): "web" (repository ',
    );
    expect(await readdir(path.join(dir, 'par/charts'))).toEqual(['sib-0.3.0.tgz', 'web-1.2.3.tgz']);
  });

  it('comes by itself with --dependency-update', async () => {
    await fill();
    await writeParent(await serve(repository));
    expect((await helm('template', 'par')).err).toContain('missing in charts/ directory: web, sib');
    expect(await ok('template', 'par', '--dependency-update')).toContain('colour: "red"');
    await ok('package', 'par', '-u');
  });
});

describe('charts in a registry', () => {
  it('go there and come back', async () => {
    const registry = createRegistry({
      dir: path.join(dir, 'registry'),
      log: silentLogger,
      clock,
      onPush: () => {},
    });
    const place = (await serve(registry)).replace('http:', 'oci:') + '/charts';
    await fill();
    const pushed = await helm('push', 'repo/web-0.1.0.tgz', place);
    expect(pushed.err).toMatch(/^Pushed: .*\/charts\/web:0\.1\.0\nDigest: sha256:[0-9a-f]{64}\n$/);
    await ok('push', 'repo/web-1.2.3.tgz', place);
    await mkdir(path.join(dir, 'got'));
    await ok('pull', `${place}/web`, '-d', 'got');
    await ok('pull', `${place}/web`, '--version', '<1', '-d', 'got');
    for (const name of ['web-0.1.0.tgz', 'web-1.2.3.tgz']) {
      const [sent, got] = await Promise.all(
        ['repo', 'got'].map((folder) => readFile(path.join(dir, folder, name))),
      );
      expect(got).toEqual(sent);
    }
    expect((await helm('pull', `${place}/web`, '--version', '>7')).err).toBe(
      'Error: Could not locate a version matching provided version string >7\n',
    );
    expect(await ok('template', `${place}/web`)).toContain('colour: "red"');
    await writeParent(place);
    await ok('dep', 'update', 'par');
    expect(await readdir(path.join(dir, 'par/charts'))).toEqual(['sib-0.3.0.tgz', 'web-1.2.3.tgz']);
    expect((await helm('push', 'repo/web-1.2.3.tgz', 'http://x')).err).toBe(
      'Error: scheme "http" not supported\n',
    );
  });
});

describe('create', () => {
  it('makes a chart that lints and renders with everything switched on', async () => {
    expect(await ok('create', 'my-app')).toBe('Creating my-app\n');
    const on = 'ingress.enabled=true,httpRoute.enabled=true,autoscaling.enabled=true';
    const text = await ok('template', 'my-app', '--set', on);
    const kinds = [...text.matchAll(/^kind: (.*)$/gm)].map(([, kind]) => kind);
    expect(kinds.toSorted((a, b) => (a! < b! ? -1 : 1))).toEqual(
      'Deployment HTTPRoute HorizontalPodAutoscaler Ingress Pod Service ServiceAccount'.split(' '),
    );
    expect(await ok('lint', 'my-app')).toContain('1 chart(s) linted, 0 chart(s) failed');
    expect((await helm('create', 'my-app')).err).toContain('already exists. Overwriting.');
  });
});

const real = findProgram('helm');

describe('beside the real helm', () => {
  const run = (...argv: string[]): string => {
    const { stdout, stderr } = spawnSync(real ?? '', argv, {
      cwd: dir,
      env: { HOME: dir },
      encoding: 'utf8',
    });
    return stdout + stderr;
  };

  it.skipIf(real === undefined)('helm: reads what we packed, listed and locked', async () => {
    await fill();
    await ok('repo', 'add', 'a', await serve(repository));
    await writeParent('@a');
    await ok('dep', 'update', 'par');
    expect(run('show', 'values', 'repo/web-1.2.3.tgz')).toBe('# kept\ncolour: red\n\n');
    expect(run('dependency', 'list', 'par')).toBe(await ok('dependency', 'list', 'par'));
    expect(run('search', 'repo', '-l')).toBe(await ok('search', 'repo', '-l'));
    expect(run('repo', 'list')).toBe(await ok('repo', 'list'));
    expect(run('template', 'par')).toBe(await ok('template', 'par'));
    run('repo', 'index', 'repo');
    const mask = (text: string): string => text.replaceAll(/"20\d\d-[^"]*"/g, 'TIME');
    const theirs = await readFile(path.join(dir, 'repo/index.yaml'), 'utf8');
    await ok('repo', 'index', 'repo');
    expect(mask(await readFile(path.join(dir, 'repo/index.yaml'), 'utf8'))).toBe(mask(theirs));
  });
});
