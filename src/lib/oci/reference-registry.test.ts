import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  buildImage,
  buildLayer,
  createRegistryClient,
  openImageStore,
  parseImage,
  pullRootfs,
} from './index.ts';

const folders = ['/usr/local/bin', '/usr/bin', '/bin'];
let child: ChildProcess | undefined;
let dir: string | undefined;

function onPath(program: string): boolean {
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts the reference registry and waits until it says that it listens. */
async function startRegistry(at: string): Promise<string> {
  const host = `127.0.0.1:${await freePort()}`;
  const settings = join(at, 'registry.yml');
  const storage = `{filesystem: {rootdirectory: ${at}/storage}, delete: {enabled: true}}`;
  writeFileSync(settings, `version: 0.1\nstorage: ${storage}\nhttp: {addr: "${host}"}\n`);
  const env = { PATH: folders.join(':') };
  const started = spawn('docker-registry', ['serve', settings], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = started;
  await new Promise<void>((resolve, reject) => {
    const look = (chunk: Buffer): void => void (chunk.includes('listening on') && resolve());
    started.stdout.on('data', look);
    started.stderr.on('data', look);
    started.on('exit', (code) => reject(new Error(`docker-registry ended with ${code}`)));
  });
  return host;
}

afterEach(() => {
  child?.kill('SIGKILL');
  if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
});

describe('the reference registry', () => {
  it.skipIf(!onPath('docker-registry'))(
    'docker-registry takes, lists and gives our images',
    async () => {
      dir = mkdtempSync(join(tmpdir(), 'trice-reference-'));
      const host = await startRegistry(dir);
      const client = createRegistryClient();
      const store = openImageStore({ dir: join(dir, 'store') });
      const layer = await buildLayer([{ path: 'home/a.txt', content: 'a' }]);
      await store.putBlob(layer.digest, layer.bytes);
      const created = new Date('2026-01-02T03:04:05Z');
      const image = buildImage({ layers: [layer], config: { Labels: { a: 'b' } }, created });
      for (const tag of ['1', '2', '3']) {
        const ref = parseImage(`${host}/team/app:${tag}`);
        await store.save(ref, image);
        expect(await store.push(ref, client)).toBe(image.digest);
      }
      const ref = parseImage(`${host}/team/app:2`);
      expect((await client.tags(ref)).toSorted()).toEqual(['1', '2', '3']);
      expect(await client.manifest(ref)).toMatchObject({
        digest: image.digest,
        mediaType: image.mediaType,
      });
      const root = join(dir, 'rootfs');
      const { config } = await pullRootfs({ client, ref, dir: root });
      expect(config).toMatchObject({
        created: created.toISOString(),
        config: { Labels: { a: 'b' } },
      });
      expect(readFileSync(join(root, 'home/a.txt'), 'utf8')).toBe('a');
      const other = parseImage(`${host}/team/other:1`);
      await client.pushBlob(other, {
        digest: layer.digest,
        bytes: layer.bytes,
        mountFrom: 'team/app',
      });
      expect(await client.hasBlob(other, layer.digest)).toBe(true);
      await client.deleteManifest({ ...ref, digest: image.digest });
      await expect(client.manifest(ref)).rejects.toMatchObject({ code: 'not-found', status: 404 });
    },
  );
});
