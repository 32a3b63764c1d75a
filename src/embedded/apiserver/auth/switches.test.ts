import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, silentLogger, systemClock } from '../../../base/index.ts';
import type { ApiServerOptions } from '../options.ts';
import { createPki, type Pki } from '../pki/pki.ts';
import { createApiServer, type ApiServer } from '../server.ts';
import { startTestServer } from '../testing/test-server.ts';
import { parseTokenFile } from './token-file.ts';

let dir: string;
let opened: ApiServer[];
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'trice-switches-'));
  opened = [];
});
afterEach(async () => {
  for (const server of opened) await server.close();
  rmSync(dir, { recursive: true, force: true });
});

const file = (name: string, text: string): string => {
  const at = path.join(dir, name);
  writeFileSync(at, text);
  return at;
};
const open = async (options: Partial<ApiServerOptions>): Promise<ApiServer> => {
  const server = await createApiServer({
    storePath: ':memory:',
    clock: new FakeClock(),
    log: silentLogger,
    ...options,
  });
  opened.push(server);
  return server;
};
const asUser = async (
  server: ApiServer,
  url: string,
  headers: Record<string, string>,
): Promise<{ status: number; body: Record<string, unknown> }> => {
  const answer = await server.handle(new Request(`http://x${url}`, { headers }));
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

describe('a static token file', () => {
  it.each([
    ['t,bob,7', { name: 'bob', uid: '7', groups: [] }],
    ['t,bob,7,dev', { name: 'bob', uid: '7', groups: ['dev'] }],
    ['t,bob,7,"dev,ops"', { name: 'bob', uid: '7', groups: ['dev', 'ops'] }],
    ['t, bob , 7,"dev,ops",more', { name: ' bob ', uid: ' 7', groups: ['dev', 'ops'] }],
    ['t,"b""ob",7\r\n', { name: 'b"ob', uid: '7', groups: [] }],
    ['t,old,1\n\nt,new,2', { name: 'new', uid: '2', groups: [] }],
  ])('%j', (text, user) => {
    expect(parseTokenFile(text, 'tokens.csv').get('t')).toEqual(user);
  });

  it.each([
    ['t,bob', 'tokens.csv:1: a line needs at least token,user,uid'],
    ['a,b,c\nsecret,"bob,1', 'tokens.csv:2: a quote is not closed'],
  ])('%j is refused without telling a token', (text, why) => {
    expect(() => parseTokenFile(text, 'tokens.csv')).toThrow(why);
    expect(() => parseTokenFile(text, 'tokens.csv')).not.toThrow('secret');
  });

  it('lets its users in, with what their groups may do', async () => {
    const tokenFile = file('tokens.csv', 'root,admin,1,system:masters\nlow,bob,2\n');
    const server = await open({ auth: { tokenFile } });
    const at = '/api/v1/namespaces/default/pods';
    const as = (token: string): Promise<{ status: number; body: Record<string, unknown> }> =>
      asUser(server, at, { authorization: `Bearer ${token}` });
    expect((await as('root')).status).toBe(200);
    expect((await as('low')).body['message']).toBe(
      'pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    expect((await as('other')).status).toBe(401);
  });

  it('that is not there stops the start, by name', async () => {
    const tokenFile = path.join(dir, 'absent.csv');
    await expect(open({ auth: { tokenFile } })).rejects.toThrow(`cannot read ${tokenFile}`);
  });
});

describe('authorization always-allow', () => {
  it('allows everybody who is known everything, and nobody else anything', async () => {
    const tokenFile = file('tokens.csv', 'low,bob,2\n');
    const server = await open({ auth: { tokenFile, authorization: 'always-allow' } });
    const pods = '/api/v1/pods';
    expect((await asUser(server, pods, { authorization: 'Bearer low' })).status).toBe(200);
    expect((await asUser(server, pods, {})).status).toBe(401);
    const review = await server.transport(
      new Request('http://test/apis/authorization.k8s.io/v1/subjectaccessreviews', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          spec: { user: 'x', nonResourceAttributes: { path: '/a', verb: 'get' } },
        }),
      }),
    );
    expect(await review.json()).toMatchObject({ status: { allowed: true } });
  });
});

