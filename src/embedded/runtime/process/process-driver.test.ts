import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../../base/index.ts';
import {
  buildImage,
  buildLayer,
  createRegistryClient,
  parseImage,
} from '../../../lib/oci/index.ts';
import { createRegistry } from '../../registry/index.ts';
import { driverContract } from '../driver.contract.ts';
import type { ContainerToStart, PodDriver, RunningContainer, Sandbox } from '../driver.ts';
import type { ContainerSpec, Pod } from '../pod/pod.ts';
import { processDriver } from './process-driver.ts';

const image = 'localhost:5999/alice/echo:1';
const signal = new AbortController().signal;
const how = { policy: 'IfNotPresent', signal };

/** Says what it sees: files by every way of reading, its address, and calls on itself. */
const program = `
import http from 'node:http';
import fs, { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
const secret = '/var/openfaas/secrets/key';
const ways = async () => ({
  sync: readFileSync(secret, 'utf8'),
  fsSync: fs.readFileSync(secret, 'utf8'),
  promise: await readFile(secret, 'utf8'),
  promises: await fs.promises.readFile(secret, 'utf8'),
  callback: await new Promise((done) => fs.readFile(secret, 'utf8', (_e, text) => done(text))),
  stream: await new Response(fs.createReadStream(secret)).text(),
  required: createRequire(import.meta.url)('fs').readFileSync(secret, 'utf8'),
  url: fs.readFileSync(new URL('file:///var/openfaas/secrets/key'), 'utf8'),
  list: fs.readdirSync('/var/openfaas/secrets').filter((each) => !each.startsWith('..')),
  exists: [fs.existsSync(secret), fs.existsSync('/var/openfaas/nothing')],
  send: typeof process.send,
  greeting: process.env.GREETING,
  cwd: process.cwd().endsWith('/home/app'),
  tmp: (fs.writeFileSync('/tmp/mine', 'x'), fs.readFileSync('/tmp/mine', 'utf8')),
});
const server = http.createServer(async (request, answer) => {
  if (request.url === '/exit') { answer.end('bye'); setTimeout(() => process.exit(3), 5); return; }
  if (request.url === '/self') {
    const inner = await fetch('http://localhost:8080/plain');
    answer.end(await inner.text()); return;
  }
  if (request.url === '/plain') return answer.end('plain ' + request.socket.localAddress);
  answer.end(JSON.stringify(await ways()));
});
process.on('SIGTERM', () => { console.error('going'); server.close(() => process.exit(0)); server.closeAllConnections(); });
server.listen(8080, () => console.log('ready'));
`;

let dir: string;
let driver: PodDriver;
let warnings: string[];
let transport: (request: Request) => Promise<Response>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'trice-process-'));
  const registry = createRegistry({
    dir: join(dir, 'registry'),
    log: silentLogger,
    clock: systemClock,
    onPush: () => {},
  });
  transport = async (request: Request): Promise<Response> =>
    registry(request, { address: '127.0.0.1' } as never);
  const client = createRegistryClient({ transport });
  const push = async (name: string, labels: Record<string, string>): Promise<void> => {
    const layer = await buildLayer([{ path: 'home/app/index.mjs', content: program }]);
    const built = buildImage({
      layers: [layer],
      config: { Labels: labels, Env: ['GREETING=hello'] },
      created: new Date(0),
    });
    const ref = parseImage(name);
    await client.pushBlob(ref, layer);
    await client.pushBlob(ref, { digest: built.configDigest, bytes: built.configBytes });
    await client.pushManifest(ref, { mediaType: built.mediaType, bytes: built.manifestBytes });
  };
  await push(image, {
    'dev.trice.process': JSON.stringify({ command: ['node', 'index.mjs'], workdir: 'home/app' }),
  });
  await push('localhost:5999/alice/other:1', {});
  warnings = [];
  driver = processDriver({
    dataDir: dir,
    clock: systemClock,
    log: { ...silentLogger, warn: (message) => warnings.push(message) },
    registry: { transport },
  });
});

