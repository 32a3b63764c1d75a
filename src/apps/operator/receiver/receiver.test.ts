import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FakeClock, hide, silentLogger } from '../../../base/index.ts';
import { hookPath, receiverHandler, type ReceiverPorts } from './receiver.ts';

const key = Buffer.from('a secret\n');
const hmac = (body: string, algorithm = 'sha256'): string =>
  createHmac(algorithm, key).update(body).digest('hex');

interface Posted {
  readonly source: string;
  readonly body: unknown;
  /** With the body's bytes, since signatures are over them. */
  readonly headers?: (text: string) => Record<string, string>;
  readonly registryHost?: string;
  readonly audience?: string;
  readonly transport?: NonNullable<ReceiverPorts['transport']>;
  /** What fluxd's API answers. */
  readonly apiStatus?: number;
}

const clock = new FakeClock('2026-01-01T00:00:00Z');

async function post(how: Posted): Promise<{ status: number; text: string; told: unknown[] }> {
  const told: unknown[] = [];
  const { source, registryHost = '', audience } = how;
  const endpoint = { source, key: hide(key), registryHost };
  const handler = receiverHandler({
    endpoints: [{ ...endpoint, ...(audience === undefined ? {} : { audience }) }],
    clock,
    log: silentLogger,
    ...(how.transport === undefined ? {} : { transport: how.transport }),
    api: async (request) => {
      told.push(await request.json());
      return new Response(null, { status: how.apiStatus ?? 202 });
    },
  });
  const text = typeof how.body === 'string' ? how.body : JSON.stringify(how.body);
  const url = `http://receiver${hookPath(endpoint)}`;
  const request = new Request(url, {
    method: 'POST',
    body: text,
    headers: how.headers?.(text) ?? {},
  });
  const answer = await handler(request);
  return { status: answer.status, text: await answer.text(), told };
}

const git = (URL: string, Branch: string) => ({ Kind: 'git', Source: { URL, Branch } });
const image = (Domain: string, Image: string) => ({
  Kind: 'image',
  Source: { Name: { Domain, Image } },
});
const gcrBody = (event: object) => ({
  message: { data: Buffer.from(JSON.stringify(event)).toString('base64') },
});

const push = { ref: 'refs/heads/main', repository: { ssh_url: 'git@github.com:me/app.git' } };
const genuine: ReadonlyArray<Posted & { readonly tells: unknown[] }> = [
  {
    source: 'GitHub',
    body: push,
    headers: (text) => ({
      'x-github-event': 'push',
      'x-hub-signature': `sha1=${hmac(text, 'sha1')}`,
    }),
    tells: [git('git@github.com:me/app.git', 'main')],
  },
  {
    source: 'GitHub',
    body: { action: 'opened' },
    headers: (text) => ({
      'x-github-event': 'issues',
      'x-hub-signature-256': `sha256=${hmac(text)}`,
    }),
    tells: [],
  },
  {
    source: 'GitLab',
    body: { ref: 'refs/heads/a/b', project: { git_ssh_url: 'git@gitlab.com:me/app.git' } },
    headers: () => ({ 'x-gitlab-token': 'a secret', 'x-gitlab-event': 'Push Hook' }),
    tells: [git('git@gitlab.com:me/app.git', 'a/b')],
  },
  {
    source: 'Gitea',
    body: push,
    headers: (text) => ({ 'x-gitea-event': 'push', 'x-gitea-signature': hmac(text) }),
    tells: [git('git@github.com:me/app.git', 'main')],
  },
  {
    source: 'BitbucketServer',
    body: {
      repository: {
        links: {
          clone: [
            { name: 'http', href: 'https://bb/scm/p/r.git' },
            { name: 'ssh', href: 'ssh://git@bb:7999/p/r.git' },
          ],
        },
      },
      changes: [{ ref: { displayId: 'main' } }, { ref: { displayId: 'dev' } }],
    },
    headers: (text) => ({
      'x-event-key': 'repo:refs_changed',
      'x-hub-signature': `sha256=${hmac(text)}`,
    }),
    tells: [git('ssh://git@bb:7999/p/r.git', 'main'), git('ssh://git@bb:7999/p/r.git', 'dev')],
  },
  {
    source: 'BitbucketCloud',
    body: {
      repository: { full_name: 'me/app' },
      push: { changes: [{ new: { name: 'main' } }, { new: null, old: { name: 'gone' } }] },
    },
    headers: () => ({ 'x-event-key': 'repo:push' }),
    tells: [
      git('git@bitbucket.org:me/app.git', 'main'),
      git('git@bitbucket.org:me/app.git', 'gone'),
    ],
  },
  {
    source: 'DockerHub',
    body: { repository: { repo_name: 'me/app' } },
    tells: [image('', 'me/app')],
  },
  { source: 'Quay', body: { docker_url: 'quay.io/me/app' }, tells: [image('quay.io', 'me/app')] },
  {
    source: 'Harbor',
    body: {
      type: 'PUSH_ARTIFACT',
      event_data: { resources: [{ resource_url: 'harbor.io/lib/app:1' }] },
    },
    headers: () => ({ authorization: 'a secret' }),
    tells: [image('harbor.io', 'lib/app')],
  },
  {
    source: 'Nexus',
    registryHost: 'nexus.io:5000',
    body: { action: 'CREATED', component: { format: 'docker', name: 'lib/app' } },
    headers: (text) => ({
      'x-nexus-webhook-id': 'rm:repository:component',
      'x-nexus-webhook-signature': hmac(text, 'sha1'),
    }),
    tells: [image('nexus.io:5000', 'lib/app')],
  },
  {
    source: 'GoogleContainerRegistry',
    body: gcrBody({ action: 'INSERT', tag: 'gcr.io/project/app:1' }),
    tells: [image('gcr.io', 'project/app')],
  },
  {
    source: 'Generic',
    body: { url: 'ssh://git@host/r', branch: 'main' },
    headers: (text) => ({ 'x-signature-256': hmac(text) }),
    tells: [git('ssh://git@host/r', 'main')],
  },
];

