import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let test: TestServer;
beforeAll(async () => {
  test = await startTestServer();
});
afterAll(() => test.server.close());

const names = (items: readonly { metadata: { name?: string } }[]): unknown[] =>
  items.map(({ metadata }) => metadata.name);

describe('discovery', () => {
  it('lists groups in the order in which clients resolve names', async () => {
    const { body } = await test.call('GET', '/apis');
    const groups = (
      body['groups'] as { name: string; preferredVersion: { version: string } }[]
    ).map(({ name, preferredVersion }) => `${name} ${preferredVersion.version}`);
    expect(groups.slice(0, 3)).toEqual([
      'apiregistration.k8s.io v1',
      'apps v1',
      'events.k8s.io v1',
    ]);
    expect(groups).toContain('autoscaling v2');
    expect((await test.call('GET', '/api')).body).toMatchObject({
      kind: 'APIVersions',
      versions: ['v1'],
    });
    expect((await test.call('GET', '/apis/apps')).body).toMatchObject({
      kind: 'APIGroup',
      name: 'apps',
      preferredVersion: { groupVersion: 'apps/v1' },
    });
    expect((await test.call('GET', '/apis/none.example')).status).toBe(404);
  });

  it('names subresources and their kinds', async () => {
    const { body } = await test.call('GET', '/apis/apps/v1');
    const resources = body['resources'] as { name: string }[];
    expect(resources.find(({ name }) => name === 'deployments')).toMatchObject({
      singularName: 'deployment',
      kind: 'Deployment',
      namespaced: true,
      shortNames: ['deploy'],
      categories: ['all'],
      storageVersionHash: '8aSe+NMegvE=',
    });
    expect(resources.find(({ name }) => name === 'deployments/scale')).toMatchObject({
      kind: 'Scale',
      group: 'autoscaling',
      version: 'v1',
    });
  });

  it.each(['v2', 'v2beta1'])('gives everything at once in the %s form', async (version) => {
    const accept = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList,application/json`;
    const core = await test.call('GET', '/api', undefined, { accept });
    expect(core.headers.get('content-type')).toBe(
      `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
    );
    expect(core.body).toMatchObject({
      kind: 'APIGroupDiscoveryList',
      apiVersion: `apidiscovery.k8s.io/${version}`,
      items: [{ metadata: { name: '' } }],
    });
    const { body } = await test.call('GET', '/apis', undefined, { accept });
    expect(names(body.items)).toContain('apps');
    expect(JSON.stringify(body)).toContain(
      '"responseKind":{"group":"autoscaling","version":"v1","kind":"Scale"}',
    );
  });

  it('gives older clients the plain form', async () => {
    const { body } = await test.call('GET', '/apis', undefined, {
      accept: 'application/json, */*',
    });
    expect(body.kind).toBe('APIGroupList');
  });

  it('of the older profile has the groups of its time', async () => {
    const legacy = await startTestServer({ profile: 'legacy' });
    expect((await legacy.call('GET', '/version')).body).toMatchObject({
      minor: '20',
      gitVersion: expect.stringMatching(/^v1\.20\./) as string,
    });
    const { body } = await legacy.call('GET', '/apis/extensions/v1beta1');
    expect((body['resources'] as { name: string }[]).map(({ name }) => name)).toContain(
      'deployments',
    );
    const old = await legacy.call(
      'POST',
      '/apis/extensions/v1beta1/namespaces/default/deployments',
      {
        metadata: { name: 'd' },
        spec: {
          template: {
            metadata: { labels: { a: 'b' } },
            spec: { containers: [{ name: 'c', image: 'i' }] },
          },
        },
      },
    );
    expect(old.status).toBe(201);
    const now = await legacy.call('GET', '/apis/apps/v1/namespaces/default/deployments/d');
    expect(now.body).toMatchObject({
      apiVersion: 'apps/v1',
      spec: { selector: { matchLabels: { a: 'b' } } },
    });
    await legacy.server.close();
  });

  it('of the older profile does not tell of what came later, but answers', async () => {
    const legacy = await startTestServer({ profile: 'legacy' });
    const preferred = async (group: string): Promise<unknown> => {
      const { body } = await legacy.call('GET', `/apis/${group}`);
      return (body['preferredVersion'] as { version: string }).version;
    };
    expect(await preferred('autoscaling')).toBe('v1');
    expect(await preferred('policy')).toBe('v1beta1');
    expect(await preferred('discovery.k8s.io')).toBe('v1beta1');
    const list = await legacy.call('GET', '/apis/batch/v1/cronjobs');
    expect(list.body.kind).toBe('CronJobList');
    const old = await legacy.call('GET', '/apis/batch/v1beta1/cronjobs');
    expect(old.headers.get('warning')).toBeNull();
    const review = await legacy.call(
      'POST',
      '/apis/authorization.k8s.io/v1beta1/subjectaccessreviews',
      {
        spec: { group: ['system:masters'], resourceAttributes: { verb: 'get', resource: 'pods' } },
      },
    );
    expect(review.body).toMatchObject({
      apiVersion: 'authorization.k8s.io/v1beta1',
      status: { allowed: true },
    });
    const core = await legacy.call('GET', '/api/v1');
    expect((core.body['resources'] as { name: string }[])[2]).toMatchObject({
      name: 'configmaps',
      singularName: '',
    });
    await legacy.server.close();
  });

  it('tells of versions that go away', async () => {
    const { headers } = await test.call(
      'GET',
      '/apis/policy/v1beta1/namespaces/default/poddisruptionbudgets',
    );
    expect(headers.get('warning')).toMatch(
      /^299 - "policy\/v1beta1 PodDisruptionBudget is deprecated/,
    );
  });
});

