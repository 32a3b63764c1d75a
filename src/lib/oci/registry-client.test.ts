import { describe, expect, it } from 'vitest';
import { FakeClock, hide } from '../../base/index.ts';
import type { Transport } from '../http/index.ts';
import { createRegistryClient, digestOf, parseImage } from './index.ts';
import type { RegistryClient, RegistryCredentials } from './index.ts';
import { parseChallenge } from './challenge.ts';

type Answer = Response | ((request: Request) => Response | Promise<Response>);

/** Answers by `METHOD path?query`, and remembers what was asked. */
function script(answers: Record<string, Answer>): { transport: Transport; asked: Request[] } {
  const asked: Request[] = [];
  const transport: Transport = async (request) => {
    asked.push(request);
    const { origin, pathname, search } = new URL(request.url);
    const answer =
      answers[`${request.method} ${pathname}${search}`] ??
      answers[`${request.method} ${origin}${pathname}${search}`];
    if (answer === undefined)
      return Response.json(
        { errors: [{ code: 'MANIFEST_UNKNOWN', message: 'unknown' }] },
        { status: 404 },
      );
    return typeof answer === 'function' ? answer(request) : answer.clone();
  };
  return { transport, asked };
}

const app = parseImage('localhost:5000/me/app:1.0');
const login: RegistryCredentials = () =>
  Promise.resolve({ username: 'u', password: hide('swordfish') });

