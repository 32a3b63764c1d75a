import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './testing/test-server.ts';

let test: TestServer;
beforeEach(async () => {
  test = await startTestServer();
});
afterEach(() => test.server.close());

const services = '/apis/apiregistration.k8s.io/v1/apiservices';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const names = async (): Promise<(string | undefined)[]> =>
  (await test.call('GET', services)).body.items.map(({ metadata }) => metadata.name);
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
};

it('every group version that is served here has an entry, and is available', async () => {
  expect(await names()).toEqual(expect.arrayContaining(['v1.', 'v1.apps', 'v2.autoscaling']));
  expect((await test.call('GET', `${services}/v1.apps`)).body).toMatchObject({
    metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' } },
    spec: { group: 'apps', version: 'v1' },
    status: { conditions: [{ type: 'Available', status: 'True', reason: 'Local' }] },
  });
});

it('those of custom groups come and go with their definitions', async () => {
  const schema = { openAPIV3Schema: { type: 'object' } };
  await test.call('POST', definitions, {
    metadata: { name: 'foos.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Cluster',
      names: { plural: 'foos', kind: 'Foo' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  });
  await test.call('POST', services, {
    metadata: { name: 'v9.other.com' },
    spec: { group: 'other.com', version: 'v9', groupPriorityMinimum: 1, versionPriority: 1 },
  });
  await turns();
  expect(await names()).toContain('v1.example.com');
  await test.call('DELETE', `${definitions}/foos.example.com`);
  await turns();
  const left = await names();
  expect(left).not.toContain('v1.example.com');
  expect(left).toContain('v9.other.com');
});
