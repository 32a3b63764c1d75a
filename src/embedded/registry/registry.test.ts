import { createHash, randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hide, silentLogger, systemClock } from '../../base/index.ts';
import { listen } from '../../lib/http/index.ts';
import type { Handler } from '../../lib/http/index.ts';
import { createRegistry } from './index.ts';
import type { ImagePushed } from './index.ts';

const run = promisify(execFile);
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
let dir: string;
let registry: Handler;
let pushed: ImagePushed[];

function open(more: object = {}): Handler {
  const onPush = (event: ImagePushed): void => void pushed.push(event);
  return createRegistry({ dir, log: silentLogger, clock: systemClock, onPush, ...more });
}

interface Call {
  body?: Uint8Array | string;
  headers?: Record<string, string>;
}

async function ask(method: string, path: string, { body, headers }: Call = {}): Promise<Response> {
  const init: RequestInit = { method, headers: headers ?? {} };
  if (body !== undefined) init.body = body as NonNullable<RequestInit['body']>;
  return registry(new Request(new URL(path, 'http://localhost:5000'), init));
}

function digest(content: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

async function pushBlob(name: string, content: Uint8Array | string): Promise<string> {
  const path = `/v2/${name}/blobs/uploads/?digest=${digest(content)}`;
  expect((await ask('POST', path, { body: content })).status).toBe(201);
  return digest(content);
}

async function pushImage(name: string, tag: string, content = 'layer'): Promise<string> {
  const config = { mediaType: 'x', digest: await pushBlob(name, '{}'), size: 2 };
  const layer = { mediaType: 'y', digest: await pushBlob(name, content), size: content.length };
  const body = JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config,
    layers: [layer],
  });
  const response = await ask('PUT', `/v2/${name}/manifests/${tag}`, {
    body,
    headers: { 'content-type': manifestType },
  });
  expect(response.status).toBe(201);
  return digest(body);
}

