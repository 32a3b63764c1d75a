import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type Answer, type TestServer } from '../../testing/test-server.ts';

let test: TestServer;
beforeEach(async () => {
  test = await startTestServer();
});
afterEach(() => test.server.close());

const namespace = '/api/v1/namespaces/default';
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
};
const quota = (hard: object, more: object = {}): Promise<Answer> =>
  test.call('POST', `${namespace}/resourcequotas`, {
    metadata: { name: 'q' },
    spec: { hard, ...more },
  });
const pod = (name: string, resources: object = {}, query = ''): Promise<Answer> =>
  test.call('POST', `${namespace}/pods${query}`, {
    metadata: { name },
    spec: { containers: [{ name: 'c', image: 'i', resources }] },
  });
const used = async (): Promise<unknown> => {
  await turns();
  return (await test.call('GET', `${namespace}/resourcequotas/q`)).body['status'];
};

it('tells what is used, also when it goes', async () => {
  await pod('before', { requests: { cpu: '250m' } });
  await quota({ pods: '5', 'requests.cpu': '1', 'count/configmaps': '9' });
  expect(await used()).toEqual({
    hard: { pods: '5', 'requests.cpu': '1', 'count/configmaps': '9' },
    used: { pods: '1', 'requests.cpu': '250m', 'count/configmaps': '0' },
  });
  await pod('more', { requests: { cpu: '500m' } });
  await test.call('POST', `${namespace}/configmaps`, { metadata: { name: 'm' } });
  expect(await used()).toMatchObject({
    used: { pods: '2', 'requests.cpu': '750m', 'count/configmaps': '1' },
  });
  await test.call('DELETE', `${namespace}/pods/before`);
  expect(await used()).toMatchObject({ used: { pods: '1', 'requests.cpu': '500m' } });
});

describe('refuses', () => {
  it('what is more than is left', async () => {
    await quota({ pods: '2', services: '0' });
    await pod('a');
    await pod('b');
    const answer = await pod('c');
    expect([answer.status, answer.body.message]).toEqual([
      403,
      'pods "c" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2',
    ]);
  });

  it('the one too many of several that come at once', async () => {
    await quota({ pods: '2' });
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((name) => pod(name)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201, 201, 403, 403,
    ]);
    expect(await used()).toMatchObject({ used: { pods: '2' } });
  });

  it('containers that do not say what they want', async () => {
    await quota({ 'limits.memory': '1Gi', cpu: '1' });
    expect((await pod('p')).body.message).toBe(
      'pods "p" is forbidden: failed quota: q: must specify cpu for: c; limits.memory for: c',
    );
  });

  it('amounts, and names each of them', async () => {
    await quota({ cpu: '1', memory: '1Gi' });
    await pod('a', { requests: { cpu: '600m', memory: '600Mi' } });
    expect((await pod('b', { requests: { cpu: '500m', memory: '512Mi' } })).body.message).toBe(
      'pods "b" is forbidden: exceeded quota: q, requested: cpu=500m,memory=512Mi, used: cpu=600m,memory=600Mi, limited: cpu=1,memory=1Gi',
    );
  });

  it('claims by their class, and a service that turns into a load balancer', async () => {
    await quota({
      'slow.storageclass.storage.k8s.io/requests.storage': '1Gi',
      'services.loadbalancers': '0',
    });
    const claim = await test.call('POST', `${namespace}/persistentvolumeclaims`, {
      metadata: { name: 'v' },
      spec: {
        storageClassName: 'slow',
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '2Gi' } },
      },
    });
    expect(claim.body.message).toMatch(
      /requested: slow.*=2Gi, used: slow.*=0, limited: slow.*=1Gi/,
    );
    const spec = { ports: [{ port: 80 }] };
    await test.call('POST', `${namespace}/services`, { metadata: { name: 's' }, spec });
    const change = await test.call('PATCH', `${namespace}/services/s`, {
      spec: { type: 'LoadBalancer' },
    });
    expect(change.body.message).toContain('requested: services.loadbalancers=1');
  });
});

it('a dry run is checked and uses nothing', async () => {
  await quota({ pods: '1' });
  expect((await pod('a', {}, '?dryRun=All')).status).toBe(201);
  expect((await pod('a')).status).toBe(201);
  expect((await pod('b', {}, '?dryRun=All')).status).toBe(403);
});

it.each([
  [{ scopes: ['BestEffort'] }, {}, 403],
  [{ scopes: ['BestEffort'] }, { requests: { cpu: '1' } }, 201],
  [{ scopes: ['NotTerminating'] }, {}, 403],
  [{ scopes: ['Terminating'] }, {}, 201],
  [
    { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'Exists' }] } },
    {},
    201,
  ],
])('counts only what is in its scope: %j with %j', async (scope, resources, status) => {
  await quota({ pods: '0' }, scope);
  expect((await pod('p', resources)).status).toBe(status);
});
