import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

describe('what a new cluster grants', () => {
  let bench: TestServer;
  beforeAll(async () => {
    bench = await startTestServer();
    const binding = (name: string, role: string, namespace?: string): unknown => ({
      metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name }],
    });
    const group = '/apis/rbac.authorization.k8s.io/v1';
    for (const role of ['admin', 'edit', 'view']) {
      await bench.call(
        'POST',
        `${group}/namespaces/default/rolebindings`,
        binding(role, role, 'default'),
      );
    }
    await bench.call(
      'POST',
      `${group}/clusterrolebindings`,
      binding('adapter', 'system:auth-delegator'),
    );
  });
  afterAll(() => bench.server.close());

  it.each([
    ['view get core/pods default', true],
    ['view list apps/deployments default', true],
    ['view get core/secrets default', false],
    ['view create core/pods default', false],
    ['edit get core/pods default', true],
    ['edit create apps/deployments default', true],
    ['edit get core/secrets default', true],
    ['edit create rbac.authorization.k8s.io/roles default', false],
    ['admin create rbac.authorization.k8s.io/roles default', true],
    ['admin get core/pods default', true],
    ['admin delete core/configmaps default', true],
    ['admin get core/pods kube-system', false],
    ['adapter create authentication.k8s.io/tokenreviews', true],
    ['adapter get core/pods default', false],
    ['system:kube-scheduler get core/nodes', true],
    ['nobody get core/pods default', false],
  ])('%s: %s', async (question, allowed) => {
    const [user, verb, what = '', namespace] = question.split(' ');
    const [group, resource] = what.split('/');
    const resourceAttributes = { verb, group: group === 'core' ? '' : group, resource, namespace };
    const { body } = await bench.call(
      'POST',
      '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      { spec: { user, resourceAttributes } },
    );
    expect(body['status']).toMatchObject({ allowed });
  });

  it('a subject without a namespace is an account of the binding’s own', async () => {
    const role = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
    await bench.call('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', {
      metadata: { name: 'own' },
      roleRef: role,
      subjects: [{ kind: 'ServiceAccount', name: 'robot' }],
    });
    const { body } = await bench.call(
      'POST',
      '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      {
        spec: {
          user: 'system:serviceaccount:default:robot',
          resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'default' },
        },
      },
    );
    expect(body['status']).toMatchObject({
      allowed: true,
      reason: expect.stringMatching(/^RBAC: allowed by RoleBinding "own\/default"/) as string,
    });
  });

  it('has the roles that extensions of the API bind themselves to', async () => {
    const path = '/apis/rbac.authorization.k8s.io/v1/namespaces/kube-system/roles';
    const { body } = await bench.call('GET', `${path}/extension-apiserver-authentication-reader`);
    expect(body['rules']).toEqual([
      {
        verbs: ['get', 'list', 'watch'],
        apiGroups: [''],
        resources: ['configmaps'],
        resourceNames: ['extension-apiserver-authentication'],
      },
    ]);
    expect(body.metadata['labels']).toEqual({ 'kubernetes.io/bootstrapping': 'rbac-defaults' });
  });
});
