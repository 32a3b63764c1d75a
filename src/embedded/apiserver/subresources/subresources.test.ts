import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KnownError } from '../../../base/index.ts';
import type { LogsOptions, PodRuntime } from '../pod-runtime.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let test: TestServer;
const pods = '/api/v1/namespaces/default/pods';

beforeEach(async () => {
  test = await startTestServer();
});
afterEach(() => test.server.close());

const pod = (name: string, containers = ['c']): object => ({
  metadata: { name },
  spec: { containers: containers.map((each) => ({ name: each, image: 'i' })) },
});

function runtime(parts: Partial<PodRuntime>): PodRuntime {
  const none = (): never => {
    throw new KnownError('unsupported', 'not in this test');
  };
  return { logs: none, exec: none, dial: none, ...parts };
}

describe('pods', () => {
  it('get their account, its token and a place for it', async () => {
    const { body } = await test.call('POST', pods, pod('p'));
    const spec = body['spec'] as {
      serviceAccountName: string;
      volumes: { name: string }[];
      containers: { volumeMounts: object[] }[];
    };
    expect(spec.serviceAccountName).toBe('default');
    expect(spec.volumes).toMatchObject([
      {
        name: expect.stringMatching(/^kube-api-access-.{5}$/) as string,
        projected: { defaultMode: 420 },
      },
    ]);
    expect(spec.containers[0]?.volumeMounts).toEqual([
      {
        name: spec.volumes[0]?.name,
        readOnly: true,
        mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
      },
    ]);
  });

  it('of an absent account are refused', async () => {
    const body = pod('p') as { spec: object };
    const answer = await test.call('POST', pods, {
      ...body,
      spec: { ...body.spec, serviceAccountName: 's' },
    });
    expect(answer.body).toMatchObject({
      code: 403,
      message:
        'pods "p" is forbidden: error looking up service account default/s: serviceaccount "s" not found',
    });
  });

  it('is also bound by the old path, which names it in the body', async () => {
    const old = '/api/v1/namespaces/default/bindings';
    await test.call('POST', pods, pod('p'));
    const target = { kind: 'Node', name: 'n' };
    expect(await test.call('POST', old, { metadata: { name: 'p' }, target })).toMatchObject({
      status: 201,
      body: { status: 'Success' },
    });
    expect((await test.call('GET', `${pods}/p`)).body['spec']).toMatchObject({ nodeName: 'n' });
    expect((await test.call('POST', old, { target })).status).toBe(400);
  });

  it('are bound once', async () => {
    await test.call('POST', pods, pod('p'));
    const bind = (node: string): Promise<{ body: object }> =>
      test.call('POST', `${pods}/p/binding`, { target: { kind: 'Node', name: node } });
    expect((await bind('n')).body).toMatchObject({ status: 'Success', code: 201 });
    expect((await bind('m')).body).toMatchObject({
      code: 409,
      message:
        'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n"',
    });
    expect((await test.call('GET', `${pods}/p`)).body).toMatchObject({
      spec: { nodeName: 'n' },
      status: { conditions: [{ type: 'PodScheduled', status: 'True' }] },
    });
    const byNode = await test.call('GET', `${pods}?fieldSelector=spec.nodeName%3Dn`);
    expect(byNode.body.items).toHaveLength(1);
  });

  it('are evicted', async () => {
    await test.call('POST', pods, pod('p'));
    const answer = await test.call('POST', `${pods}/p/eviction`, {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: 'p' },
    });
    expect([answer.status, answer.body['status']]).toEqual([201, 'Success']);
    expect((await test.call('GET', `${pods}/p`)).status).toBe(404);
  });
});

