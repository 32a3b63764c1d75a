import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';

let test: TestServer;
beforeEach(async () => {
  test = await startTestServer();
});
afterEach(() => test.server.close());

const namespace = '/api/v1/namespaces/default';

const limit = (item: object): Promise<unknown> =>
  test.call('POST', `${namespace}/limitranges`, {
    metadata: { name: 'l' },
    spec: { limits: [item] },
  });
const pod = (resources: object): ReturnType<TestServer['call']> =>
  test.call('POST', `${namespace}/pods`, {
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'i', resources }] },
  });

it('fills what a container leaves open, and says so', async () => {
  await limit({
    type: 'Container',
    default: { cpu: '500m', memory: '1Gi' },
    defaultRequest: { cpu: '100m' },
  });
  const { body } = await pod({ limits: { cpu: '1' } });
  expect(body).toMatchObject({
    metadata: {
      annotations: {
        'kubernetes.io/limit-ranger':
          'LimitRanger plugin set: memory request for container c; memory limit for container c',
      },
    },
    spec: {
      containers: [
        {
          resources: {
            limits: { cpu: '1', memory: '1Gi' },
            requests: { cpu: '1', memory: '1Gi' },
          },
        },
      ],
    },
  });
});

const item = (type: string, bounds: object): object => ({ type, ...bounds });

describe('refuses what is outside the limits', () => {
  const cases: readonly (readonly [string, object, object, string])[] = [
    [
      'too much',
      item('Container', { max: { cpu: '1' } }),
      { limits: { cpu: '2' } },
      'pods "p" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
    ],
    [
      'too little',
      item('Container', { min: { memory: '10Mi' } }),
      { requests: { memory: '1Mi' } },
      'pods "p" is forbidden: minimum memory usage per Container is 10Mi, but request is 1Mi',
    ],
    [
      'nothing said, for the pod as a whole',
      item('Pod', { max: { cpu: '1' } }),
      {},
      'pods "p" is forbidden: maximum cpu usage per Pod is 1.  No limit is specified',
    ],
    [
      'too great a difference',
      item('Container', { maxLimitRequestRatio: { cpu: '2' } }),
      { requests: { cpu: '100m' }, limits: { cpu: '300m' } },
      'pods "p" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000',
    ],
    [
      'both at once',
      item('Pod', { min: { cpu: '1' }, max: { memory: '1Gi' } }),
      { requests: { cpu: '500m' }, limits: { cpu: '500m', memory: '2Gi' } },
      'pods "p" is forbidden: [minimum cpu usage per Pod is 1, but request is 500m, maximum memory usage per Pod is 1Gi, but limit is 2Gi]',
    ],
  ];
  it.each(cases)('%s', async (_title, row, resources, message) => {
    await limit(row);
    const answer = await pod(resources);
    expect(answer.status).toBe(403);
    expect(answer.body.message).toBe(message);
  });

  it('a claim that is too large', async () => {
    await limit(item('PersistentVolumeClaim', { max: { storage: '5Gi' } }));
    const { body } = await test.call('POST', `${namespace}/persistentvolumeclaims`, {
      metadata: { name: 'v' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
    });
    expect(body.message).toBe(
      'persistentvolumeclaims "v" is forbidden: maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 10Gi',
    );
  });
});
