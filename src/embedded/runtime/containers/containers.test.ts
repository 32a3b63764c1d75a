import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger, systemClock, type KubeObject } from '../../../base/index.ts';
import { listen, type Listening } from '../../../lib/http/index.ts';
import {
  buildImage,
  buildLayer,
  createRegistryClient,
  parseImage,
} from '../../../lib/oci/index.ts';
import { connect, kinds } from '../../../lib/kube/index.ts';
import { createApiServer } from '../../apiserver/index.ts';
import { startWorkloads } from '../../workloads/index.ts';
import { createRegistry } from '../../registry/index.ts';
import { driverContract } from '../driver.contract.ts';
import type { ContainerToStart, PodDriver } from '../driver.ts';
import type { ContainerSpec, Pod } from '../pod/pod.ts';
import { startRuntime, type NodeRuntime } from '../start-runtime.ts';
import { containersDriver } from './containers-driver.ts';
import type { NetworkOptions } from './network/cluster-network.ts';

// Real containers of podman, from an image made here of a static busybox and pushed to our registry.

const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((each) => existsSync(each));
/** Hosts without control groups of version 2, or inside of another container, need these. */
const restricted = ['--runtime=runc', '--ulimit=nofile=1024:1024', '--ulimit=nproc=1000:1000'];
const { signal } = new AbortController();
const how = { policy: 'IfNotPresent', signal };

let dir: string;
let registry: Listening;
let base: string;