describe('logs', () => {
  const running = { phase: 'Running', containerStatuses: [{ name: 'c', state: { running: {} } }] };

  it('come from the runtime, as asked', async () => {
    let asked: LogsOptions | undefined;
    test.server.setPodRuntime(
      runtime({
        logs: (_pod, options) => {
          asked = options;
          return Promise.resolve(new Blob(['one\ntwo\n']).stream());
        },
      }),
    );
    await test.call('POST', pods, pod('p'));
    await test.call('PATCH', `${pods}/p/status`, { status: running });
    const answer = await test.call(
      'GET',
      `${pods}/p/log?tailLines=5&timestamps=true&sinceSeconds=10`,
    );
    expect([answer.text, answer.headers.get('content-type')]).toEqual(['one\ntwo\n', 'text/plain']);
    expect(asked).toMatchObject({
      container: 'c',
      follow: false,
      timestamps: true,
      tailLines: 5,
      sinceTime: '2026-01-02T03:03:55.000Z',
    });
  });

  it.each<[string, object, string, string]>([
    [
      'of several containers need a name',
      pod('p', ['a', 'b']),
      '',
      'a container name must be specified for pod p, choose one of: [a b]',
    ],
    [
      'of a container that is not there',
      pod('p'),
      '?container=x',
      'container x is not valid for pod p',
    ],
    ['of a pod without a node', pod('p'), '', 'pod p does not have a host assigned'],
    [
      'of an earlier run that was not',
      pod('p'),
      '?previous=true',
      'previous terminated container "c" in pod "p" not found',
    ],
  ])('%s are refused', async (_what, body, query, message) => {
    await test.call('POST', pods, body);
    expect((await test.call('GET', `${pods}/p/log${query}`)).body).toMatchObject({
      code: 400,
      message,
    });
  });

  it('wait for the container', async () => {
    await test.call('POST', pods, pod('p'));
    await test.call('POST', `${pods}/p/binding`, { target: { name: 'n' } });
    await test.call('PATCH', `${pods}/p/status`, {
      status: {
        containerStatuses: [{ name: 'c', state: { waiting: { reason: 'ImagePullBackOff' } } }],
      },
    });
    const { body } = await test.call('GET', `${pods}/p/log`);
    expect(body.message).toBe('container "c" in pod "p" is waiting to start: ImagePullBackOff');
  });
});

describe('scale of a Deployment', () => {
  it('is read and written, also without a Content-Type', async () => {
    const path = '/apis/apps/v1/namespaces/default/deployments';
    const template = {
      metadata: { labels: { a: 'b' } },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    };
    await test.call('POST', path, {
      metadata: { name: 'd' },
      spec: { selector: { matchLabels: { a: 'b' } }, template },
    });
    const scale = await test.call('GET', `${path}/d/scale`);
    expect(scale.body).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: { replicas: 1 },
      status: { replicas: 0, selector: 'a=b' },
    });
    const put = await test.call(
      'PUT',
      `${path}/d/scale`,
      { ...scale.body, spec: { replicas: 4 } },
      { 'content-type': '' },
    );
    expect(put.body).toMatchObject({ spec: { replicas: 4 } });
    const { metadata } = (await test.call('GET', `${path}/d`)).body;
    expect(metadata.managedFields).toContainEqual(
      expect.objectContaining({
        manager: 'tester',
        subresource: 'scale',
        fieldsV1: { 'f:spec': { 'f:replicas': {} } },
      }),
    );
    const stale = await test.call('PUT', `${path}/d/scale`, {
      ...scale.body,
      spec: { replicas: 5 },
    });
    expect(stale.status).toBe(409);
    expect((await test.call('GET', `${path}/d`)).body).toMatchObject({
      metadata: { generation: 2 },
      spec: { replicas: 4 },
    });
  });
});