async function codeOf(response: Response): Promise<string> {
  const { errors } = (await response.json()) as { errors: Array<{ code: string }> };
  return `${response.status} ${errors[0]?.code}`;
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'trice-registry-'));
  pushed = [];
  registry = open();
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('blobs', () => {
  it('are uploaded in chunks, also across a restart', async () => {
    const content = randomBytes(300_000);
    const started = await ask('POST', '/v2/a/b/blobs/uploads/');
    expect([started.status, started.headers.get('range')]).toEqual([202, '0-0']);
    const location = started.headers.get('location') ?? '';
    const first = await ask('PATCH', location, { body: content.subarray(0, 100_000) });
    expect([first.status, first.headers.get('range')]).toEqual([202, '0-99999']);
    registry = open();
    const asked = await ask('GET', location);
    expect([asked.status, asked.headers.get('range')]).toEqual([204, '0-99999']);
    const wrong = await ask('PATCH', location, { body: 'x', headers: { 'content-range': '5-5' } });
    expect(await codeOf(wrong)).toBe('416 RANGE_INVALID');
    const headers = { 'content-range': '100000-199999' };
    await ask('PATCH', location, { body: content.subarray(100_000, 200_000), headers });
    const path = `${location}?digest=${digest(content)}`;
    const done = await ask('PUT', path, { body: content.subarray(200_000) });
    expect([done.status, done.headers.get('location')]).toEqual([
      201,
      `/v2/a/b/blobs/${digest(content)}`,
    ]);
    const got = await ask('GET', `/v2/a/b/blobs/${digest(content)}`);
    expect(Buffer.from(await got.arrayBuffer()).equals(content)).toBe(true);
    expect(readdirSync(join(dir, 'uploads'))).toEqual([]);
  });

  it.each([
    ['bytes=2-4', 206, 'cde', 'bytes 2-4/10'],
    ['bytes=7-', 206, 'hij', 'bytes 7-9/10'],
    ['bytes=-2', 206, 'ij', 'bytes 8-9/10'],
    ['bytes=5-99', 206, 'fghij', 'bytes 5-9/10'],
    ['lines=1-2', 200, 'abcdefghij', null],
  ])('range %s', async (range, status, text, contentRange) => {
    const name = await pushBlob('a', 'abcdefghij');
    const got = await ask('GET', `/v2/a/blobs/${name}`, { headers: { range } });
    expect([got.status, await got.text(), got.headers.get('content-range')]).toEqual([
      status,
      text,
      contentRange,
    ]);
  });

  it('a range past the end, a wrong digest and an unknown upload are refused', async () => {
    const name = await pushBlob('a', 'abc');
    const past = await ask('GET', `/v2/a/blobs/${name}`, { headers: { range: 'bytes=3-' } });
    expect(await codeOf(past)).toBe('416 RANGE_INVALID');
    const wrong = await ask('POST', `/v2/a/blobs/uploads/?digest=${digest('x')}`, { body: 'y' });
    expect(await codeOf(wrong)).toBe('400 DIGEST_INVALID');
    expect(await codeOf(await ask('GET', `/v2/a/blobs/${digest('x')}`))).toBe('404 BLOB_UNKNOWN');
    expect(await codeOf(await ask('PATCH', '/v2/a/blobs/uploads/..%2F..%2Fx'))).toBe(
      '404 BLOB_UPLOAD_UNKNOWN',
    );
    expect(readdirSync(join(dir, 'uploads'))).toEqual([]);
  });

  it('are told by HEAD, mounted from another repository, and deleted from one', async () => {
    const name = await pushBlob('a', 'abc');
    const head = await ask('HEAD', `/v2/a/blobs/${name}`);
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      '3',
      '',
    ]);
    expect((await ask('HEAD', `/v2/b/blobs/${name}`)).status).toBe(404);
    expect((await ask('POST', `/v2/b/blobs/uploads/?mount=${name}&from=a`)).status).toBe(201);
    expect((await ask('POST', `/v2/c/blobs/uploads/?mount=${digest('z')}&from=a`)).status).toBe(
      202,
    );
    expect((await ask('DELETE', `/v2/a/blobs/${name}`)).status).toBe(202);
    expect((await ask('HEAD', `/v2/a/blobs/${name}`)).status).toBe(404);
    expect((await ask('HEAD', `/v2/b/blobs/${name}`)).status).toBe(200);
  });

  it('larger than the limit are refused', async () => {
    registry = open({ maxBlobBytes: 10 });
    const path = `/v2/a/blobs/uploads/?digest=${digest('x'.repeat(11))}`;
    expect(await codeOf(await ask('POST', path, { body: 'x'.repeat(11) }))).toBe(
      '413 SIZE_INVALID',
    );
  });

  it('uploads left for a day are swept at the next start', async () => {
    await ask('POST', '/v2/a/blobs/uploads/');
    registry = open({ clock: { now: () => new Date(Date.now() + 25 * 3_600_000) } });
    await ask('GET', '/v2/');
    expect(readdirSync(join(dir, 'uploads'))).toEqual([]);
  });
});

