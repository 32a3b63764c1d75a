import { FakeClock } from '../../base/index.ts';
import { openSqliteStore } from './store/sqlite-store.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { publishAddress } from './publish-address.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

let test: TestServer;
beforeEach(async () => {
  test = await startTestServer({ advertise: '10.0.0.9:7443' });
});
afterEach(() => test.server.close());

const endpoints = '/api/v1/namespaces/default/endpoints/kubernetes';
const slice = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes';

it('the service kubernetes leads to the advertised address', async () => {
  expect((await test.call('GET', endpoints)).body).toMatchObject({
    subsets: [{ addresses: [{ ip: '10.0.0.9' }], ports: [{ name: 'https', port: 7443 }] }],
  });
  expect((await test.call('GET', slice)).body).toMatchObject({
    metadata: { labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    endpoints: [{ addresses: ['10.0.0.9'], conditions: { ready: true } }],
  });
});

it('and follows the server to the port it listens on', async () => {
  await test.server.close();
  test = await startTestServer();
  expect((await test.call('GET', endpoints)).status).toBe(404);
  const listening = await test.server.listen({ host: '127.0.0.1', port: 0 });
  const { subsets } = (await test.call('GET', endpoints)).body;
  await listening.close();
  expect(subsets).toMatchObject([{ ports: [{ port: listening.port }] }]);
});

it('writes only what has changed, and keeps who the object is', async () => {
  const clock = new FakeClock();
  const store = await openSqliteStore({ path: ':memory:', clock });
  const state = { store, clock };
  await publishAddress(state, 'localhost:1');
  const before = state.store.get('/core/endpoints/default/kubernetes')!;
  await publishAddress(state, '127.0.0.1:1');
  expect(state.store.revision).toBe(before.revision + 1);
  await publishAddress(state, '127.0.0.1:2');
  const after = state.store.get('/core/endpoints/default/kubernetes')!;
  expect(after.parse().metadata.uid).toBe(before.parse().metadata.uid);
  expect(after.revision).toBeGreaterThan(before.revision);
  await state.store.close();
});