describe('services', () => {
  const services = '/api/v1/namespaces/default/services';
  const service = (name: string, spec: object = {}): object => ({
    metadata: { name },
    spec: { ports: [{ port: 80 }], ...spec },
  });

  it('get addresses and ports of their own, given back when they go', async () => {
    const one = await test.call('POST', services, service('one'));
    const two = await test.call('POST', services, service('two', { type: 'NodePort' }));
    const spec = (answer: { body: Record<string, unknown> }): Record<string, unknown> =>
      answer.body['spec'] as Record<string, unknown>;
    expect(spec(one)['clusterIP']).toBe('127.65.0.2');
    expect(spec(two)['clusterIPs']).toEqual(['127.65.0.3']);
    const [port] = spec(two)['ports'] as { nodePort: number }[];
    expect(port?.nodePort).toBeGreaterThanOrEqual(30_000);
    const taken = await test.call('POST', services, service('three', { clusterIP: '127.65.0.2' }));
    expect(taken.body.message).toBe(
      'Service "three" is invalid: spec.clusterIPs: Invalid value: []string{"127.65.0.2"}: failed to allocate IP 127.65.0.2: provided IP is already allocated',
    );
    await test.call('DELETE', `${services}/one`);
    expect(
      (await test.call('POST', services, service('three', { clusterIP: '127.65.0.2' }))).status,
    ).toBe(201);
    const headless = await test.call('POST', services, service('none', { clusterIP: 'None' }));
    expect(spec(headless)['clusterIP']).toBe('None');
  });

  it('keep their address through an update that does not name it', async () => {
    const made = await test.call('POST', services, service('one'));
    const merged = await test.call('PATCH', `${services}/one`, {
      spec: { ports: [{ port: 81, protocol: 'TCP' }] },
    });
    expect(merged.body['spec']).toMatchObject({
      clusterIP: (made.body['spec'] as { clusterIP: string }).clusterIP,
    });
    const node = await test.call('PATCH', `${services}/one`, { spec: { type: 'NodePort' } });
    expect(
      (node.body['spec'] as { ports: { nodePort: number }[] }).ports[0]?.nodePort,
    ).toBeGreaterThanOrEqual(30_000);
  });

  it('are reached through the proxy, by name or number of the port', async () => {
    const seen: string[] = [];
    const backend = http.createServer((request, response) => {
      seen.push(
        `${request.method} ${request.url} ${request.headers.authorization ?? 'no authorization'}`,
      );
      response.end('hello');
    });
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
    const { port } = backend.address() as AddressInfo;
    await test.call(
      'POST',
      services,
      service('web', { ports: [{ name: 'http', port: 80, targetPort: port }] }),
    );
    const path = `${services}/http:web:http/proxy/a/b?c=d`;
    const none = await test.call('GET', path);
    expect(none.body).toMatchObject({
      code: 503,
      message: 'no endpoints available for service "web"',
    });
    await test.call('POST', '/api/v1/namespaces/default/endpoints', {
      metadata: { name: 'web' },
      subsets: [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ name: 'http', port }] }],
    });
    expect((await test.call('GET', path, undefined, { authorization: 'Bearer x' })).text).toBe(
      'hello',
    );
    expect((await test.call('POST', `${services}/web:80/proxy`, { x: 1 })).text).toBe('hello');
    expect(seen).toEqual(['GET /a/b?c=d no authorization', 'POST / no authorization']);
    backend.closeAllConnections();
    backend.close();
    await test.call('PATCH', '/api/v1/namespaces/default/endpoints/web', {
      subsets: [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ name: 'http', port: 1 }] }],
    });
    const refused = await test.call('GET', path);
    expect(refused.body.message).toMatch(/^error trying to reach service: .*ECONNREFUSED/);
  });
});

describe('service account tokens', () => {
  const token = async (body: object = {}): Promise<string> => {
    const answer = await test.call(
      'POST',
      '/api/v1/namespaces/default/serviceaccounts/default/token',
      body,
    );
    return (answer.body['status'] as { token: string }).token;
  };
  const as = (bearer: string, path: string): Promise<Response> =>
    test.server.handle(
      new Request(`http://test${path}`, { headers: { authorization: `Bearer ${bearer}` } }),
    ) as Promise<Response>;

  it('tell who calls, and roles what they may do', async () => {
    const bearer = await token();
    const review = await test.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
      spec: { token: bearer },
    });
    expect(review.body['status']).toMatchObject({
      authenticated: true,
      user: {
        username: 'system:serviceaccount:default:default',
        groups: [
          'system:serviceaccounts',
          'system:serviceaccounts:default',
          'system:authenticated',
        ],
      },
    });
    const no = await as(bearer, pods);
    expect(no.status).toBe(403);
    expect(((await no.json()) as { message: string }).message).toBe(
      'pods is forbidden: User "system:serviceaccount:default:default" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
    await test.call('POST', `${rbac}/roles`, {
      metadata: { name: 'r' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }],
    });
    await test.call('POST', `${rbac}/rolebindings`, {
      metadata: { name: 'r' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
    });
    expect((await as(bearer, pods)).status).toBe(200);
    expect((await as(bearer, '/api/v1/pods')).status).toBe(403);
    expect((await as(bearer, '/apis')).status).toBe(200);
  });

  it('end with their time, their account and what they are bound to', async () => {
    const bearer = await token({ spec: { expirationSeconds: 600 } });
    expect((await as(bearer, '/apis')).status).toBe(200);
    await test.clock.advance(601_000);
    expect((await as(bearer, '/apis')).status).toBe(401);
    await test.call('POST', pods, pod('p'));
    const bound = await token({
      spec: { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p' } },
    });
    expect((await as(bound, '/apis')).status).toBe(200);
    await test.call('DELETE', `${pods}/p`);
    expect((await as(bound, '/apis')).status).toBe(401);
    const free = await token();
    await test.call('DELETE', '/api/v1/namespaces/default/serviceaccounts/default');
    expect((await as(free, '/apis')).status).toBe(401);
  });

  it('kept in a Secret last as long as it does', async () => {
    const secrets = '/api/v1/namespaces/default/secrets';
    const made = await test.call('POST', secrets, {
      metadata: { name: 's', annotations: { 'kubernetes.io/service-account.name': 'default' } },
      type: 'kubernetes.io/service-account-token',
    });
    const data = made.body['data'] as Record<string, string>;
    expect(Buffer.from(data['namespace']!, 'base64').toString()).toBe('default');
    const bearer = Buffer.from(data['token']!, 'base64').toString();
    await test.clock.advance(24 * 3600_000);
    expect((await as(bearer, '/apis')).status).toBe(200);
    await test.call('DELETE', `${secrets}/s`);
    expect((await as(bearer, '/apis')).status).toBe(401);
  });

  it('are refused when they are forged', async () => {
    const bearer = await token();
    const [head, , signature] = bearer.split('.');
    const payload = Buffer.from(
      JSON.stringify({ sub: 'system:serviceaccount:kube-system:default' }),
    ).toString('base64url');
    expect((await as(`${head}.${payload}.${signature}`, '/apis')).status).toBe(401);
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect((await as(`${none}.${payload}.`, '/apis')).status).toBe(401);
    expect((await as('nonsense', '/apis')).status).toBe(401);
  });
});