afterAll(() => rm(dir, { recursive: true, force: true }));

driverContract('process', async () => ({
  driver,
  says: {
    name: 'c',
    image,
    command: ['node', '-e', 'console.log("out"); console.error("err"); process.exitCode = 3'],
  },
  serves: {
    name: 'c',
    image,
    command: [
      'node',
      '-e',
      'require("http").createServer((_, to) => to.end("a page")).listen(8080)',
    ],
  },
  exec: {
    hi: ['node', '-e', 'console.log("hi")'],
    four: ['node', '-e', 'process.exitCode = 4'],
  },
  close: async () => {},
}));

const spec: ContainerSpec = { name: 'echo', image };
function podOf(uid: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `echo-${uid}`, namespace: 'demo', uid },
    spec: { containers: [spec] },
  };
}

interface Started {
  readonly sandbox: Sandbox;
  readonly running: RunningContainer;
  readonly output: () => string;
  readonly ready: Promise<void>;
}

async function start(
  uid: string,
  extra: Partial<ContainerToStart> = {},
  by: PodDriver = driver,
): Promise<Started> {
  const folder = join(dir, 'pods', uid, 'volumes', 'secrets');
  const tmp = join(dir, 'pods', uid, 'volumes', 'tmp');
  await mkdir(folder, { recursive: true });
  await mkdir(tmp, { recursive: true });
  await writeFile(join(folder, 'key'), `secret of ${uid}`);
  const pulled = await by.pull(image, how);
  const sandbox = await by.openSandbox(podOf(uid), { podIP: undefined });
  let text = '';
  const { promise, resolve } = Promise.withResolvers<void>();
  const running = await sandbox.start({
    spec,
    image: pulled,
    env: {},
    mounts: [
      { mountPath: '/var/openfaas/secrets', hostPath: folder, readOnly: true },
      { mountPath: '/tmp', hostPath: tmp, readOnly: false },
    ],
    attempt: 0,
    log: (_stream, chunk) => {
      text += Buffer.from(chunk).toString();
      if (text.includes('ready')) resolve();
    },
    ...extra,
  });
  return { sandbox, running, output: () => text, ready: promise };
}

async function call({ sandbox }: Started, path: string): Promise<string> {
  const { host, port } = await sandbox.dial(8080);
  return (await fetch(`http://${host}:${port}${path}`)).text();
}

