import { execFile, execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, silentLogger, systemClock } from '../../base/index.ts';
import { buildImage, buildLayer, openImageStore, parseImage } from '../../lib/oci/index.ts';
import type { ImageStore, RegistryClient } from '../../lib/oci/index.ts';
import {
  buildFunction,
  createFromTemplate,
  imageName,
  parseStack,
  processLabel,
  shrinkwrapFunction,
} from './index.ts';
import type { BuildOptions, BuiltImage } from './index.ts';

const run = promisify(execFile);
let projectDir: string;
let store: ImageStore;
let clock: FakeClock;
const children: ChildProcess[] = [];

function write(files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(projectDir, path)), { recursive: true });
    writeFileSync(join(projectDir, path), content);
  }
}

function build(more: Partial<BuildOptions> = {}): Promise<BuiltImage> {
  return buildFunction({
    name: 'hello',
    image: 'localhost:5000/me/hello:1.0',
    lang: 'node',
    handler: './hello',
    projectDir,
    store,
    clock,
    log: silentLogger,
    ...more,
  });
}

async function configOf(image: string): Promise<Record<string, unknown>> {
  const { manifest } = (await store.find(parseImage(image)))!;
  return JSON.parse((await store.readBlob(manifest.config.digest)).toString()) as Record<
    string,
    unknown
  >;
}

/** Unpacks an image of ours with tar. */
async function unpack(image: string): Promise<string> {
  const dir = mkdtempSync(join(projectDir, 'rootfs-'));
  const { manifest } = (await store.find(parseImage(image)))!;
  for (const { digest } of manifest.layers) {
    const tar = gunzipSync(await store.readBlob(digest));
    execFileSync('tar', ['-x', '-C', dir], { input: tar });
  }
  return dir;
}

beforeEach(() => {
  projectDir = mkdtempSync(join(tmpdir(), 'trice-build-'));
  store = openImageStore({ dir: join(projectDir, '.store') });
  clock = new FakeClock();
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(projectDir, { recursive: true, force: true });
});

describe('createFromTemplate', () => {
  const made = { name: 'hello', lang: 'node', gateway: 'http://127.0.0.1:8080' };

  it('writes the folder, the stack file and .gitignore', async () => {
    write({ '.gitignore': 'node_modules' });
    const limits = { memory: '128Mi', cpu: '100m' };
    const created = await createFromTemplate({ ...made, projectDir, prefix: 'me', limits });
    expect(created).toMatchObject({ folder: 'hello', stackFile: 'hello.yml' });
    expect(created.welcome).toContain('Node.js');
    expect(readFileSync(join(projectDir, 'hello.yml'), 'utf8')).toBe(`version: 1.0
provider:
  name: openfaas
  gateway: http://127.0.0.1:8080
functions:
  hello:
    lang: node
    handler: ./hello
    image: me/hello:latest
    limits:
      memory: 128Mi
      cpu: 100m

`);
    expect(readFileSync(join(projectDir, '.gitignore'), 'utf8')).toBe(
      'node_modules\ntemplate\nbuild\n',
    );
    expect(readdirSync(join(projectDir, 'hello'))).toEqual(['handler.js', 'package.json']);
    expect(statSync(join(projectDir, 'hello')).mode & 0o777).toBe(0o700);
    await createFromTemplate({ ...made, name: 'two', projectDir, appendTo: 'hello.yml' });
    const stack = parseStack(readFileSync(join(projectDir, 'hello.yml'), 'utf8'));
    expect(stack.functions.map(({ name, image }) => [name, image])).toEqual([
      ['hello', 'me/hello:latest'],
      ['two', 'two:latest'],
    ]);
  });

  it.each([
    [{ name: 'Hello_1' }, 'function name can only contain a-z, 0-9 and dashes'],
    [{ lang: 'cobol' }, 'language template: "cobol" not supported; there are: dockerfile, node'],
    [{ lang: '../x' }, 'not the name of a template'],
  ])('refuses %j', async (more, message) => {
    await expect(createFromTemplate({ ...made, projectDir, ...more })).rejects.toThrow(message);
  });

  it('a Dockerfile function has all it needs', async () => {
    await createFromTemplate({ ...made, lang: 'dockerfile', projectDir });
    const folder = await shrinkwrapFunction({
      name: 'hello',
      image: 'hello',
      lang: 'dockerfile',
      handler: './hello',
      projectDir,
      store,
      clock,
      log: silentLogger,
    });
    expect(readdirSync(folder)).toEqual(['Dockerfile', 'server.js']);
  });

  it('writes over nothing', async () => {
    await createFromTemplate({ ...made, projectDir });
    await expect(createFromTemplate({ ...made, projectDir })).rejects.toMatchObject({
      code: 'exists',
    });
    rmSync(join(projectDir, 'hello'), { recursive: true });
    await expect(createFromTemplate({ ...made, projectDir })).rejects.toThrow(
      'hello.yml already exists',
    );
  });
});

