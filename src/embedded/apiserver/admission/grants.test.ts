import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type Answered, type TestServer } from '../testing/test-server.ts';

let test: TestServer;
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const mine = `${rbac}/namespaces/default`;
const apiGroup = 'rbac.authorization.k8s.io';
const bob = [{ kind: 'User', name: 'bob', apiGroup }];

beforeEach(async () => {
  const tokens = new Map([['secret', { name: 'bob', groups: ['dev'] }]]);
  test = await startTestServer({ auth: { tokens } });
  await allow([
    { apiGroups: [apiGroup], resources: ['roles', 'rolebindings'], verbs: ['create'] },
    { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
  ]);
});
afterEach(() => test.server.close());

/** Gives bob these rules, besides what he has. */
async function allow(rules: readonly object[], name = 'bob'): Promise<void> {
  await test.call('POST', `${rbac}/clusterroles`, { metadata: { name }, rules });
  const roleRef = { apiGroup, kind: 'ClusterRole', name };
  await test.call('POST', `${mine}/rolebindings`, { metadata: { name }, roleRef, subjects: bob });
}

async function asBob(path: string, body: object): Promise<{ status: number; message?: string }> {
  const response = await test.server.handle(
    new Request(`http://test${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
  const { message } = (await response.json()) as Answered;
  return { status: response.status, ...(message === undefined ? {} : { message }) };
}

const role = (...rules: object[]): Promise<{ status: number; message?: string }> =>
  asBob(`${mine}/roles`, { metadata: { name: 'r' }, rules });
const read = (resource: string, ...verbs: string[]): object => ({
  apiGroups: [''],
  resources: [resource],
  verbs,
});

describe('a role', () => {
  it('may hold what its maker holds', async () => {
    expect(await role(read('pods', 'get'))).toEqual({ status: 201 });
  });

  it('may not hold more', async () => {
    expect(await role(read('pods', 'get', 'watch', 'delete'), read('secrets', 'get'))).toEqual({
      status: 403,
      message: `roles.rbac.authorization.k8s.io "r" is forbidden: user "bob" (groups=["dev" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:
{APIGroups:[""], Resources:["pods"], Verbs:["watch" "delete"]}
{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}`,
    });
    expect((await role(read('*', 'get'))).status).toBe(403);
    expect((await role({ nonResourceURLs: ['/x'], verbs: ['get'] })).message).toContain(
      '{NonResourceURLs:["/x"], Verbs:["get"]}',
    );
  });

  it('unless its maker may escalate', async () => {
    await allow([{ apiGroups: [apiGroup], resources: ['roles'], verbs: ['escalate'] }], 'more');
    expect((await role(read('secrets', 'get'))).status).toBe(201);
  });
});

it('a binding gives only what its maker holds, or may bind', async () => {
  const rules = [read('secrets', 'get')];
  await test.call('POST', `${mine}/roles`, { metadata: { name: 'strong' }, rules });
  const roleRef = { apiGroup, kind: 'Role', name: 'strong' };
  const bind = (): Promise<{ status: number; message?: string }> =>
    asBob(`${mine}/rolebindings`, { metadata: { name: 'b' }, roleRef, subjects: bob });
  expect((await bind()).message).toContain(
    '{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
  );
  const binder = {
    apiGroups: [apiGroup],
    resources: ['roles'],
    resourceNames: ['strong'],
    verbs: ['bind'],
  };
  await allow([binder], 'binder');
  expect((await bind()).status).toBe(201);
});