describe('a client CA file', () => {
  const get = (port: number, pki: Pki, client: Pki): Promise<number> =>
    new Promise((resolve, reject) => {
      const { clientCertPem: cert, clientKeyPem: key } = client;
      const options = { port, path: '/api/v1/pods', ca: pki.caPem, cert, key, agent: false };
      https
        .get({ host: '127.0.0.1', ...options }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        })
        .on('error', reject);
    });

  it('lets certificates of its authorities in, besides those of the server itself', async () => {
    const made = (name: string): Promise<Pki> =>
      createPki({ dir: path.join(dir, name), clock: systemClock, hosts: ['127.0.0.1'] });
    const [own, foreign, stranger] = await Promise.all([
      made('own'),
      made('foreign'),
      made('other'),
    ]);
    const clientCaFile = file('ca.pem', `# comment\n${foreign.caPem}`);
    const server = await open({ auth: { clientCaFile } });
    const tls = { cert: own.serverCertPem, key: own.serverKeyPem, ca: own.caPem };
    const listening = await server.listen({ host: '127.0.0.1', port: 0, tls });
    expect(await get(listening.port, own, own)).toBe(200);
    expect(await get(listening.port, own, foreign)).toBe(200);
    expect(await get(listening.port, own, stranger)).toBe(401);
    await listening.close();
  });

  it('without a certificate in it stops the start', async () => {
    const clientCaFile = file('ca.pem', 'nothing');
    await expect(open({ auth: { clientCaFile } })).rejects.toThrow(
      'there is no certificate in PEM form in it',
    );
  });
});

describe('service account admission', () => {
  const pods = '/api/v1/namespaces/default/pods';
  const pod = {
    metadata: { name: 'a' },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  };

  it('switched off leaves pods without account and token volume', async () => {
    const { server, call } = await startTestServer({ serviceAccountAdmission: false });
    opened.push(server);
    const made = await call('POST', pods, pod);
    expect(made.status).toBe(201);
    expect(made.body['spec']).not.toHaveProperty('serviceAccountName');
    expect(made.body['spec']).not.toHaveProperty('volumes');
  });

  it('is on unless told otherwise', async () => {
    const { server, call } = await startTestServer();
    opened.push(server);
    const made = await call('POST', pods, pod);
    expect(made.body['spec']).toMatchObject({ serviceAccountName: 'default' });
  });
});

describe('impersonation', () => {
  const tokenFile = (): string => file('tokens.csv', 'root,admin,1,system:masters\nlow,bob,2\n');
  const whoAmI = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const ask = async (
    server: ApiServer,
    headers: Record<string, string>,
  ): Promise<Record<string, unknown>> => {
    const answer = await server.handle(
      new Request(`http://x${whoAmI}`, {
        method: 'POST',
        headers: { authorization: 'Bearer root', 'content-type': 'application/json', ...headers },
        body: '{}',
      }),
    );
    return (await answer.json()) as Record<string, unknown>;
  };

  it('gives name, uid, groups and extra fields', async () => {
    const server = await open({ auth: { tokenFile: tokenFile() } });
    const headers = {
      'impersonate-user': 'eve',
      'impersonate-uid': 'u1',
      'impersonate-group': 'dev, ,,ops',
      'impersonate-extra-scopes%2fa': 'x',
    };
    expect((await ask(server, headers))['status']).toEqual({
      userInfo: {
        username: 'eve',
        uid: 'u1',
        groups: ['dev', ',,ops', 'system:authenticated'],
        extra: { 'scopes/a': ['x'] },
      },
    });
  });

  it('of an account brings the groups of accounts', async () => {
    const server = await open({ auth: { tokenFile: tokenFile() } });
    const review = await ask(server, { 'impersonate-user': 'system:serviceaccount:n:s' });
    expect(review['status']).toMatchObject({
      userInfo: {
        groups: ['system:serviceaccounts', 'system:serviceaccounts:n', 'system:authenticated'],
      },
    });
  });

  it.each([
    [
      { 'impersonate-user': 'eve' },
      'users "eve" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at the cluster scope',
    ],
    [
      { 'impersonate-user': 'system:serviceaccount:n:s' },
      'serviceaccounts "s" is forbidden: User "bob" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "n"',
    ],
  ])('%j is refused to those who may not', async (headers, message) => {
    const server = await open({ auth: { tokenFile: tokenFile() } });
    expect(await ask(server, { authorization: 'Bearer low', ...headers })).toMatchObject({
      code: 403,
      message,
    });
  });
});

