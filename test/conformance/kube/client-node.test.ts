import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import * as k8s from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKubeBench, type KubeBench } from './bench.ts';

// The official JavaScript client on a whole cluster: streams into pods, and locks.

const namespace = 'default';
const config = new k8s.KubeConfig();
let bench: KubeBench;
let core: k8s.CoreV1Api;

beforeAll(async () => {
  bench = await startKubeBench();
  config.loadFromFile(bench.kubeconfig);
  core = config.makeApiClient(k8s.CoreV1Api);
  const container = (name: string, image: string): k8s.V1Container => ({ name, image });
  const spec = { containers: [container('talks', 'talks:1'), container('serves', 'serves:1')] };
  await core.createNamespacedPod({ namespace, body: { metadata: { name: 'p' }, spec } });
  await podReady('p');
});
afterAll(() => bench.close());

/** Follows the pod until it is ready. */
async function podReady(name: string): Promise<void> {
  const ready = Promise.withResolvers<void>();
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const fields = { fieldSelector: `metadata.name=${name}` };
  const look = (_type: string, { status }: k8s.V1Pod): void => {
    const is = status?.conditions?.some(
      ({ type, status: value }) => type === 'Ready' && value === 'True',
    );
    if (is === true) ready.resolve();
  };
  const stop = await new k8s.Watch(config).watch(path, fields, look, () => {});
  await ready.promise;
  stop.abort();
}

/** Answers of an exec, and its end. */
async function exec(
  command: string[],
  stdin?: string,
): Promise<{ out: string; status: k8s.V1Status }> {
  const stdout = new PassThrough();
  const input = stdin === undefined ? null : new PassThrough();
  input?.end(stdin);
  const ended = Promise.withResolvers<k8s.V1Status>();
  const out = text(stdout);
  await new k8s.Exec(config).exec(
    namespace,
    'p',
    'talks',
    command,
    stdout,
    null,
    input,
    false,
    ended.resolve,
  );
  const status = await ended.promise;
  stdout.end();
  return { out: await out, status };
}

describe('the official JavaScript client, on pods', () => {
  it('reads logs', async () => {
    const log = await core.readNamespacedPodLog({ namespace, name: 'p', container: 'talks' });
    expect(log).toBe('one\ntwo\nthree\n');
  });

  it('runs a command', async () => {
    const { out, status } = await exec(['echo', 'hi']);
    expect({ out, status: status.status }).toEqual({ out: 'echo hi\n', status: 'Success' });
  });

  it('forwards a port', async () => {
    const forward = new k8s.PortForward(config);
    const server = net.createServer((socket) => {
      void forward.portForward(namespace, 'p', [80], socket, null, socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
    expect(await answer.text()).toBe('served\n');
    server.close();
  });

  it('patches in every form', async () => {
    const patch = (body: object, type: k8s.PatchStrategy): Promise<k8s.V1ConfigMap> =>
      core.patchNamespacedConfigMap(
        {
          namespace,
          name: 'forms',
          body,
          fieldManager: 'me',
          force: type === k8s.PatchStrategy.ServerSideApply || undefined,
        } as Parameters<k8s.CoreV1Api['patchNamespacedConfigMap']>[0],
        k8s.setHeaderOptions('Content-Type', type),
      );
    const metadata = { name: 'forms' };
    await core.createNamespacedConfigMap({ namespace, body: { metadata, data: { a: '1' } } });
    await patch([{ op: 'add', path: '/data/b', value: '2' }], k8s.PatchStrategy.JsonPatch);
    await patch({ data: { c: '3' } }, k8s.PatchStrategy.MergePatch);
    await patch({ data: { a: null } }, k8s.PatchStrategy.StrategicMergePatch);
    const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { d: '4' } };
    const { data } = await patch(applied, k8s.PatchStrategy.ServerSideApply);
    expect(data).toEqual({ b: '2', c: '3', d: '4' });
  });

  it('of two that take a lease at once, one does', async () => {
    const api = config.makeApiClient(k8s.CoordinationV1Api);
    const made = await api.createNamespacedLease({
      namespace,
      body: { metadata: { name: 'leader' }, spec: { leaseDurationSeconds: 15 } },
    });
    const take = async (holderIdentity: string): Promise<string> => {
      const { metadata = {} } = made;
      const spec = { holderIdentity, renewTime: new k8s.V1MicroTime() };
      try {
        await api.replaceNamespacedLease({ namespace, name: 'leader', body: { metadata, spec } });
        return 'leads';
      } catch (thrown) {
        return String((thrown as { code?: number }).code);
      }
    };
    const ends = await Promise.all(['a', 'b', 'c'].map(take));
    expect(ends.toSorted()).toEqual(['409', '409', 'leads']);
  });
});
