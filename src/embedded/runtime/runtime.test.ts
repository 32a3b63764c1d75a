import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  silentLogger,
  systemClock,
  type JsonRecord,
  type Key,
  type Kind,
  type KubeObject,
} from '../../base/index.ts';
import { connect, kinds, type Cluster } from '../../lib/kube/index.ts';
import { buildImage, buildLayer, createRegistryClient, parseImage } from '../../lib/oci/index.ts';
import { createApiServer, type ApiServer } from '../apiserver/index.ts';
import { createRegistry } from '../registry/index.ts';
import { startWorkloads, type Workloads } from '../workloads/index.ts';
import { processDriver, startRuntime, startServiceProxy, type NodeRuntime } from './index.ts';

// Real processes under a real API server: what a function's pod goes through.

const stop = new AbortController();
const namespace = 'fn';
const image = 'localhost:5999/alice/fn:1';
let dir: string;
let server: ApiServer;
let cluster: Cluster;
let workloads: Workloads;
let runtime: NodeRuntime;
let nodeStop: AbortController;
let startNode: () => void;

const program = `
import http from 'node:http';
import fs from 'node:fs';
console.log('starting', process.env.HOSTNAME);
let isSick = false;
const routes = {
  '/_/health': () => isSick ? undefined : 'ok',
  '/secret': () => fs.readFileSync('/var/openfaas/secrets/key', 'utf8'),
  '/config': () => fs.readFileSync('/etc/app/nested/name', 'utf8'),
  '/labels': () => fs.readFileSync('/etc/app/labels', 'utf8'),
  '/token': () => String(fs.readFileSync('/var/run/secrets/kubernetes.io/serviceaccount/token', 'utf8').split('.').length),
  '/env': () => JSON.stringify(process.env),
  '/sick': () => { isSick = true; return 'now'; },
};
http.createServer((request, answer) => {
  const text = routes[request.url]?.();
  answer.statusCode = text === undefined ? 500 : 200;
  answer.end(text);
}).listen(8080);
process.on('SIGTERM', () => { console.log('bye'); process.exit(0); });
`;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'trice-runtime-'));
  const ports = { clock: systemClock, log: silentLogger, signal: stop.signal, nodeName: 'trice' };
  const registry = createRegistry({ ...ports, dir: join(dir, 'registry'), onPush: () => {} });
  const transport = async (request: Request): Promise<Response> =>
    registry(request, { address: '127.0.0.1' } as never);
  const client = createRegistryClient({ transport });
  const layer = await buildLayer([{ path: 'app/index.mjs', content: program }]);
  const label = JSON.stringify({ command: ['node', 'index.mjs'], workdir: 'app' });
  const config = { Labels: { 'dev.trice.process': label } };
  const built = buildImage({ layers: [layer], config, created: new Date(0) });
  const ref = parseImage(image);
  await client.pushBlob(ref, layer);
  await client.pushBlob(ref, { digest: built.configDigest, bytes: built.configBytes });
  await client.pushManifest(ref, { mediaType: built.mediaType, bytes: built.manifestBytes });

  server = await createApiServer({ storePath: ':memory:', ...ports });
  cluster = connect({ transport: server.transport });
  workloads = startWorkloads({ ...ports, cluster, caPem: 'the certificate' });
  const namesFile = join(dir, 'names.json');
  const driver = processDriver({ ...ports, dataDir: dir, registry: { transport }, namesFile });
  startNode = () => {
    nodeStop = new AbortController();
    const signal = AbortSignal.any([stop.signal, nodeStop.signal]);
    runtime = startRuntime({ ...ports, signal, cluster, dataDir: dir, drivers: [driver] });
    server.setPodRuntime(runtime);
  };
  startNode();
  startServiceProxy({ ...ports, cluster, namesFile });
  await cluster.create(kinds.Namespace, object('v1', 'Namespace', namespace));
  const account = { namespace, name: 'default' };
  await until(kinds.ServiceAccount, account, (found) => found !== undefined);
  await cluster.create(kinds.Secret, {
    ...object('v1', 'Secret', 'key'),
    stringData: { key: 'first' },
  });
  await cluster.create(kinds.ConfigMap, {
    ...object('v1', 'ConfigMap', 'settings'),
    data: { name: 'trice', MODE: 'fast' },
  });
});

afterAll(async () => {
  stop.abort();
  await Promise.all([workloads.done, runtime.done]);
  await server.close();
  await rm(dir, { recursive: true, force: true });
});

function object(apiVersion: string, kind: string, name: string): KubeObject {
  return { apiVersion, kind, metadata: kind === 'Namespace' ? { name } : { name, namespace } };
}