describe('the process driver', () => {
  it('runs images with the label and says for others what to install', async () => {
    expect(await driver.refuses(podOf('r'), spec, how)).toBeUndefined();
    const other = { ...spec, image: 'localhost:5999/alice/other:1' };
    expect(await driver.refuses(podOf('r'), other, how)).toContain('install podman or docker');
  });

  it('two pods listen on the same port, and each sees its own folders by every way of reading', async () => {
    const [one, two] = await Promise.all([start('one'), start('two')]);
    await Promise.all([one.ready, two.ready]);
    for (const [pod, name] of [
      [one, 'one'],
      [two, 'two'],
    ] as const) {
      const seen = JSON.parse(await call(pod, '/')) as Record<string, unknown>;
      const text = `secret of ${name}`;
      expect(seen).toEqual({
        sync: text,
        fsSync: text,
        promise: text,
        promises: text,
        callback: text,
        stream: text,
        required: text,
        url: text,
        list: ['key'],
        exists: [true, false],
        send: 'undefined',
        greeting: 'hello',
        cwd: true,
        tmp: 'x',
      });
    }
    expect(await call(one, '/self')).toBe(`plain ${one.sandbox.podIP}`);
    expect(warnings.filter((each) => each.includes('NO ISOLATION'))).toHaveLength(1);
    two.running.kill('SIGTERM');
    expect(await two.running.exited).toEqual({ exitCode: 0 });
    expect(two.output()).toContain('going');
    one.running.kill('SIGKILL');
    expect(await one.running.exited).toEqual({ exitCode: 137, signal: 9 });
    await one.sandbox.close();
    await two.sandbox.close();
  });

  it('pods that share an address listen on any free port, which dial knows', async () => {
    const shared = processDriver({
      dataDir: dir,
      clock: systemClock,
      log: silentLogger,
      registry: { transport },
      ownAddresses: false,
    });
    const [one, two] = await Promise.all([
      start('shared-one', {}, shared),
      start('shared-two', {}, shared),
    ]);
    await Promise.all([one.ready, two.ready]);
    expect([one.sandbox.podIP, two.sandbox.podIP]).toEqual(['127.0.0.1', '127.0.0.1']);
    expect(JSON.parse(await call(one, '/'))).toMatchObject({ sync: 'secret of shared-one' });
    expect(JSON.parse(await call(two, '/'))).toMatchObject({ sync: 'secret of shared-two' });
    await expect(one.sandbox.dial(9)).rejects.toThrow('nothing listens on port 9');
    await Promise.all([one.sandbox.close(), two.sandbox.close()]);
  });

  it('tells the exit code, and closing the place ends what still runs', async () => {
    const pod = await start('three');
    await pod.ready;
    await call(pod, '/exit');
    expect(await pod.running.exited).toEqual({ exitCode: 3 });
    const again = await start('three');
    await again.ready;
    await again.sandbox.close();
    expect((await again.running.exited).exitCode).toBe(137);
  });

  it('runs commands beside the program, with mounted paths translated', async () => {
    const pod = await start('four');
    const run = async (command: string[], stdin?: string) => {
      const executing = await pod.running.exec({
        command,
        tty: false,
        signal,
        ...(stdin === undefined ? {} : { stdin: new Blob([stdin]).stream() }),
      });
      const [out, err, code] = await Promise.all([
        new Response(executing.stdout).text(),
        new Response(executing.stderr).text(),
        executing.exit,
      ]);
      return { out, err, code };
    };
    expect(await run(['cat', '/var/openfaas/secrets/key'])).toEqual({
      out: 'secret of four',
      err: '',
      code: 0,
    });
    expect(await run(['sh', '-c', 'cat </var/openfaas/secrets/key; exit 7'])).toMatchObject({
      out: 'secret of four',
      code: 7,
    });
    expect(await run(['cat'], 'typed')).toMatchObject({ out: 'typed', code: 0 });
    await expect(run(['no-such-program'])).rejects.toThrow('no-such-program');
    await pod.sandbox.close();
  });

  it('a program that cannot start is a failure with a name', async () => {
    const pod = start('five', { command: ['/nowhere/at/all'] });
    await expect(pod).rejects.toThrow('container echo could not be started (/nowhere/at/all)');
  });

  it('processes end when the platform is killed, and a busy one is ended at the next start', async () => {
    const parent = spawn(
      process.execPath,
      [join(import.meta.dirname, 'testdata', 'parent.ts'), dir],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const { calm, busy } = JSON.parse(line.toString()) as { calm: number; busy: number };
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await gone(calm);
    expect(isAlive(busy)).toBe(true);
    const next = processDriver({
      dataDir: join(dir, 'parent'),
      clock: systemClock,
      log: silentLogger,
    });
    await next.sweep?.(new Set());
    await gone(busy);
    expect(
      await readFile(join(dir, 'parent', 'processes', String(busy)), 'utf8').catch(() => ''),
    ).toBe('');
  });

  it('tells how large an image was when it fetched it, and nothing when it had it', async () => {
    const fresh = processDriver({
      dataDir: join(dir, 'sized'),
      clock: systemClock,
      log: silentLogger,
      registry: { transport },
    });
    const first = await fresh.pull(image, how);
    expect([first.cached, (first.bytes ?? 0) > 0]).toEqual([false, true]);
    const again = await fresh.pull(image, how);
    expect([again.cached, again.bytes]).toEqual([true, undefined]);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<void> {
  for (let tries = 0; isAlive(pid); tries += 1) {
    if (tries > 200) throw new Error(`process ${pid} is still there`);
    await systemClock.sleep(20);
  }
}