function works(args: readonly string[]): boolean {
  try {
    execFileSync('podman', [...args], { stdio: 'pipe', timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}

/** The arguments with which podman can run a container here; undefined when it cannot. */
function findArguments(): readonly string[] | undefined {
  if (busybox === undefined || process.platform !== 'linux' || !works(['version']))
    return undefined;
  try {
    const probe = 'localhost/trice-probe:1';
    const maxBuffer = 2 ** 26;
    const folder = busybox.slice(0, busybox.lastIndexOf('/'));
    const tar = execFileSync('tar', ['-C', folder, '-c', 'busybox'], { maxBuffer });
    execFileSync('podman', ['import', '-', probe], { input: tar, stdio: 'pipe' });
    const run = (extra: readonly string[]): boolean =>
      works(['run', '--rm', ...extra, probe, '/busybox', 'true']);
    const found = [[], restricted].find(run);
    works(['rmi', '-f', probe]);
    return found;
  } catch {
    return undefined;
  }
}

const engineArguments = findArguments();
const isMissing = engineArguments === undefined;

/** The container of a pod, as the engine calls it. */
function nameOf({ metadata: { name, namespace, uid } }: KubeObject): string {
  return `trice_c_${name}_${namespace}_${uid}_0`;
}

/** What stays for the next start of a platform, and is of no use when its folder is gone. */
function removeNetwork(dataDir: string): void {
  const platform = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  works(['rm', '-f', '-t', '0', `trice_proxy_${platform}`]);
  works(['network', 'rm', '-f', `trice-${platform}`]);
}

const driverIn = (dataDir: string, network?: NetworkOptions): PodDriver =>
  containersDriver({
    ...(network === undefined ? {} : { network }),
    engine: { name: 'podman', environment: process.env },
    engineArguments: engineArguments ?? [],
    dataDir,
    clock: systemClock,
    log: silentLogger,
    registry: { insecureHosts: [`localhost:${registry.port}`] },
  });

async function begin(): Promise<void> {
  if (dir !== undefined) return;
  dir = await mkdtemp(join(tmpdir(), 'trice-containers-'));
  const handler = createRegistry({
    dir: join(dir, 'registry'),
    log: silentLogger,
    clock: systemClock,
    onPush: () => {},
  });
  registry = await listen({ handler, host: '127.0.0.1', port: 0 });
  base = `localhost:${registry.port}/base/busybox:1`;
  const links = [
    'sh',
    'cat',
    'echo',
    'sleep',
    'httpd',
    'id',
    'hostname',
    'tty',
    'rm',
    'wget',
    'touch',
  ];
  const layer = await buildLayer([
    { path: 'bin/busybox', content: await readFile(busybox ?? ''), mode: 0o755 },
    ...links.map((name) => ({ path: `bin/${name}`, content: 'busybox', link: true })),
    { path: 'www/index.html', content: 'a page\n' },
    { path: 'etc/passwd', content: 'root:x:0:0::/:/bin/sh\n' },
  ]);
  const config = { Env: ['PATH=/bin'], Cmd: ['sh'] };
  const built = buildImage({ layers: [layer], config, created: new Date(0) });
  const client = createRegistryClient({ insecureHosts: [`localhost:${registry.port}`] });
  const ref = parseImage(base);
  await client.pushBlob(ref, layer);
  await client.pushBlob(ref, { digest: built.configDigest, bytes: built.configBytes });
  await client.pushManifest(ref, { mediaType: built.mediaType, bytes: built.manifestBytes });
}

const serves = 'trap "exit 0" TERM; httpd -f -p 8080 -h /www & while :; do sleep 0.1; done';

driverContract(
  'podman',
  async () => {
    await begin();
    return {
      driver: driverIn(dir),
      says: { name: 'c', image: base, command: ['sh', '-c', 'echo out; echo err >&2; exit 3'] },
      serves: {
        name: 'c',
        image: base,
        command: ['sh', '-c', serves],
        ports: [{ containerPort: 8080 }],
      },
      exec: { hi: ['echo', 'hi'], four: ['sh', '-c', 'exit 4'] },
      close: async () => {},
    };
  },
  isMissing,
);

describe.skipIf(isMissing)('podman: containers of a pod', () => {
  beforeAll(begin, 60_000);
  afterAll(async () => {
    // Also what a test that failed has left.
    for (const folder of [dir, join(dir, 'services')]) await driverIn(folder).sweep?.(new Set());
    removeNetwork(join(dir, 'services'));
    works(['rmi', '-f', base]);
    await registry.close();
    await rm(dir, { recursive: true, force: true });
  }, 60_000);

  const podOf = (uid: string, more: Record<string, unknown>, spec: ContainerSpec): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: uid, namespace: 'demo', uid: `uid-${uid}` },
    spec: { containers: [spec], ...more },
  });
  const start = async (
    driver: PodDriver,
    pod: Pod,
    more: Partial<ContainerToStart> = {},
    written: string[] = [],
  ) => {
    const [spec] = pod.spec.containers;
    if (spec === undefined) throw new Error('no container');
    const sandbox = await driver.openSandbox(pod, { podIP: undefined });
    const running = await sandbox.start({
      spec,
      image: await driver.pull(spec.image, how),
      env: {},
      ...(spec.command === undefined ? {} : { command: spec.command }),
      mounts: [],
      attempt: 0,
      log: (_stream, chunk) => written.push(Buffer.from(chunk).toString()),
      ...more,
    });
    return { sandbox, running };
  };

  it('sees environment, folders, host name and user; a pod shares its network', async () => {
    const driver = driverIn(dir);
    const script =
      'echo "$SECRET|$PATH|$(hostname)|$(id -u):$(id -g)|$(cat /data/in)"; touch /ro/x || echo kept';
    const spec = {
      name: 'c',
      image: base,
      command: ['sh', '-c', script],
      securityContext: { runAsUser: 1001, runAsGroup: 1002, capabilities: { drop: ['ALL'] } },
      resources: { limits: { cpu: '500m', memory: '64Mi' } },
    };
    const pod = podOf('sees', { hostname: 'front' }, spec);
    const folder = join(dir, 'a folder, named');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'in'), 'held');
    const written: string[] = [];
    const env = { SECRET: 'two\nlines', PATH: '/bin:/other' };
    const mounts = [
      { mountPath: '/data', hostPath: folder, readOnly: false },
      { mountPath: '/ro', hostPath: folder, readOnly: true },
    ];
    const { sandbox, running } = await start(driver, pod, { env, mounts }, written);
    expect(await running.exited).toEqual({ exitCode: 0 });
    expect(written.join('')).toContain('two\nlines|/bin:/other|front|1001:1002|held\n');
    expect(written.join('')).toContain('kept\n');
    await sandbox.close();
  }, 30_000);

  it('runAsNonRoot holds back an image of root', async () => {
    const spec = { name: 'c', image: base, securityContext: { runAsNonRoot: true } };
    const pod = podOf('nonroot', {}, spec);
    const driver = driverIn(dir);
    await expect(start(driver, pod)).rejects.toThrow(
      'container has runAsNonRoot and image will run as root',
    );
    await (await driver.openSandbox(pod, { podIP: undefined })).close();
  }, 30_000);

  it('a command that is not there is told in a sentence, and leaves nothing behind', async () => {
    const pod = podOf('absent', {}, { name: 'c', image: base, command: ['/nothing'] });
    const driver = driverIn(dir);
    await expect(start(driver, pod)).rejects.toThrow(/^podman run: .*\/nothing/);
    const sandbox = await driver.openSandbox(pod, { podIP: undefined });
    expect([...(sandbox.running ?? [])]).toEqual([]);
    await sandbox.close();
  }, 30_000);

  it('gives a terminal, joins the program, and tells what it uses', async () => {
    const reads = 'while read line; do echo "got $line"; done';
    const spec = { name: 'c', image: base, command: ['sh', '-c', reads], stdin: true };
    const { sandbox, running } = await start(driverIn(dir), podOf('tty', {}, spec));
    const stdin = (text: string): ReadableStream<Uint8Array> => new Blob([text]).stream();
    const shell = await running.exec({
      command: ['sh'],
      tty: true,
      stdin: stdin('tty; exit 5\n'),
      signal,
    });
    expect(await new Response(shell.stdout).text()).toContain('/dev/pts/');
    expect(await shell.exit).toBe(5);
    const usage = await sandbox.usage?.();
    expect(usage?.get('c')?.memoryBytes).toBeGreaterThan(1000);
    const stop = new AbortController();
    const joined = await running.attach?.({
      tty: false,
      stdin: new ReadableStream({ start: (to) => to.enqueue(Buffer.from('this\n')) }),
      signal: stop.signal,
    });
    const reader = joined?.stdout.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('got this\n');
    stop.abort();
    await sandbox.close();
  }, 30_000);

  it('a pod serves, survives a liveness kill and a restart of the node, and keeps its data', async () => {
    const stop = new AbortController();
    const ports = { clock: systemClock, log: silentLogger, nodeName: 'trice' };
    const server = await createApiServer({ storePath: ':memory:', ...ports });
    const cluster = connect({ transport: server.transport });
    const volumesDir = join(dir, 'volumes');
    const loops = startWorkloads({ ...ports, signal: stop.signal, cluster, caPem: '', volumesDir });
    const startNode = (signal: AbortSignal): NodeRuntime =>
      startRuntime({ ...ports, signal, cluster, dataDir: dir, drivers: [driverIn(dir)] });
    const first = new AbortController();
    const node = startNode(first.signal);
    const namespace = 'web';
    const make = (apiVersion: string, kind: string, name: string, spec: object): KubeObject => ({
      apiVersion,
      kind,
      metadata: { name, namespace, labels: { app: name } },
      spec,
    });
    await cluster.create(kinds.Namespace, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    });
    await expect
      .poll(() => cluster.get(kinds.ServiceAccount, { namespace, name: 'default' }))
      .toBeDefined();
    const claimSpec = {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'standard',
      resources: { requests: { storage: '1Gi' } },
    };
    const claim = make('v1', 'PersistentVolumeClaim', 'data', claimSpec);
    await cluster.create(kinds.PersistentVolumeClaim, claim);
    const container = {
      name: 'c',
      image: base,
      command: [
        'sh',
        '-c',
        `echo x >> /data/starts; cat /data/starts > /data/index.html; httpd -p 8080 -h /data; touch /data/live; ${'while :; do sleep 0.1; done'}`,
      ],
      ports: [{ containerPort: 8080 }],
      volumeMounts: [{ name: 'data', mountPath: '/data' }],
      livenessProbe: {
        exec: { command: ['cat', '/data/live'] },
        periodSeconds: 1,
        failureThreshold: 1,
        timeoutSeconds: 5,
      },
      readinessProbe: {
        httpGet: { path: '/index.html', port: 8080 },
        periodSeconds: 1,
        timeoutSeconds: 5,
      },
    };
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    const spec = { containers: [container], volumes, terminationGracePeriodSeconds: 1 };
    await cluster.create(kinds.Pod, make('v1', 'Pod', 'web', spec));
    const key = { namespace, name: 'web' };
    type Status = {
      podIP: string;
      containerStatuses: Array<{ ready: boolean; restartCount: number; containerID: string }>;
    };
    const look = async (): Promise<Status> =>
      ((await cluster.get(kinds.Pod, key))?.['status'] ?? {}) as unknown as Status;
    const soon = { timeout: 30_000, interval: 100 };
    const state = async () => {
      const each = (await look()).containerStatuses?.[0];
      return `${each?.ready} ${each?.restartCount}`;
    };
    await expect.poll(state, soon).toBe('true 0');
    const pod = await cluster.get(kinds.Pod, key);
    if (pod === undefined) throw new Error('no pod');
    const page = async (runtime: NodeRuntime): Promise<string> => {
      const { host, port } = await runtime.dial(pod, 8080);
      return (await fetch(`http://${host}:${port}/index.html`)).text();
    };
    expect(await page(node)).toBe('x\n');
    const command = ['sh', '-c', 'rm /data/live'];
    await (
      await node.exec(pod, { container: 'c', command, tty: false, signal })
    ).exit;
    await expect.poll(state, soon).toBe('true 1');
    expect(await page(node)).toBe('x\nx\n');
    const before = (await look()).containerStatuses[0]?.containerID;
    first.abort();
    await node.done;
    const again = startNode(stop.signal);
    await expect.poll(() => page(again).catch(() => ''), soon).toBe('x\nx\n');
    expect(await state()).toBe('true 1');
    expect((await look()).containerStatuses[0]?.containerID).toBe(before);
    await cluster.delete(kinds.Pod, key);
    await expect.poll(() => cluster.get(kinds.Pod, key), soon).toBeUndefined();
    expect(await readdir(volumesDir)).toHaveLength(1);
    await cluster.delete(kinds.PersistentVolumeClaim, { namespace, name: 'data' });
    await expect.poll(() => readdir(volumesDir), soon).toEqual([]);
    stop.abort();
    await Promise.all([loops.done, again.done]);
    await server.close();
  }, 120_000);

  it('pods reach services by name and address, and the API server; also while the platform is away', async () => {
    const stop = new AbortController();
    const ports = { clock: systemClock, log: silentLogger, nodeName: 'trice' };
    const server = await createApiServer({ storePath: ':memory:', ...ports });
    const api = await server.listen({ host: '127.0.0.1', port: 0 });
    const cluster = connect({ transport: server.transport });
    const loops = startWorkloads({ ...ports, signal: stop.signal, cluster, caPem: '' });
    const dataDir = join(dir, 'services');
    const startNode = (aborted: AbortSignal): NodeRuntime => {
      const network = { cluster, signal: aborted, serviceCidr: '127.65.0.0/16' };
      const drivers = [driverIn(dataDir, network)];
      const apiServer = { host: '127.0.0.1', port: api.port };
      return startRuntime({ ...ports, signal: aborted, cluster, dataDir, drivers, apiServer });
    };
    const first = new AbortController();
    const node = startNode(first.signal);
    const namespace = 'shop';
    const make = (kind: string, name: string, spec: object): KubeObject => ({
      apiVersion: 'v1',
      kind,
      metadata: { name, namespace, labels: { app: name } },
      spec,
    });
    await cluster.create(kinds.Namespace, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    });
    const account = { namespace, name: 'default' };
    const soon = { timeout: 40_000, interval: 100 };
    await expect.poll(() => cluster.get(kinds.ServiceAccount, account), soon).toBeDefined();
    const service = {
      selector: { app: 'front' },
      ports: [{ name: 'http', port: 80, targetPort: 8080 }],
    };
    await cluster.create(kinds.Service, make('Service', 'front', service));
    const headless = { ...service, clusterIP: 'None' };
    await cluster.create(kinds.Service, make('Service', 'direct', headless));
    const container = { name: 'c', image: base };
    const probe = { tcpSocket: { port: 8080 }, periodSeconds: 1 };
    const served = {
      hostname: 'one',
      subdomain: 'direct',
      terminationGracePeriodSeconds: 1,
      containers: [{ ...container, command: ['sh', '-c', serves], readinessProbe: probe }],
    };
    await cluster.create(kinds.Pod, make('Pod', 'front', served));
    const isReady = async (name: string): Promise<boolean> =>
      JSON.stringify(await cluster.get(kinds.Pod, { namespace, name })).includes('"ready":true');
    await expect.poll(() => isReady('front'), soon).toBe(true);
    const asks = {
      terminationGracePeriodSeconds: 0,
      containers: [{ ...container, command: ['sleep', '1000'] }],
    };
    await cluster.create(kinds.Pod, make('Pod', 'asks', asks));
    await expect.poll(() => isReady('asks'), soon).toBe(true);
    const pod = await cluster.get(kinds.Pod, { namespace, name: 'asks' });
    if (pod === undefined) throw new Error('no pod');
    const shell = async (runtime: NodeRuntime, script: string): Promise<string> => {
      const command = ['sh', '-c', `${script} 2>&1`];
      const running = await runtime.exec(pod, { container: 'c', command, tty: false, signal });
      return new Response(running.stdout).text();
    };
    // The C library of a static busybox resolves no names, so its own nslookup does, and nc calls the address.
    const get = (host: string, port: string): string =>
      `printf 'GET /index.html HTTP/1.0\\r\\n\\r\\n' | /bin/busybox nc -w 3 ${host} ${port}`;
    const byName = (name: string, port: string): string =>
      `at=$(/bin/busybox nslookup ${name}); at=\${at##*Address: }; ${get('$at', port)}`;
    const front = get('$FRONT_SERVICE_HOST', '$FRONT_SERVICE_PORT');
    const page = expect.stringContaining('a page\n') as string;
    await expect.poll(() => shell(node, front), soon).toEqual(page);
    const zone = 'shop.svc.cluster.local';
    expect(await shell(node, byName(`front.${zone}`, '80'))).toEqual(page);
    expect(await shell(node, byName(`one.direct.${zone}`, '8080'))).toEqual(page);
    expect(await shell(node, 'cat /etc/resolv.conf')).toContain(
      `search ${zone} svc.cluster.local cluster.local`,
    );
    const server443 = byName('$KUBERNETES_SERVICE_HOST.cluster.local', '443');
    expect(await shell(node, server443)).toContain('HTTP/1.1 ');
    first.abort();
    await node.done;
    const exec = ['exec', nameOf(pod), 'sh', '-c', front];
    expect(execFileSync('podman', exec, { encoding: 'utf8' })).toEqual(page);
    const again = startNode(stop.signal);
    await expect.poll(() => shell(again, front).catch(() => ''), soon).toEqual(page);
    for (const name of ['asks', 'front']) await cluster.delete(kinds.Pod, { namespace, name });
    const left = async (): Promise<number> =>
      (await cluster.list(kinds.Pod, { namespace })).items.length;
    await expect.poll(left, soon).toBe(0);
    stop.abort();
    await Promise.all([loops.done, again.done]);
    await api.close();
    await server.close();
  }, 180_000);

  it('finds its containers again, running and ended, and removes those of strangers', async () => {
    const first = driverIn(dir);
    const stays = podOf('stays', {}, { name: 'c', image: base, command: ['sleep', '1000'] });
    const gone = podOf('gone', {}, { name: 'c', image: base, command: ['sleep', '1000'] });
    const brief = podOf(
      'brief',
      {},
      { name: 'c', image: base, command: ['sh', '-c', 'echo late; exit 6'] },
    );
    const { sandbox: before, running } = await start(first, stays);
    await before.leave?.();
    await (await start(first, gone)).sandbox.leave?.();
    const ended = await start(first, brief);
    await ended.sandbox.leave?.();
    const second = driverIn(dir);
    await second.sweep?.(new Set(['uid-stays', 'uid-brief']));
    const after = await second.openSandbox(stays, { podIP: undefined });
    expect(after.podIP).toBe(before.podIP);
    const found = after.running?.get('c');
    const again = found?.goOn(() => {}, new Date());
    expect(again?.id).toBe(running.id);
    expect(
      (await again?.exec({ command: ['echo', 'hi'], tty: false, signal }))?.exit,
    ).toBeDefined();
    const other = await second.openSandbox(brief, { podIP: undefined });
    const written: string[] = [];
    const log = (_: string, chunk: Uint8Array): void =>
      void written.push(Buffer.from(chunk).toString());
    const late = other.running?.get('c')?.goOn(log, undefined);
    expect(await late?.exited).toEqual({ exitCode: 6 });
    expect(written.join('')).toBe('late\n');
    const none = await second.openSandbox(gone, { podIP: undefined });
    expect([...(none.running ?? [])]).toEqual([]);
    for (const each of [after, other, none]) await each.close();
  }, 60_000);
});
