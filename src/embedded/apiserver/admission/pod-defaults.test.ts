import { expect, it } from 'vitest';
import { startTestServer } from '../testing/test-server.ts';

const pod = (image: string, more: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', ...more },
  spec: { containers: [{ name: 'c', image }] },
});

it('a pod is replaced by the manifest that made it: what the server filled in stays', async () => {
  const { server, call } = await startTestServer({ serviceAccountAdmission: false });
  const created = await call('POST', '/api/v1/namespaces/default/pods', pod('a'));
  const path = '/api/v1/namespaces/default/pods/p';
  const replaced = await call('PUT', path, pod('a', { labels: { a: 'b' } }));
  expect(replaced.body.message).toBeUndefined();
  expect(replaced.body['spec']).toEqual(created.body['spec']);
  expect(replaced.body['spec']).toMatchObject({
    priority: 0,
    preemptionPolicy: 'PreemptLowerPriority',
    tolerations: [
      { key: 'node.kubernetes.io/not-ready', tolerationSeconds: 300 },
      { key: 'node.kubernetes.io/unreachable', tolerationSeconds: 300 },
    ],
  });
  await server.close();
});