describe('the webhook receiver', () => {
  it.each(genuine)('takes $source: $tells', async ({ tells, ...how }) => {
    expect(await post(how)).toEqual({ status: 200, text: '', told: tells });
  });

  it.each(genuine.filter(({ headers }) => headers !== undefined))(
    'refuses a forged $source before it is read',
    async (how) => {
      if (how.source === 'BitbucketCloud') return;
      // Not even JSON: a signature that is looked at first never gets so far.
      const forged = await post({
        ...how,
        body: '{"',
        headers: (text) =>
          Object.fromEntries(
            Object.entries(how.headers!(text)).map(([name, value]) => [
              name,
              /signature|token|authorization/.test(name) ? `${value.slice(0, -1)}x` : value,
            ]),
          ),
      });
      expect(forged).toMatchObject({ status: 401, told: [] });
      expect((await post({ ...how, headers: () => ({}) })).status).toBe(401);
    },
  );

  it('answers a ping, a bad body, unknown paths and other methods', async () => {
    const ping = await post({
      source: 'GitHub',
      body: {},
      headers: (text) => ({
        'x-github-event': 'ping',
        'x-hub-signature': `sha1=${hmac(text, 'sha1')}`,
      }),
    });
    expect(ping).toEqual({ status: 200, text: 'Pong\n', told: [] });
    expect(await post({ source: 'Quay', body: { no: 'url' } })).toMatchObject({ status: 400 });
    expect(await post({ source: 'Quay', body: 'x' })).toMatchObject({ status: 400 });
    const handler = receiverHandler({
      endpoints: [{ source: 'Quay', key: hide(key), registryHost: '' }],
      clock,
      log: silentLogger,
      api: () => new Response(null, { status: 202 }),
    });
    const at = async (path: string) => (await handler(new Request(`http://r${path}`))).status;
    expect(await at('/health')).toBe(200);
    expect(await at('/hook/0123')).toBe(404);
    expect(await at(hookPath({ key: hide(key), registryHost: '' }))).toBe(405);
  });

  it('a notice of git that cannot be passed on is a failure, one of an image is not', async () => {
    const [github] = genuine;
    expect((await post({ ...github!, apiStatus: 500 })).status).toBe(500);
    const quay = { source: 'Quay', body: { docker_url: 'quay.io/me/app' }, apiStatus: 500 };
    expect((await post(quay)).status).toBe(200);
  });

  it("asks Google's keys for the token of a push, and answers 200 whatever it finds", async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1' };
    const transport = async () => Response.json({ keys: [jwk] });
    const token = (claims: object): string => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const head = `${part({ alg: 'RS256', kid: 'k1' })}.${part(claims)}`;
      return `${head}.${sign('sha256', Buffer.from(head), privateKey).toString('base64url')}`;
    };
    const claims = {
      aud: 'https://me/hook',
      iss: 'https://accounts.google.com',
      exp: clock.now().getTime() / 1000 + 60,
    };
    const told = async (authorization: string) =>
      (
        await post({
          source: 'GoogleContainerRegistry',
          body: gcrBody({ action: 'INSERT', tag: 'gcr.io/p/app:1' }),
          audience: 'https://me/hook',
          transport,
          headers: () => ({ authorization }),
        })
      ).told.length;
    expect(await told(`Bearer ${token(claims)}`)).toBe(1);
    expect(await told(`Bearer ${token({ ...claims, aud: 'other' })}`)).toBe(0);
    expect(await told(`Bearer ${token({ ...claims, iss: 'me' })}`)).toBe(0);
    expect(await told(`Bearer ${token({ ...claims, exp: 1 })}`)).toBe(0);
    expect(await told(`Bearer ${token(claims).slice(0, -4)}AAAA`)).toBe(0);
    expect(await told('')).toBe(0);
  });
});