async function until(
  kind: Kind,
  key: Key,
  wanted: (object: KubeObject | undefined) => boolean,
): Promise<KubeObject | undefined> {
  const first = await cluster.get(kind, key);
  if (wanted(first)) return first;
  const since = first?.metadata.resourceVersion;
  let last = first;
  for await (const { type, object: next } of cluster.watch(kind, {
    ...(key.namespace === undefined ? {} : { namespace: key.namespace }),
    fieldSelector: `metadata.name=${key.name}`,
    signal: AbortSignal.timeout(15_000),
    ...(since === undefined ? {} : { since }),
  })) {
    if (type === 'bookmark') continue;
    last = type === 'deleted' ? undefined : next;
    if (wanted(last)) return last;
  }
  throw new Error(`${kind.kind} ${key.name} stayed at ${JSON.stringify(last, null, 1)}`);
}

const statusOf = (pod: KubeObject | undefined): JsonRecord => (pod?.['status'] ?? {}) as JsonRecord;
const isReady = (pod: KubeObject | undefined): boolean =>
  ((statusOf(pod)['conditions'] ?? []) as JsonRecord[]).some(
    (each) => each['type'] === 'Ready' && each['status'] === 'True',
  );
const containerOf = (pod: KubeObject | undefined): JsonRecord =>
  ((statusOf(pod)['containerStatuses'] ?? [{}]) as JsonRecord[])[0] ?? {};

function functionPod(name: string, spec: JsonRecord = {}, container: JsonRecord = {}): KubeObject {
  return {
    ...object('v1', 'Pod', name),
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      containers: [
        {
          name: 'fn',
          image,
          ports: [{ name: 'http', containerPort: 8080 }],
          readinessProbe: { httpGet: { path: '/_/health', port: 'http' }, periodSeconds: 1 },
          ...container,
        },
      ],
      ...spec,
    },
  };
}

async function call(pod: KubeObject | undefined, path: string): Promise<string> {
  if (pod === undefined) throw new Error('no pod');
  const { host, port } = await runtime.dial(pod, 8080);
  return (await fetch(`http://${host}:${port}${path}`)).text();
}

const events = async (name: string): Promise<string[]> =>
  (
    await cluster.list(kinds.Event, { namespace, fieldSelector: `involvedObject.name=${name}` })
  ).items.map((each) => `${String(each['reason'])}: ${String(each['message'])}`);

async function eventually(look: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 250; tries += 1) {
    if (await look()) return;
    await systemClock.sleep(20);
  }
  expect(await look()).toBe(true);
}