describe('buildFunction', () => {
  it('makes an image that says how to run it, with the same digest for the same content', async () => {
    write({
      'hello/handler.js': 'module.exports = async () => 1;',
      'hello/build/x': 'x',
      'hello/template/y': 'y',
    });
    const one = await build();
    expect(one).toMatchObject({ builder: 'trice', layers: 2, cachedLayers: 0, warnings: [] });
    await clock.advance(60_000);
    const two = await build();
    expect(two).toEqual({ ...one, cachedLayers: 2 });
    expect((await build({ noCache: true })).digest).toBe(one.digest);
    const config = await configOf(one.image);
    expect(config).toMatchObject({ created: '2026-01-02T03:04:05.000Z', os: 'linux' });
    const { Labels, Cmd, WorkingDir } = config['config'] as {
      Labels: Record<string, string>;
      Cmd: string[];
      WorkingDir: string;
    };
    expect([Cmd, WorkingDir]).toEqual([['node', 'index.js'], '/home/app']);
    expect(JSON.parse(Labels[processLabel]!)).toEqual({
      command: ['node', 'index.js'],
      workdir: 'home/app',
    });
    const root = await unpack(one.image);
    expect(readdirSync(join(root, 'home/app')).toSorted()).toEqual([
      'function',
      'index.js',
      'package.json',
    ]);
    expect(readdirSync(join(root, 'home/app/function'))).toEqual(['handler.js']);
  });

  it('changes only the layer of what changed, and says so in a new time', async () => {
    write({
      'hello/handler.js': '1',
      'hello/package.json': '{"dependencies":{"a":"1"}}',
      'hello/node_modules/a/index.js': 'a',
    });
    const one = await build();
    expect(one.layers).toBe(3);
    await clock.advance(60_000);
    write({ 'hello/handler.js': '2' });
    const two = await build();
    expect(two.digest).not.toBe(one.digest);
    expect(two.cachedLayers).toBe(2);
    expect(await configOf(two.image)).toMatchObject({ created: '2026-01-02T03:05:05.000Z' });
  });

  it('builds many functions side by side', async () => {
    const names = Array.from({ length: 12 }, (_, at) => `fn-${at}`);
    write(
      Object.fromEntries(
        names.map((name) => [`${name}/handler.js`, `module.exports = () => '${name}';`]),
      ),
    );
    await Promise.all(names.map((name) => build({ name, handler: name, image: `me/${name}:1` })));
    expect(await store.list()).toHaveLength(12);
  });

  it('does not depend on the modes and times of the machine', async () => {
    write({ 'hello/handler.js': '1' });
    const one = await build({ image: 'a:1', created: new Date(0) });
    execFileSync('chmod', ['600', join(projectDir, 'hello/handler.js')]);
    execFileSync('touch', ['-d', '2001-01-01', join(projectDir, 'hello/handler.js')]);
    const two = await build({ image: 'a:2', created: new Date(0), noCache: true });
    expect(two.digest).toBe(one.digest);
  });

  it('builds upon an image with Node, for runtimes that start containers', async () => {
    write({ 'hello/handler.js': '1' });
    const layer = await buildLayer([{ path: 'usr/bin/node', content: 'node', mode: 0o755 }]);
    const config = {
      Env: ['PATH=/usr/bin', 'NODE_VERSION=24'],
      Entrypoint: ['/entry.sh'],
      User: 'app',
    };
    const made = buildImage({
      layers: [layer],
      config,
      created: new Date(0),
      architecture: 'arm64',
    });
    const client = {
      image: () => Promise.resolve(made),
      imageConfig: () => Promise.resolve(JSON.parse(made.configBytes.toString())),
      blob: () => Promise.resolve(new Blob([new Uint8Array(layer.bytes)]).stream()),
    } as unknown as RegistryClient;
    const built = await build({ base: { image: 'node:24', client } });
    expect(await configOf(built.image)).toMatchObject({
      architecture: 'arm64',
      config: {
        Env: ['PATH=/usr/bin', 'NODE_VERSION=24', 'fprocess=node index.js'],
        User: 'app',
        Cmd: ['node', 'index.js'],
      },
    });
    expect(JSON.stringify(await configOf(built.image))).not.toContain('entry.sh');
    const root = await unpack(built.image);
    expect(readdirSync(root).toSorted()).toEqual(['home', 'usr']);
  });

  it('warns of dependencies that are not installed', async () => {
    write({ 'hello/handler.js': '1', 'hello/package.json': '{"dependencies":{"left-pad":"1"}}' });
    expect((await build()).warnings[0]).toContain('left-pad');
  });

  it('takes the folders to copy along, and a handler that is the whole project', async () => {
    write({ 'shared/lib/x.js': 'x', 'hello/handler.js': '1', 'handler.js': '2' });
    const { image } = await build({ copy: ['shared/lib'] });
    expect(readdirSync(join(await unpack(image), 'home/app/function/shared/lib'))).toEqual([
      'x.js',
    ]);
    const whole = await shrinkwrapFunction({
      name: 'w',
      image: 'w',
      lang: 'node',
      handler: '.',
      projectDir,
      store,
      clock,
      log: silentLogger,
    });
    expect(existsSync(join(whole, 'function/hello/handler.js'))).toBe(true);
    expect(existsSync(join(whole, 'function/build'))).toBe(false);
  });

  it.each([
    ['a name that climbs', { name: '../x' }, 'can only contain'],
    ['a handler outside', { handler: '../' }, 'outside of the project'],
    ['a handler that is none', { handler: './none' }, 'does not exist'],
    ['a handler behind a link', { handler: './link' }, 'outside of the project'],
    ['a copy outside', { copy: ['../'] }, 'outside of the project'],
    ['no language', { lang: '' }, 'has no lang'],
    [
      'an unknown builder',
      { builder: 'podman', environment: { PATH: '/nonexistent' } },
      'podman, which was not found',
    ],
    [
      'a template of others without a tool',
      { lang: 'dockerfile', environment: { PATH: '/nonexistent' } },
      'needs buildah, podman or docker',
    ],
    ['ours asked for theirs', { lang: 'dockerfile', builder: 'trice' }, 'needs a container tool'],
  ])('refuses %s', async (_name, more, message) => {
    write({ 'hello/handler.js': '1' });
    symlinkSync('/etc', join(projectDir, 'link'));
    await expect(build(more as Partial<BuildOptions>)).rejects.toThrow(message);
  });

  it('refuses a link that leaves the folder', async () => {
    write({ 'hello/handler.js': '1' });
    symlinkSync('/etc/passwd', join(projectDir, 'hello', 'secret'));
    await expect(build()).rejects.toThrow('outside of the function');
  });
});