async function text(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

describe('tags', () => {
  it('follows the links from page to page', async () => {
    const link = { link: '</v2/me/app/tags/list?n=2&last=b>; rel="next"' };
    const { transport } = script({
      'GET /v2/me/app/tags/list': Response.json({ tags: ['a', 'b'] }, { headers: link }),
      'GET /v2/me/app/tags/list?n=2&last=b': Response.json({ tags: ['c'] }),
    });
    expect(await createRegistryClient({ transport }).tags(app)).toEqual(['a', 'b', 'c']);
  });

  it('an empty repository has none', async () => {
    const { transport } = script({
      'GET /v2/me/app/tags/list': Response.json({ name: 'x', tags: null }),
    });
    expect(await createRegistryClient({ transport }).tags(app)).toEqual([]);
  });
});

describe('where requests go', () => {
  it.each([
    ['alpine', 'https://registry-1.docker.io/v2/library/alpine/tags/list'],
    ['docker.io/me/app', 'https://registry-1.docker.io/v2/me/app/tags/list'],
    ['quay.io/a/b', 'https://quay.io/v2/a/b/tags/list'],
    ['127.0.0.1:5000/a/b', 'http://127.0.0.1:5000/v2/a/b/tags/list'],
    ['plain.example.com/a/b', 'http://plain.example.com/v2/a/b/tags/list'],
  ])('%s', async (image, url) => {
    const { transport, asked } = script({});
    const client = createRegistryClient({ transport, insecureHosts: ['plain.example.com'] });
    await client.tags(parseImage(image)).catch(() => {});
    expect(asked[0]?.url).toBe(url);
  });

  it('refuses a registry that is no host', async () => {
    const client = createRegistryClient(script({}));
    await expect(client.tags(parseImage('a b/c/d'))).rejects.toMatchObject({ code: 'invalid' });
    await expect(client.tags(parseImage('[x]/c/d'))).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('login', () => {
  const bearer = (realm: string) => () =>
    new Response('', {
      status: 401,
      headers: { 'www-authenticate': `Bearer realm="${realm}",service="reg",scope="x"` },
    });
  const guarded =
    (realm: string): Answer =>
    (request) =>
      request.headers.get('authorization') === 'Bearer t1'
        ? Response.json({ tags: ['a'] })
        : bearer(realm)();
  const hub = parseImage('me/app');
  const token = 'GET https://auth.example.com/token?service=reg&scope=repository%3Ame%2Fapp%3Apull';

  it('fetches a token with the password, once for its life', async () => {
    const clock = new FakeClock();
    const { transport, asked } = script({
      'GET /v2/me/app/tags/list': guarded('https://auth.example.com/token'),
      [token]: Response.json({ token: 't1', expires_in: 300 }),
    });
    const client = createRegistryClient({ transport, credentials: login, clock });
    expect(await client.tags(hub)).toEqual(['a']);
    expect(await client.tags(hub)).toEqual(['a']);
    expect(asked).toHaveLength(4);
    expect(asked[1]?.headers.get('authorization')).toBe(`Basic ${btoa('u:swordfish')}`);
    await clock.advance(300_000);
    expect(await client.tags(hub)).toEqual(['a']);
    expect(asked).toHaveLength(7);
  });

  it('gets a token without a password too', async () => {
    const { transport, asked } = script({
      'GET /v2/me/app/tags/list': guarded('https://auth.example.com/token'),
      [token]: Response.json({ access_token: 't1' }),
    });
    expect(await createRegistryClient({ transport }).tags(hub)).toEqual(['a']);
    expect(asked[1]?.headers.get('authorization')).toBeNull();
  });

  it('does not send the password to a token server without https', async () => {
    const { transport, asked } = script({
      'GET /v2/me/app/tags/list': guarded('http://auth.example.com/token'),
    });
    const client = createRegistryClient({ transport, credentials: login });
    await expect(client.tags(hub)).rejects.toMatchObject({ code: 'denied' });
    expect(asked).toHaveLength(1);
  });

  it('answers a basic challenge, and says when the password is wrong', async () => {
    const challenge = { 'www-authenticate': 'Basic realm="x"' };
    const { transport, asked } = script({
      'GET /v2/me/app/tags/list': (request) =>
        request.headers.get('authorization') === `Basic ${btoa('u:swordfish')}`
          ? Response.json({ tags: [] })
          : new Response('', { status: 401, headers: challenge }),
    });
    expect(await createRegistryClient({ transport, credentials: login }).tags(app)).toEqual([]);
    expect(asked).toHaveLength(2);
    const wrong: RegistryCredentials = () =>
      Promise.resolve({ username: 'u', password: hide('no') });
    const thrown = await createRegistryClient({ transport, credentials: wrong })
      .tags(app)
      .catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'denied', status: 401 });
    expect(
      await createRegistryClient({ transport })
        .tags(app)
        .catch((error: unknown) => error),
    ).toMatchObject({ code: 'denied' });
  });

  it.each([
    [
      'Bearer realm="https://a/b",service="c d"',
      { scheme: 'bearer', parameters: { realm: 'https://a/b', service: 'c d' } },
    ],
    ['Basic realm=x', { scheme: 'basic', parameters: { realm: 'x' } }],
    ['Negotiate', undefined],
    [null, undefined],
  ])('challenge %s', (header, expected) => {
    expect(parseChallenge(header)).toEqual(expected);
  });
});

describe('failures', () => {
  it.each([
    [404, 'not-found'],
    [403, 'denied'],
    [429, 'unreachable'],
    [500, 'failed'],
  ])('%i is %s', async (status, code) => {
    const transport: Transport = () => Promise.resolve(new Response('nope', { status }));
    await expect(createRegistryClient({ transport }).tags(app)).rejects.toMatchObject({
      code,
      status,
    });
  });

  it('says why a registry cannot be reached', async () => {
    const transport: Transport = () =>
      Promise.reject(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }));
    const thrown = createRegistryClient({ transport }).tags(app);
    await expect(thrown).rejects.toThrow(
      'registry localhost:5000 cannot be reached: connect ECONNREFUSED',
    );
  });
});

describe('images', () => {
  const config = {
    created: '2020-01-02T03:04:05Z',
    architecture: 'amd64',
    os: 'linux',
    config: { Labels: { a: 'b' } },
  };
  const configText = JSON.stringify(config);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    config: { digest: digestOf(Buffer.from(configText)) },
    layers: [],
  });
  const name = digestOf(Buffer.from(manifest));
  const blob = {
    [`GET /v2/me/app/blobs/${digestOf(Buffer.from(configText))}`]: new Response(configText),
  };
  const json = (body: string, type: string): Response =>
    new Response(body, { headers: { 'content-type': type } });
  const client = (answers: Record<string, Answer>): RegistryClient =>
    createRegistryClient(script({ ...blob, ...answers }));

  it('one manifest', async () => {
    const one = client({
      'GET /v2/me/app/manifests/1.0': json(
        manifest,
        'application/vnd.docker.distribution.manifest.v2+json',
      ),
    });
    expect(await one.manifest(app)).toMatchObject({
      digest: name,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    });
    expect(await one.imageConfig(app)).toEqual(config);
    expect(await one.image(app)).toMatchObject({ digest: name });
  });

  it('the entry of a platform in an index', async () => {
    const other = {
      digest: `sha256:${'0'.repeat(64)}`,
      platform: { os: 'linux', architecture: 'arm64' },
    };
    const mine = { digest: name, platform: { os: 'linux', architecture: 'amd64' } };
    const index = JSON.stringify({ schemaVersion: 2, manifests: [other, mine] });
    const several = client({
      'GET /v2/me/app/manifests/1.0': json(index, 'application/vnd.oci.image.index.v1+json'),
      [`GET /v2/me/app/manifests/${name}`]: json(
        manifest,
        'application/vnd.oci.image.manifest.v1+json',
      ),
    });
    expect(await several.imageConfig(app)).toEqual(config);
    const windows = several.imageConfig(app, {
      platform: { os: 'windows', architecture: 'amd64' },
    });
    await expect(windows).rejects.toThrow('no suitable manifest (windows amd64) in manifestlist');
  });

  it('an old manifest of schema 1', async () => {
    const old = JSON.stringify({
      schemaVersion: 1,
      history: [{ v1Compatibility: configText }, { v1Compatibility: '{}' }],
    });
    const answers = {
      'GET /v2/me/app/manifests/1.0': json(
        old,
        'application/vnd.docker.distribution.manifest.v1+prettyjws',
      ),
    };
    expect(await client(answers).imageConfig(app)).toMatchObject({
      created: config.created,
      architecture: 'amd64',
    });
    await expect(client(answers).image(app)).rejects.toMatchObject({ code: 'invalid' });
  });

  it('refuses content that is not what its digest says', async () => {
    const pinned = parseImage(`localhost:5000/me/app@${name}`);
    const false1 = client({ [`GET /v2/me/app/manifests/${name}`]: json('{}', 'x/y') });
    await expect(false1.manifest(pinned)).rejects.toThrow('where sha256:');
    const digest = digestOf(Buffer.from('abc'));
    const false2 = client({ [`GET /v2/me/app/blobs/${digest}`]: new Response('abd') });
    await expect(text(await false2.blob(app, digest))).rejects.toThrow(`where ${digest}`);
    await expect(false2.blob(app, 'sha256:../../x')).rejects.toMatchObject({ code: 'invalid' });
  });

  it('reads a range of a blob', async () => {
    const digest = digestOf(Buffer.from('abc'));
    const { transport, asked } = script({
      [`GET /v2/me/app/blobs/${digest}`]: new Response('bc', { status: 206 }),
    });
    const part = await createRegistryClient({ transport }).blob(app, digest, {
      range: { from: 1, to: 2 },
    });
    expect([await text(part), asked[0]?.headers.get('range')]).toEqual(['bc', 'bytes=1-2']);
  });

  it('refuses a document that is too large or no JSON', async () => {
    const large = client({
      'GET /v2/me/app/manifests/1.0': () => new Response(new Uint8Array(9 * 2 ** 20)),
    });
    await expect(large.manifest(app)).rejects.toMatchObject({ code: 'too-large' });
    const none = client({ 'GET /v2/me/app/manifests/1.0': json('<html>', 'text/html') });
    await expect(none.manifest(app)).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('pushing', () => {
  const bytes = Buffer.from('layer');
  const digest = digestOf(bytes);

  it('uploads what is not there, to where the registry says', async () => {
    const location = 'https://upload.example.com/x?state=1';
    let body = '';
    const { transport, asked } = script({
      'POST /v2/me/app/blobs/uploads/': new Response(null, { status: 202, headers: { location } }),
      [`PUT https://upload.example.com/x?state=1&digest=${digest}`]: async (request) => {
        body = await request.text();
        return new Response(null, { status: 201 });
      },
    });
    await createRegistryClient({ transport }).pushBlob(app, { digest, bytes });
    expect(body).toBe('layer');
    expect(asked.map(({ method }) => method)).toEqual(['HEAD', 'POST', 'PUT']);
  });

  it('sends nothing that is there, and mounts what another repository has', async () => {
    const there = script({ [`HEAD /v2/me/app/blobs/${digest}`]: new Response(null) });
    await createRegistryClient(there).pushBlob(app, { digest, bytes });
    expect(there.asked).toHaveLength(1);
    const mounted = script({
      [`POST /v2/me/app/blobs/uploads/?mount=${digest}&from=me/base`]: new Response(null, {
        status: 201,
      }),
    });
    await createRegistryClient(mounted).pushBlob(app, { digest, bytes, mountFrom: 'me/base' });
    expect(mounted.asked).toHaveLength(2);
  });

  it('stores a manifest under its tag', async () => {
    const { transport, asked } = script({
      'PUT /v2/me/app/manifests/1.0': new Response(null, { status: 201 }),
    });
    const name = await createRegistryClient({ transport }).pushManifest(app, {
      mediaType: 'a/b',
      bytes,
    });
    expect([name, asked[0]?.headers.get('content-type')]).toEqual([digest, 'a/b']);
    const pinned = { ...app, digest: `sha256:${'0'.repeat(64)}` };
    const wrong = createRegistryClient({ transport }).pushManifest(pinned, {
      mediaType: 'a/b',
      bytes,
    });
    await expect(wrong).rejects.toThrow('where sha256:000');
  });
});