describe('OpenAPI', () => {
  it('comes as protobuf for older clients, compressed, and not twice', async () => {
    const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
    const response = await test.server.transport(
      new Request('http://test/openapi/v2', { headers: { accept, 'accept-encoding': 'gzip' } }),
    );
    expect(response.headers.get('content-encoding')).toBe('gzip');
    const bytes = gunzipSync(Buffer.from(await response.arrayBuffer()));
    // Field 1 of a Document is the text `swagger: "2.0"`.
    expect(bytes.subarray(0, 5).toString('latin1')).toBe('\n\u00032.0');
    const again = await test.call('GET', '/openapi/v2', undefined, {
      accept,
      'if-none-match': response.headers.get('etag')!,
    });
    expect(again.status).toBe(304);
    expect((await test.call('GET', '/openapi/v2')).body).toMatchObject({ swagger: '2.0' });
  });

  it('v3 has a document for each group version, under an address that changes with it', async () => {
    const index = await test.call('GET', '/openapi/v3');
    const paths = index.body['paths'] as Record<string, { serverRelativeURL: string }>;
    const address = paths['apis/apps/v1']!.serverRelativeURL;
    expect(address).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]+$/);
    const document = await test.call('GET', address);
    expect(document.headers.get('cache-control')).toBe('public, immutable');
    expect(document.text).toContain('x-kubernetes-group-version-kind');
    expect((await test.call('GET', '/openapi/v3/apis/none/v1')).status).toBe(404);
  });

  it('knows a definition as soon as it is established', async () => {
    const schema = {
      type: 'object',
      properties: { spec: { type: 'object', properties: { color: { type: 'string' } } } },
    };
    await test.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: 'paints.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Cluster',
        names: { plural: 'paints', kind: 'Paint' },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } },
        ],
      },
    });
    await new Promise(setImmediate);
    const document = await test.call('GET', '/openapi/v3/apis/example.com/v1');
    expect(document.text).toContain('color');
    expect((await test.call('GET', '/openapi/v2')).text).toContain('com.example.v1.Paint');
  });
});