describe('imageName', () => {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@x', ...args], {
      cwd: projectDir,
      encoding: 'utf8',
    }).trim();
  const name = (image: string, tag: string) =>
    imageName(image, { tag, dir: projectDir, clock: systemClock });

  it('follows the rule of --tag', async () => {
    git('init', '-q', '-b', 'master');
    git('commit', '-q', '--allow-empty', '-m', 'one');
    const sha = git('rev-parse', '--short', 'HEAD');
    expect(await name('user/fn', 'branch')).toBe(`user/fn:latest-master-${sha}`);
    expect(await name('user/fn:0.2', 'branch')).toBe(`user/fn:0.2-master-${sha}`);
    expect(await name('localhost:5000/fn', 'sha')).toBe(`localhost:5000/fn:latest-${sha}`);
    expect(await name('fn', 'describe')).toBe(`fn:latest-${sha}`);
    git('tag', 'v1.2');
    expect(await name('fn', 'describe')).toBe('fn:latest-v1.2');
    git('checkout', '-q', '-b', 'feature/x');
    expect(await name('fn', 'branch')).toBe(`fn:latest-feature-x-${sha}`);
    for (const tag of ['', 'latest', 'default']) expect(await name('fn', tag)).toBe('fn:latest');
    await expect(name('fn', 'x')).rejects.toThrow("unknown image tag format: 'x'");
  });

  it.each([
    ['sha', 'cannot tag image with Git SHA as this is not a Git repository'],
    ['branch', 'cannot tag image with Git branch and SHA as this is not a Git repository'],
    ['describe', 'cannot tag image with Git Tag and SHA as this is not a Git repository'],
  ])('%s outside of a repository', async (tag, message) => {
    await expect(name('fn', tag)).rejects.toThrow(message);
  });
});

