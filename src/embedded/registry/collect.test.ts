import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../base/index.ts';
import { buildImage, buildLayer, createRegistryClient, parseImage } from '../../lib/oci/index.ts';
import { collectBlobs } from './collect.ts';
import { createRegistry } from './registry.ts';

let dir: string;
beforeEach(async () => (dir = await mkdtemp(join(tmpdir(), 'trice-collect-'))));
afterEach(() => rm(dir, { recursive: true, force: true }));

it('removes content when the last manifest that names it is gone, and not before a day has passed', async () => {
  const options = { dir, log: silentLogger, clock: systemClock, onPush: () => {} };
  const registry = createRegistry(options);
  const insecureHosts = ['localhost:1'];
  const transport = async (request: Request): Promise<Response> => registry(request);
  const client = createRegistryClient({ insecureHosts, transport });
  const push = async (image: string, text: string): Promise<string> => {
    const ref = parseImage(`localhost:1/${image}`);
    const layer = await buildLayer([{ path: 'file', content: text }]);
    const built = buildImage({ layers: [layer], config: {}, created: new Date(0) });
    await client.pushBlob(ref, layer);
    await client.pushBlob(ref, { digest: built.configDigest, bytes: built.configBytes });
    await client.pushManifest(ref, { mediaType: built.mediaType, bytes: built.manifestBytes });
    return built.digest;
  };
  const digest = await push('app/one:1', 'one');
  await push('app/one:2', 'two');
  await push('app/two:1', 'one');
  const remove = async (repository: string): Promise<void> => {
    const url = `http://localhost:1/v2/${repository}/manifests/${digest}`;
    expect((await registry(new Request(url, { method: 'DELETE' }))).status).toBe(202);
  };
  const content = join(dir, 'blobs', 'sha256');
  const all = await readdir(content);
  const later = Date.now() + 1000;
  await remove('app/one');
  expect(await collectBlobs(dir, later)).toBe(0);
  expect(await readdir(content)).toHaveLength(all.length);
  await remove('app/two');
  expect(await collectBlobs(dir, 0)).toBe(0);
  expect(await collectBlobs(dir, later)).toBeGreaterThan(0);
  expect(await readdir(content)).toHaveLength(3);
  const kept = parseImage('localhost:1/app/one:2');
  expect(
    (await client.imageConfig(kept, { signal: AbortSignal.timeout(5000) })).config,
  ).toBeDefined();
});
