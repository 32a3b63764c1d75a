import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../base/index.ts';
import type { Handler } from '../../lib/http/index.ts';
import { createRegistry } from './registry.ts';

// What the conformance tests of the OCI distribution specification found, as cases.

let dir: string;
let registry: Handler;
const pushed: string[] = [];
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'trice-oci-'));
  const onPush = ({ tag }: { tag: string }): void => void pushed.push(tag);
  registry = createRegistry({ dir, log: silentLogger, clock: systemClock, onPush });
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const ask = async (method: string, path: string, init: RequestInit = {}): Promise<Response> =>
  registry(new Request(new URL(path, 'http://registry'), { method, ...init }));
const digestOf = (text: string, algorithm = 'sha512'): string =>
  `${algorithm}:${createHash(algorithm).update(text).digest('hex')}`;
const uploads = '/v2/app/blobs/uploads/';

it('content can be named by sha512', async () => {
  const digest = digestOf('hello');
  const begun = await ask('POST', uploads);
  const at = begun.headers.get('location') ?? '';
  const done = await ask('PUT', `${at}?digest=${digest}`, { body: 'hello' });
  expect([done.status, done.headers.get('docker-content-digest')]).toEqual([201, digest]);
  const read = await ask('GET', `/v2/app/blobs/${digest}`);
  expect([read.status, await read.text()]).toEqual([200, 'hello']);
  const wrong = await ask('POST', `${uploads}?digest=${digestOf('other')}`, { body: 'hello' });
  expect(wrong.status).toBe(400);
});

it('the last chunk has to begin where the one before has ended', async () => {
  const at = (await ask('POST', uploads)).headers.get('location') ?? '';
  await ask('PATCH', at, { body: 'abc', headers: { 'content-range': '0-2' } });
  const url = `${at}?digest=${digestOf('abcdef', 'sha256')}`;
  const early = await ask('PUT', url, { body: 'def', headers: { 'content-range': '4-6' } });
  expect([early.status, early.headers.get('range')]).toEqual([416, '0-2']);
  const right = await ask('PUT', url, { body: 'def', headers: { 'content-range': '3-5' } });
  expect(right.status).toBe(201);
});

it('a push by digest may bring tags, and is a referrer by its own digest', async () => {
  const type = 'application/vnd.oci.image.manifest.v1+json';
  const subject = digestOf('a subject');
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: type,
    artifactType: 'text/x',
    layers: [],
    subject: { mediaType: type, digest: subject, size: 9 },
  });
  const digest = digestOf(text);
  const path = `/v2/app/manifests/${digest}?tag=one&tag=two`;
  const put = await ask('PUT', path, { body: text, headers: { 'content-type': type } });
  expect([put.status, put.headers.get('oci-tag'), pushed]).toEqual([
    201,
    'one, two',
    ['one', 'two'],
  ]);
  const byTag = await ask('HEAD', '/v2/app/manifests/two');
  expect(byTag.headers.get('docker-content-digest')).toBe(digest);
  const list = (await (await ask('GET', `/v2/app/referrers/${subject}`)).json()) as object;
  expect(list).toMatchObject({ manifests: [{ digest, artifactType: 'text/x' }] });
});