/** Builds a handler, unpacks the image and runs it as the process driver would; gives its address. */
async function serve(
  files: Record<string, string>,
  env: Record<string, string> = {},
): Promise<{ url: string; child: ChildProcess }> {
  write(Object.fromEntries(Object.entries(files).map(([path, text]) => [`hello/${path}`, text])));
  const { image } = await build();
  const root = await unpack(image);
  const port = await freePort();
  const child = spawn(process.execPath, ['index.js'], {
    cwd: join(root, 'home/app'),
    env: { port: String(port), TMPDIR: root, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stdout?.on('data', () => resolve());
    child.on('exit', (code) => reject(new Error(`exit ${code}: ${said}`)));
  });
  return { url: `http://127.0.0.1:${port}`, child };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('a function of the node template', () => {
  it('as the skeleton has it', async () => {
    await createFromTemplate({ name: 'hello', lang: 'node', gateway: 'http://x', projectDir });
    const { url } = await serve({});
    const body = '{"a":1}';
    const answer = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(await answer.json()).toEqual({ body, 'content-type': 'application/json' });
    expect(answer.headers.get('x-duration-seconds')).toMatch(/^\d+\.\d{6}$/);
    expect(await (await fetch(`${url}/_/health`)).text()).toBe('OK');
  });

  it('in TypeScript as a module, sees the whole call and answers with what it sets', async () => {
    const { url } = await serve({
      'handler.ts': `
import { one } from './other.ts';
interface Event { body: unknown; method: string; path: string; query: Record<string, string | string[]> }
export default async (event: Event, context: any): Promise<void> => {
  const { method, path, query, body } = event;
  context.status(201).headers({ 'x-one': one, 'content-type': 'text/csv' }).succeed(JSON.stringify({ method, path, query, body }));
};`,
      'other.ts': `export const one: string = 'one';`,
      'package.json': '{"main":"handler.js"}',
    });
    const answer = await fetch(`${url}/a%20b/c?x=1&x=2&y=3`, { method: 'PUT', body: 'text' });
    expect([
      answer.status,
      answer.headers.get('x-one'),
      answer.headers.get('content-type'),
    ]).toEqual([201, 'one', 'text/csv']);
    expect(await answer.json()).toEqual({
      method: 'PUT',
      path: '/a b/c',
      query: { x: ['1', '2'], y: '3' },
      body: 'text',
    });
  });

  it.each([
    [
      'curl -d of plain text',
      'application/x-www-form-urlencoded',
      'openfaas.com',
      '"openfaas.com"',
    ],
    ['a form', 'application/x-www-form-urlencoded', 'a=1&b=x+y', '{"a":"1","b":"x y"}'],
    ['JSON', 'application/json; charset=utf-8', '[1]', '[1]'],
    ['text', 'text/plain', 'hi', '"hi"'],
  ])('reads %s', async (_name, type, body, expected) => {
    const { url } = await serve({
      'handler.js': 'module.exports = async (event) => JSON.stringify(event.body);',
    });
    const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': type } });
    expect(await answer.text()).toBe(expected);
  });

  it('fails in every way it can, and stays up', async () => {
    const { url } = await serve(
      {
        'handler.js': `module.exports = (event, context, callback) => {
  if (event.path === '/throw') throw new Error('thrown');
  if (event.path === '/reject') return Promise.reject(new TypeError('rejected'));
  if (event.path === '/fail') return context.status(418).fail('a teapot');
  if (event.path === '/callback') return callback(null, { called: true });
  if (event.path === '/never') return new Promise(() => {});
  return Buffer.from([1, 2]);
};`,
      },
      { exec_timeout: '100ms', MAX_JSON_SIZE: '1kb' },
    );
    const get = async (path: string): Promise<[number, string]> => {
      const answer = await fetch(url + path);
      return [answer.status, await answer.text()];
    };
    expect(await get('/throw')).toEqual([500, 'Error: thrown']);
    expect(await get('/reject')).toEqual([500, 'TypeError: rejected']);
    expect(await get('/fail')).toEqual([418, 'a teapot']);
    expect(await get('/callback')).toEqual([200, '{"called":true}']);
    expect(await get('/never')).toEqual([504, 'no answer after 100 ms']);
    const bad = await fetch(url, {
      method: 'POST',
      body: '{',
      headers: { 'content-type': 'application/json' },
    });
    expect(bad.status).toBe(400);
    const large = await fetch(url, { method: 'POST', body: 'x'.repeat(2_000) });
    expect(large.status).toBe(413);
    expect(Buffer.from(await (await fetch(url)).arrayBuffer())).toEqual(Buffer.from([1, 2]));
  });

  it('told to stop, answers the calls under way and ends well', async () => {
    const { url, child } = await serve({
      'handler.js': `module.exports = (event) => event.path === '/slow'
  ? new Promise((resolve) => { console.log('begun'); setTimeout(resolve, 300, 'done'); }) : 'quick';`,
    });
    const begun = new Promise((resolve) => child.stdout?.once('data', resolve));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const slow = fetch(`${url}/slow`).then((answer) => answer.text());
    await begun;
    child.kill('SIGTERM');
    expect(await slow).toBe('done');
    expect(await ended).toBe(0);
  });

  it('says what is wrong with a handler that is none', async () => {
    await expect(serve({ 'handler.js': 'module.exports = 5;' })).rejects.toThrow(
      'exports no function',
    );
    rmSync(join(projectDir, 'hello'), { recursive: true });
    await expect(serve({ 'readme.md': 'x' })).rejects.toThrow('no handler');
  });
});

function onPath(program: string): boolean {
  return ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'].some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

describe('container tools', () => {
  it.skipIf(!onPath('buildah') || !onPath('skopeo'))(
    'buildah builds a Dockerfile into the store; skopeo reads it',
    async () => {
      write({
        'hello/Dockerfile': 'FROM scratch\nCOPY a.txt /a.txt\nLABEL x=y\nCMD ["/a.txt"]\n',
        'hello/a.txt': 'a',
      });
      const PATH = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';
      const settings = join(projectDir, 'storage.conf');
      writeFileSync(
        settings,
        `[storage]\ndriver = "vfs"\ngraphroot = "${projectDir}/graph"\nrunroot = "${projectDir}/run"\n`,
      );
      const environment = { PATH, HOME: projectDir, CONTAINERS_STORAGE_CONF: settings };
      const lines: string[] = [];
      const built = await build({
        lang: 'dockerfile',
        builder: 'buildah',
        environment,
        onLine: (line) => lines.push(line),
      });
      expect(built).toMatchObject({ builder: 'buildah', image: 'localhost:5000/me/hello:1.0' });
      expect(lines.join('\n')).toContain('COPY a.txt');
      const name = `oci:${store.dir}:localhost:5000/me/hello:1.0`;
      const { stdout } = await run('skopeo', ['inspect', `dir:${await copyOut(built.digest)}`], {
        env: { PATH },
      });
      expect(name).toContain('hello');
      expect(JSON.parse(stdout)).toMatchObject({ Labels: { x: 'y' } });
    },
  );
});

/** An image of the store as skopeo's `dir:` has it. */
async function copyOut(digest: string): Promise<string> {
  const dir = mkdtempSync(join(projectDir, 'dir-'));
  const manifest = await store.readBlob(digest);
  writeFileSync(join(dir, 'version'), 'Directory Transport Version: 1.1\n');
  writeFileSync(join(dir, 'manifest.json'), manifest);
  const { config, layers } = JSON.parse(manifest.toString()) as {
    config: { digest: string };
    layers: Array<{ digest: string }>;
  };
  for (const each of [config, ...layers])
    writeFileSync(join(dir, each.digest.slice(7)), await store.readBlob(each.digest));
  return dir;
}
