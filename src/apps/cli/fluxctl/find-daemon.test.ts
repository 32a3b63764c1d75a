import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../../base/index.ts';
import { createApiServer, type ApiServer } from '../../../embedded/apiserver/index.ts';
import { connect, kinds, type Cluster } from '../../../lib/kube/index.ts';
import { daemonIn } from './find-daemon.ts';

let server: ApiServer;
let cluster: Cluster;

beforeAll(async () => {
  server = await createApiServer({ storePath: ':memory:', clock: systemClock, log: silentLogger });
  cluster = connect({ transport: server.transport });
  for (const name of ['flux', 'old', 'home']) {
    const metadata = { name };
    await cluster.create(kinds.Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata });
  }
});

afterAll(() => server.close());

async function pod(namespace: string, name: string, labels: object, phase: string) {
  const metadata = { namespace, name, labels: { ...labels } };
  const spec = { containers: [{ name: 'flux', image: 'trice' }] };
  await cluster.create(kinds.Pod, { apiVersion: 'v1', kind: 'Pod', metadata, spec });
  const how = { type: 'merge', subresource: 'status' } as const;
  await cluster.patch(kinds.Pod, { namespace, name }, { status: { phase } }, how);
}

it('finds the running pod by its labels, then by the names of old', async () => {
  const app = { app: 'flux' };
  await expect(daemonIn(cluster, 'flux', app)).rejects.toThrow(
    `No pod found in namespace "flux" using the following selectors:
  app=flux
  name in (flux,fluxd,weave-flux-agent)

Make sure Flux is running in namespace "flux".`,
  );
  await pod('flux', 'starting', app, 'Pending');
  await expect(daemonIn(cluster, 'flux', app)).rejects.toThrow('No pod found');
  await pod('flux', 'running', app, 'Running');
  await pod('old', 'agent', { name: 'weave-flux-agent' }, 'Running');
  expect(await daemonIn(cluster, 'flux', app)).toBe('flux/pods/http:running:3030');
  expect(await daemonIn(cluster, 'old', app)).toBe('old/pods/http:agent:3030');
});

it('knows a platform whose daemon is no pod', async () => {
  const metadata = { namespace: 'home', name: 'flux' };
  const spec = { ports: [{ name: 'http', port: 3030 }] };
  await cluster.create(kinds.Service, { apiVersion: 'v1', kind: 'Service', metadata, spec });
  expect(await daemonIn(cluster, 'default', {})).toBe('home/services/http:flux:3030');
});