describe('a pod of the process driver', () => {
  it('sees its secrets, configuration and variables; changes arrive while it runs', async () => {
    const key = { namespace, name: 'sees' };
    await cluster.create(
      kinds.Pod,
      functionPod(
        'sees',
        {
          volumes: [
            { name: 'secrets', secret: { secretName: 'key' } },
            {
              name: 'config',
              projected: {
                sources: [
                  {
                    configMap: { name: 'settings', items: [{ key: 'name', path: 'nested/name' }] },
                  },
                  {
                    downwardAPI: {
                      items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }],
                    },
                  },
                ],
              },
            },
          ],
        },
        {
          volumeMounts: [
            { name: 'secrets', mountPath: '/var/openfaas/secrets', readOnly: true },
            { name: 'config', mountPath: '/etc/app' },
          ],
          envFrom: [{ configMapRef: { name: 'settings' }, prefix: 'APP_' }],
          env: [
            { name: 'SECRET', valueFrom: { secretKeyRef: { name: 'key', key: 'key' } } },
            { name: 'MY_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
            { name: 'BOTH', value: '$(APP_MODE) at $(MY_IP), not $$(THIS) or $(THAT)' },
          ],
        },
      ),
    );
    const pod = await until(kinds.Pod, key, isReady);
    expect(await call(pod, '/secret')).toBe('first');
    expect(await call(pod, '/config')).toBe('trice');
    expect(await call(pod, '/labels')).toBe('app="sees"');
    expect(await call(pod, '/token')).toBe('3');
    const env = JSON.parse(await call(pod, '/env')) as Record<string, string>;
    const ip = String(statusOf(pod)['podIP']);
    expect(env).toMatchObject({
      SECRET: 'first',
      APP_name: 'trice',
      HOSTNAME: 'sees',
      BOTH: `fast at ${ip}, not $(THIS) or $(THAT)`,
      KUBERNETES_SERVICE_PORT: '6443',
    });
    const change = { stringData: { key: 'second' } };
    await cluster.patch(kinds.Secret, { namespace, name: 'key' }, change, { type: 'merge' });
    await eventually(async () => (await call(pod, '/secret')) === 'second');
    const log = await cluster.raw(`/api/v1/namespaces/${namespace}/pods/sees/log`);
    expect(await log.text()).toBe('starting sees\n');
    const wanted = ['Scheduled', 'Pulled', 'Created', 'Started'];
    await eventually(async () => {
      const told = await events('sees');
      return wanted.every((reason) => told.some((each) => each.startsWith(`${reason}: `)));
    });
    const uid = pod?.metadata.uid ?? '';
    await cluster.delete(kinds.Pod, key);
    await until(kinds.Pod, key, (found) => found === undefined);
    expect(existsSync(join(dir, 'pods', uid))).toBe(false);
    await eventually(async () => !existsSync(join(dir, 'logs', uid)));
  });

  it('is restarted when its liveness probe fails, and its log before can be read', async () => {
    const key = { namespace, name: 'sick' };
    const livenessProbe = {
      httpGet: { path: '/_/health', port: 8080 },
      periodSeconds: 1,
      failureThreshold: 1,
      initialDelaySeconds: 1,
      // A busy machine must not look like a sick program.
      timeoutSeconds: 10,
    };
    await cluster.create(kinds.Pod, functionPod('sick', {}, { livenessProbe }));
    const pod = await until(kinds.Pod, key, isReady);
    await call(pod, '/sick');
    const again = await until(
      kinds.Pod,
      key,
      (found) => containerOf(found)['restartCount'] === 1 && isReady(found),
    );
    expect(containerOf(again)['lastState']).toMatchObject({ terminated: { exitCode: 0 } });
    const path = `/api/v1/namespaces/${namespace}/pods/sick/log?previous=true`;
    expect(await (await cluster.raw(path)).text()).toBe('starting sick\nbye\n');
    expect(await events('sick')).toEqual(
      expect.arrayContaining([
        'Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 500',
        'Killing: Container fn failed liveness probe, will be restarted',
      ]),
    );
  });

  it('waits for a secret that does not exist yet', async () => {
    const key = { namespace, name: 'early' };
    const env = [{ name: 'S', valueFrom: { secretKeyRef: { name: 'late', key: 'k' } } }];
    await cluster.create(kinds.Pod, functionPod('early', {}, { env }));
    const waiting = await until(kinds.Pod, key, (found) => {
      const { waiting: why } = (containerOf(found)['state'] ?? {}) as { waiting?: JsonRecord };
      return why?.['reason'] === 'CreateContainerConfigError';
    });
    expect(containerOf(waiting)['state']).toMatchObject({
      waiting: { message: 'secret "late" not found' },
    });
    await cluster.create(kinds.Secret, {
      ...object('v1', 'Secret', 'late'),
      stringData: { k: 'v' },
    });
    await until(kinds.Pod, key, isReady);
  });

  it('an image of somebody else stays Pending, and the event says what to install', async () => {
    const key = { namespace, name: 'foreign' };
    const other = functionPod('foreign', {}, { image: 'docker.invalid/library/nginx:1.27' });
    await cluster.create(kinds.Pod, other);
    await eventually(async () =>
      (await events('foreign')).some((each) =>
        /^FailedCreatePodSandBox: No driver on this node can run the pod: .*install podman or docker/.test(
          each,
        ),
      ),
    );
    expect(statusOf(await cluster.get(kinds.Pod, key))['phase']).toBe('Pending');
    await cluster.delete(kinds.Pod, key);
    await until(kinds.Pod, key, (found) => found === undefined);
  });

  it('comes back after a restart of the node, at the same address', async () => {
    const key = { namespace, name: 'stays' };
    await cluster.create(kinds.Pod, functionPod('stays'));
    const before = await until(kinds.Pod, key, isReady);
    nodeStop.abort();
    await runtime.done;
    await expect(call(before, '/_/health')).rejects.toThrow(/is not (running|on this node)/);
    startNode();
    const after = await until(
      kinds.Pod,
      key,
      (found) => containerOf(found)['restartCount'] === 1 && isReady(found),
    );
    expect(statusOf(after)['podIP']).toBe(statusOf(before)['podIP']);
    expect(await call(after, '/_/health')).toBe('ok');
  });

  it.skipIf(process.platform !== 'linux')(
    'answers on its service address, and finds services by name (Linux loopback addresses)',
    async () => {
      await cluster.create(kinds.Pod, functionPod('behind'));
      const service = await cluster.create(kinds.Service, {
        ...object('v1', 'Service', 'front'),
        spec: { selector: { app: 'behind' }, ports: [{ port: 8080, targetPort: 'http' }] },
      });
      const pod = await until(kinds.Pod, { namespace, name: 'behind' }, isReady);
      const { clusterIP } = service['spec'] as { clusterIP: string };
      await eventually(async () =>
        fetch(`http://${clusterIP}:8080/_/health`).then(
          async (answer) => (await answer.text()) === 'ok',
          () => false,
        ),
      );
      if (pod === undefined) throw new Error('no pod');
      const script = `const find = async () => { for (const name of ['front', 'front.fn', 'front.fn.svc.cluster.local'])
        console.log(await (await fetch('http://' + name + ':8080/_/health')).text()); }; find();`;
      const executing = await runtime.exec(pod, {
        container: 'fn',
        command: ['node', '-e', script],
        tty: false,
        signal: stop.signal,
      });
      expect(await new Response(executing.stdout).text()).toBe('ok\nok\nok\n');
      expect(await executing.exit).toBe(0);
    },
  );
});