describe('access reviews', () => {
  it('say yes and why', async () => {
    const { status, body } = await test.call(
      'POST',
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      {
        spec: { resourceAttributes: { namespace: 'default', verb: 'get', resource: 'pods' } },
      },
    );
    expect(status).toBe(201);
    expect(body).toMatchObject({ kind: 'SelfSubjectAccessReview', status: { allowed: true } });
    const other = await test.call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      spec: {
        user: 'bob',
        resourceAttributes: { namespace: 'default', verb: 'get', resource: 'pods' },
      },
    });
    expect(other.body['status']).toMatchObject({ allowed: false });
    const who = await test.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
    expect(who.body['status']).toMatchObject({ userInfo: { username: 'system:admin' } });
  });
});

describe('endpoints that write a part', () => {
  const merge = { 'content-type': 'application/merge-patch+json' };

  it('approval writes conditions, and nothing else; the request says who asked', async () => {
    const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
    const spec = { request: 'aGk=', signerName: 'a.b/c', usages: ['client auth'] };
    const made = await test.call('POST', path, {
      metadata: { name: 'r' },
      spec: { ...spec, username: 'somebody-else' },
    });
    const asked = { ...spec, username: 'system:admin', groups: expect.anything() as unknown };
    expect(made.body['spec']).toEqual(asked);
    const condition = { type: 'Approved', status: 'True', lastUpdateTime: '2026-01-01T00:00:00Z' };
    const approved = await test.call('PUT', `${path}/r/approval`, {
      ...made.body,
      spec: { ...spec, signerName: 'x.y/z' },
      status: { conditions: [condition], certificate: 'aGk=' },
    });
    expect(approved.body['spec']).toEqual(asked);
    const conditions = [{ ...condition, lastTransitionTime: '2026-01-01T00:00:00Z' }];
    expect(approved.body['status']).toEqual({ conditions });
    const main = await test.call('PUT', `${path}/r`, { ...approved.body, status: {} });
    expect(main.body['status']).toEqual({ conditions });
  });

  it('a container joins a pod for a look, with the defaults of one', async () => {
    await test.call('POST', pods, pod('p'));
    const spec = { ephemeralContainers: [{ name: 'look', image: 'i:1' }], hostname: 'other' };
    const { body } = await test.call('PATCH', `${pods}/p/ephemeralcontainers`, { spec }, merge);
    expect(body['spec']).toMatchObject({
      ephemeralContainers: [
        { name: 'look', imagePullPolicy: 'IfNotPresent', terminationMessagePolicy: 'File' },
      ],
    });
    expect(body['spec']).not.toHaveProperty('hostname');
    const main = await test.call('PATCH', `${pods}/p`, { spec }, merge);
    expect(main.status).toBe(422);
  });

  it('resources change through resize only', async () => {
    await test.call('POST', pods, pod('p'));
    const containers = [{ name: 'c', image: 'other', resources: { limits: { cpu: '2' } } }];
    const { body } = await test.call(
      'PATCH',
      `${pods}/p/resize`,
      { spec: { containers } },
      { 'content-type': 'application/strategic-merge-patch+json' },
    );
    expect(body['spec']).toMatchObject({
      containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '2' } } }],
    });
  });
});
