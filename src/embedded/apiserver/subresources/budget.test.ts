import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestServer, type Answer, type TestServer } from '../testing/test-server.ts';

let test: TestServer;
const pods = '/api/v1/namespaces/default/pods';
const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';

beforeEach(async () => {
  test = await startTestServer();
  await test.call('POST', pods, {
    metadata: { name: 'p', labels: { app: 'a' } },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  });
});
afterEach(() => test.server.close());

const run = (ready: boolean): Promise<Answer> =>
  test.call('PATCH', `${pods}/p/status`, {
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  });
const budget = async (name: string, status?: object, spec: object = {}): Promise<void> => {
  const selector = { matchLabels: { app: 'a' } };
  await test.call('POST', budgets, { metadata: { name }, spec: { selector, ...spec } });
  if (status) await test.call('PATCH', `${budgets}/${name}/status`, { status });
};
const evict = (query = ''): Promise<Answer> =>
  test.call('POST', `${pods}/p/eviction${query}`, { metadata: { name: 'p' } });
const counted = { observedGeneration: 1, desiredHealthy: 2, currentHealthy: 2, expectedPods: 2 };

it('a budget that is used up holds a running pod back', async () => {
  await run(true);
  await budget('b', { ...counted, disruptionsAllowed: 0 });
  const answer = await evict();
  expect(answer.status).toBe(429);
  expect(answer.headers.get('retry-after')).toBe('10');
  expect(answer.body).toMatchObject({
    reason: 'TooManyRequests',
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    details: {
      causes: [
        {
          reason: 'DisruptionBudget',
          message: 'The disruption budget b needs 2 healthy pods and has 2 currently',
        },
      ],
    },
  });
});

it('a budget nobody has counted yet holds it back too', async () => {
  await run(true);
  await budget('b');
  expect(JSON.stringify((await evict()).body)).toContain('is still being processed by the server.');
});

it('a disruption is spent once, and not by a dry run', async () => {
  await run(true);
  await budget('b', { ...counted, disruptionsAllowed: 1 });
  expect((await evict('?dryRun=All')).status).toBe(201);
  expect((await evict()).status).toBe(201);
  const { status } = (await test.call('GET', `${budgets}/b`)).body;
  expect(status).toMatchObject({
    disruptionsAllowed: 0,
    disruptedPods: { p: expect.any(String) as unknown },
  });
});

it.each([
  ['a pod that does not run', undefined, {}, 201],
  ['an unready pod of a healthy application', false, {}, 201],
  [
    'an unready pod where that is always allowed',
    false,
    { unhealthyPodEvictionPolicy: 'AlwaysAllow' },
    201,
  ],
  ['a ready pod', true, {}, 429],
])('%s: %s', async (_title, ready, spec, code) => {
  if (ready !== undefined) await run(ready);
  await budget('b', { ...counted, disruptionsAllowed: 0 }, spec);
  expect((await evict()).status).toBe(code);
});

it('two budgets over one pod are a mistake', async () => {
  await run(true);
  await budget('a');
  await budget('b');
  const answer = await evict();
  expect([answer.status, answer.body.message]).toEqual([
    500,
    'Internal error occurred: This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
  ]);
});