describe('reviews', () => {
  const post = async (
    server: ApiServer,
    at: string,
    body: object,
    token?: string,
  ): Promise<{ status: Record<string, unknown> }> => {
    const headers = {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const request = new Request(`http://x${at}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    const answer = await (token === undefined ? server.transport : server.handle)(request);
    return (await answer.json()) as { status: Record<string, unknown> };
  };
  const reviews = '/apis/authentication.k8s.io/v1/tokenreviews';
  const account = '/api/v1/namespaces/default/serviceaccounts/default';

  it('know static tokens', async () => {
    const server = await open({ auth: { tokenFile: file('t.csv', 'low,bob,2,dev\n') } });
    const { status } = await post(server, reviews, { spec: { token: 'low' } });
    expect(status).toEqual({
      authenticated: true,
      user: { username: 'bob', uid: '2', groups: ['dev', 'system:authenticated'] },
    });
  });

  it('tokens for others are good for those others, and not here', async () => {
    const server = await open({});
    const spec = { audiences: ['vault', 'other'] };
    const made = await post(server, `${account}/token`, { spec });
    const token = String(made.status['token']);
    const here = await asUser(server, '/apis', { authorization: `Bearer ${token}` });
    expect(here.status).toBe(401);
    const asked = { token, audiences: ['vault', 'nobody'] };
    expect((await post(server, reviews, { spec: asked })).status).toMatchObject({
      authenticated: true,
      user: { username: 'system:serviceaccount:default:default' },
      audiences: ['vault'],
    });
    const wrong = { token, audiences: ['nobody'] };
    expect((await post(server, reviews, { spec: wrong })).status).toEqual({
      user: {},
      error: 'invalid bearer token',
    });
  });

  it('of rules list what the roles say', async () => {
    const server = await open({ auth: { tokenFile: file('t.csv', 'low,bob,2\n') } });
    const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
    const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] }];
    const at = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
    const ask = (): Promise<{ status: Record<string, unknown> }> =>
      post(server, at, { spec: { namespace: 'default' } }, 'low');
    expect((await ask()).status['resourceRules']).not.toContainEqual(rules[0]);
    await post(server, `${rbac}/roles`, { metadata: { name: 'r' }, rules });
    await post(server, `${rbac}/rolebindings`, {
      metadata: { name: 'b' },
      subjects: [{ kind: 'User', name: 'bob', apiGroup: 'rbac.authorization.k8s.io' }],
      roleRef: { kind: 'Role', name: 'r', apiGroup: 'rbac.authorization.k8s.io' },
    });
    const { status } = await ask();
    expect(status['incomplete']).toBe(false);
    expect(status['resourceRules']).toContainEqual(rules[0]);
    expect(status['nonResourceRules']).toContainEqual(
      expect.objectContaining({ nonResourceURLs: expect.arrayContaining(['/apis']) as unknown }),
    );
  });
});

it('the keys of tokens are a key set, and nothing else', async () => {
  const { server, call } = await startTestServer();
  opened.push(server);
  const keys = await call('GET', '/openid/v1/jwks');
  expect(keys.headers.get('content-type')).toBe('application/jwk-set+json');
  const refused = await call('GET', '/openid/v1/jwks', undefined, { accept: 'application/json' });
  expect(refused.status).toBe(406);
});