describe('manifests', () => {
  it('are found by tag and digest, and a push is told once it is stored', async () => {
    const name = await pushImage('team/app', '1.0');
    expect(pushed).toEqual([{ repository: 'team/app', tag: '1.0', digest: name }]);
    for (const reference of ['1.0', name]) {
      const got = await ask('GET', `/v2/team/app/manifests/${reference}`);
      expect([got.status, got.headers.get('content-type')]).toEqual([200, manifestType]);
      expect(got.headers.get('docker-content-digest')).toBe(name);
      expect(digest(await got.text())).toBe(name);
      const head = await ask('HEAD', `/v2/team/app/manifests/${reference}`);
      expect([head.status, await head.text()]).toEqual([200, '']);
    }
    registry = open();
    expect((await ask('GET', '/v2/team/app/manifests/1.0')).status).toBe(200);
  });

  it('move with their tag; a digest stays', async () => {
    const one = await pushImage('a', 'latest', 'one');
    const two = await pushImage('a', 'latest', 'two');
    const got = await ask('HEAD', '/v2/a/manifests/latest');
    expect(got.headers.get('docker-content-digest')).toBe(two);
    expect((await ask('HEAD', `/v2/a/manifests/${one}`)).status).toBe(200);
    expect((await ask('DELETE', `/v2/a/manifests/${two}`)).status).toBe(202);
    expect(await codeOf(await ask('GET', '/v2/a/manifests/latest'))).toBe('404 MANIFEST_UNKNOWN');
    expect(await codeOf(await ask('DELETE', '/v2/a/manifests/latest'))).toBe(
      '404 MANIFEST_UNKNOWN',
    );
  });

  it.each([
    ['not JSON', '{', manifestType, '400 MANIFEST_INVALID'],
    ['of two types', JSON.stringify({ mediaType: 'a/b' }), manifestType, '400 MANIFEST_INVALID'],
    [
      'naming a blob that is not there',
      JSON.stringify({ layers: [{ digest: digest('q') }] }),
      manifestType,
      '400 MANIFEST_BLOB_UNKNOWN',
    ],
    [
      'naming an image that is not there',
      JSON.stringify({ manifests: [{ digest: digest('q') }] }),
      manifestType,
      '400 MANIFEST_BLOB_UNKNOWN',
    ],
    [
      'naming nonsense',
      JSON.stringify({ config: { digest: '../../x' } }),
      manifestType,
      '400 DIGEST_INVALID',
    ],
  ])('%s are refused', async (_name, body, type, code) => {
    const response = await ask('PUT', '/v2/a/manifests/x', {
      body,
      headers: { 'content-type': type },
    });
    expect(await codeOf(response)).toBe(code);
    expect(pushed).toEqual([]);
  });

  it('that name a subject are its referrers', async () => {
    const subject = await pushImage('a', '1');
    const body = JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      artifactType: 'application/x-signature',
      subject: { digest: subject },
      config: { digest: await pushBlob('a', '{}') },
      layers: [],
    });
    const headers = { 'content-type': manifestType };
    const put = await ask('PUT', `/v2/a/manifests/${digest(body)}`, { body, headers });
    expect(put.headers.get('oci-subject')).toBe(subject);
    const got = await ask('GET', `/v2/a/referrers/${subject}?artifactType=application/x-signature`);
    const { manifests } = (await got.json()) as { manifests: Array<{ digest: string }> };
    expect(manifests.map((each) => each.digest)).toEqual([digest(body)]);
    const none = await ask('GET', `/v2/a/referrers/${digest('x')}`);
    expect(((await none.json()) as { manifests: unknown[] }).manifests).toEqual([]);
  });
});

describe('lists', () => {
  it('tags come in pages that a link leads through', async () => {
    for (const tag of ['c', 'a', 'b', 'e', 'd']) await pushImage('team/app', tag);
    const seen: string[][] = [];
    let path: string | undefined = '/v2/team/app/tags/list?n=2';
    while (path !== undefined) {
      const response = await ask('GET', path);
      seen.push(((await response.json()) as { tags: string[] }).tags);
      path = /<(.+)>/.exec(response.headers.get('link') ?? '')?.[1];
    }
    expect(seen).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(await codeOf(await ask('GET', '/v2/none/tags/list'))).toBe('404 NAME_UNKNOWN');
    const catalog = await ask('GET', '/v2/_catalog');
    expect(await catalog.json()).toEqual({ repositories: ['team/app'] });
  });
});

describe('refusals', () => {
  it.each([
    ['GET', '/v2/UPPER/tags/list', '400 NAME_INVALID'],
    ['GET', '/v2/a/..%2f..%2fetc/tags/list', '400 NAME_INVALID'],
    ['GET', '/v2/_blobs/tags/list', '400 NAME_INVALID'],
    ['PUT', '/v2/a/manifests/.hidden', '400 TAG_INVALID'],
    ['GET', '/v2/a/manifests/..%2f_blobs', '400 TAG_INVALID'],
    ['GET', '/v2/a/blobs/sha512:00', '400 DIGEST_INVALID'],
    ['PATCH', '/v2/a/manifests/x', '405 UNSUPPORTED'],
    ['GET', '/v2/a/nothing', '405 UNSUPPORTED'],
  ])('%s %s: %s', async (method, path, code) => {
    expect(await codeOf(await ask(method, path))).toBe(code);
  });

  it('without a login when one is set', async () => {
    registry = open({ auth: { username: 'u', password: hide('p:w') } });
    const none = await ask('GET', '/v2/');
    expect(none.headers.get('www-authenticate')).toMatch(/^Basic /);
    expect(await codeOf(none)).toBe('401 UNAUTHORIZED');
    const login = (text: string) => ({
      headers: { authorization: `Basic ${Buffer.from(text).toString('base64')}` },
    });
    expect((await ask('GET', '/v2/', login('u:wrong'))).status).toBe(401);
    const welcome = await ask('GET', '/v2/', login('u:p:w'));
    expect([welcome.status, welcome.headers.get('docker-distribution-api-version')]).toEqual([
      200,
      'registry/2.0',
    ]);
  });
});

function onPath(program: string): boolean {
  return ['/usr/local/bin', '/usr/bin', '/bin', '/sbin', '/usr/sbin'].some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const env = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin' };

describe('other tools', () => {
  it.skipIf(!onPath('skopeo'))('skopeo copies images in and out', async () => {
    const layout = join(dir, 'layout');
    const image = await writeLayout(layout);
    const listening = await listen({ host: '127.0.0.1', port: 0, handler: registry });
    const name = `127.0.0.1:${listening.port}/team/app:1.0`;
    const policy = join(dir, 'policy.json');
    writeFileSync(policy, '{"default":[{"type":"insecureAcceptAnything"}]}');
    const skopeo = (...args: string[]) => run('skopeo', ['--policy', policy, ...args], { env });
    try {
      await skopeo('copy', '-q', '--dest-tls-verify=false', `oci:${layout}:x`, `docker://${name}`);
      expect(pushed).toEqual([{ repository: 'team/app', tag: '1.0', digest: image }]);
      await skopeo(
        'copy',
        '-q',
        '--src-tls-verify=false',
        `docker://${name}`,
        `dir:${join(dir, 'out')}`,
      );
      const { stdout } = await skopeo('inspect', '--tls-verify=false', `docker://${name}`);
      expect(JSON.parse(stdout)).toMatchObject({ Digest: image, RepoTags: ['1.0'] });
      await skopeo('delete', '--tls-verify=false', `docker://${name}`);
      expect((await ask('HEAD', '/v2/team/app/manifests/1.0')).status).toBe(404);
    } finally {
      await listening.close();
    }
  });

  it.skipIf(!onPath('podman'))('podman pushes and pulls', async () => {
    await writeLayout(join(dir, 'layout'));
    const listening = await listen({ host: '127.0.0.1', port: 0, handler: registry });
    const name = `127.0.0.1:${listening.port}/team/app:2.0`;
    const places = ['--root', join(dir, 'root'), '--runroot', join(dir, 'run')];
    const runtime = onPath('runc') ? ['--runtime', 'runc'] : [];
    const flags = [
      ...places,
      '--storage-driver',
      'vfs',
      '--cgroup-manager',
      'cgroupfs',
      ...runtime,
    ];
    const policy = join(dir, 'policy.json');
    writeFileSync(policy, '{"default":[{"type":"insecureAcceptAnything"}]}');
    const podman = async (...args: string[]) =>
      (
        await run('podman', [...flags, ...args], { cwd: dir, env: { ...env, HOME: dir } })
      ).stdout.trim();
    try {
      const pull = ['pull', '-q', '--signature-policy', policy];
      const id = await podman(...pull, 'oci:layout:x');
      await podman('push', '-q', '--signature-policy', policy, '--tls-verify=false', id, name);
      expect(pushed).toMatchObject([{ repository: 'team/app', tag: '2.0' }]);
      await podman('rmi', '-f', id);
      expect(await podman(...pull, '--tls-verify=false', name)).toMatch(/^[0-9a-f]{64}$/);
    } finally {
      await listening.close();
    }
  });
});

/** An OCI layout with one image of one empty layer, as other tools read it. */
async function writeLayout(at: string): Promise<string> {
  const blobs = join(at, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const put = (content: Uint8Array | string, mediaType: string) => {
    writeFileSync(join(blobs, digest(content).slice(7)), content);
    return { mediaType, digest: digest(content), size: content.length };
  };
  const { gzipSync } = await import('node:zlib');
  const tar = Buffer.alloc(10_240);
  const layer = put(gzipSync(tar), 'application/vnd.oci.image.layer.v1.tar+gzip');
  const rootfs = { type: 'layers', diff_ids: [digest(tar)] };
  const config = put(
    JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs }),
    'application/vnd.oci.image.config.v1+json',
  );
  const manifest = { schemaVersion: 2, mediaType: manifestType, config, layers: [layer] };
  const named = put(JSON.stringify(manifest), manifestType);
  const annotations = { 'org.opencontainers.image.ref.name': 'x' };
  writeFileSync(join(at, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(
    join(at, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...named, annotations }] }),
  );
  return named.digest;
}
