import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Header } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  buildImage,
  buildLayer,
  digestOf,
  openImageStore,
  parseImage,
  pullRootfs,
} from './index.ts';
import type { RegistryClient } from './index.ts';
import { insideRoot } from './inside-root.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'trice-oci-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('buildLayer', () => {
  const files = [
    { path: 'b/c.txt', content: 'c' },
    { path: 'a', content: 'a', mode: 0o755 },
    { path: 'b/link', content: 'c.txt', link: true },
    { path: `deep/${'x'.repeat(120)}/ü`, content: 'long' },
  ];

  it('gives the same bytes whatever the order, and tar reads them', async () => {
    const layer = await buildLayer(files);
    expect((await buildLayer(files.toReversed())).digest).toBe(layer.digest);
    expect(layer.digest).toBe(digestOf(layer.bytes));
    expect(layer.diffId).toBe(digestOf(gunzipSync(layer.bytes)));
    // The tar, not its compression, is what must never change.
    expect(layer.diffId).toBe(
      'sha256:0e70233f9820901a9aec2ebedcd933ba5e1b7798ab9474efa59cc67724cc4b00',
    );
    execFileSync('tar', ['-xz', '-C', dir], { input: layer.bytes });
    expect(readFileSync(join(dir, 'b/link'), 'utf8')).toBe('c');
    expect(readFileSync(join(dir, `deep/${'x'.repeat(120)}/ü`), 'utf8')).toBe('long');
    expect(statSync(join(dir, 'a')).mode & 0o777).toBe(0o755);
    expect(statSync(join(dir, 'a')).mtimeMs).toBe(0);
  });

  it.each([['../x'], ['/x'], ['a/../b'], [''], ['a//b']])('refuses %j', async (path) => {
    await expect(buildLayer([{ path, content: '' }])).rejects.toMatchObject({ code: 'invalid' });
  });

  it('refuses a path that stands twice, also as a folder', async () => {
    const twice = [
      { path: 'a', content: '1' },
      { path: 'a', content: '2' },
    ];
    await expect(buildLayer(twice)).rejects.toThrow('stands twice');
    const both = [
      { path: 'a', content: '1' },
      { path: 'a/b', content: '2' },
    ];
    await expect(buildLayer(both)).rejects.toThrow('stands twice');
  });
});

describe('image store', () => {
  it('keeps images under names, as other tools read them', async () => {
    const store = openImageStore({ dir });
    const layer = await buildLayer([{ path: 'a', content: 'a' }]);
    await store.putBlob(layer.digest, layer.bytes);
    const created = new Date('2026-01-02T03:04:05Z');
    const image = buildImage({ layers: [layer], config: { Cmd: ['x'] }, created });
    expect(buildImage({ layers: [layer], config: { Cmd: ['x'] }, created }).digest).toBe(
      image.digest,
    );
    const [one, two] = [parseImage('localhost:5000/a:1'), parseImage('localhost:5000/a:2')];
    await store.save(one, image);
    await store.save(two, image);
    await store.save(one, image);
    expect(await store.list()).toEqual(['localhost:5000/a:2', 'localhost:5000/a:1']);
    const many = Array.from({ length: 20 }, (_, at) => parseImage(`localhost:5000/many:${at}`));
    await Promise.all(many.map((ref) => store.save(ref, image)));
    expect(await store.list()).toHaveLength(22);
    expect(await openImageStore({ dir }).find(one)).toMatchObject({ digest: image.digest });
    expect(await store.find(parseImage('none'))).toBeUndefined();
    await expect(store.push(parseImage('none'), {} as RegistryClient)).rejects.toThrow(
      'build it first',
    );
    writeFileSync(join(dir, 'blobs/sha256', layer.digest.slice(7)), 'rotten');
    await expect(store.readBlob(layer.digest)).rejects.toThrow(`where ${layer.digest}`);
  });
});

type Entry = Partial<Header> & { name: string; content?: string };

async function tar(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const { content, ...header } of entries) archive.entry(header, content ?? '');
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const gzip = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** A client that has one image of these layers. */
function clientOf(layers: ReadonlyArray<{ bytes: Buffer; mediaType?: string }>): RegistryClient {
  const named = layers.map(({ bytes, mediaType = gzip }) => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  }));
  const config = { created: '', architecture: 'amd64', os: 'linux', config: {} };
  return {
    image: () =>
      Promise.resolve({
        digest: 'sha256:x',
        manifest: { schemaVersion: 2, config: named[0]!, layers: named },
      }),
    imageConfig: () => Promise.resolve(config),
    blob: (_ref: unknown, digest: string) =>
      Promise.resolve(
        new Blob([
          new Uint8Array(layers.find(({ bytes }) => digestOf(bytes) === digest)!.bytes),
        ]).stream(),
      ),
  } as unknown as RegistryClient;
}

async function pull(...layers: Array<readonly Entry[]>): Promise<string> {
  const packed = await Promise.all(
    layers.map(async (entries) => ({ bytes: gzipSync(await tar(entries)) })),
  );
  const to = join(dir, 'rootfs');
  await pullRootfs({ client: clientOf(packed), ref: parseImage('a'), dir: to });
  return to;
}

describe('pullRootfs', () => {
  it('unpacks layers over each other, with what they hide', async () => {
    const root = await pull(
      [
        { name: 'etc/', type: 'directory', mode: 0o755 },
        { name: './etc/one', content: '1' },
        { name: 'etc/two', content: '2' },
        { name: 'opt/old/x', content: 'x' },
        { name: 'bin/run', content: 'r', mode: 0o4755 },
        { name: 'file', content: 'was a file' },
        { name: 'tree/x', content: 'was a folder' },
      ],
      [
        { name: 'etc/.wh.one' },
        { name: 'opt/new', content: 'n' },
        { name: 'opt/.wh..wh..opq' },
        { name: 'etc/hard', type: 'link', linkname: 'etc/two' },
        { name: 'etc/soft', type: 'symlink', linkname: '/etc/two' },
        { name: 'dev/null', type: 'character-device' },
        { name: 'file/', type: 'directory' },
        { name: 'tree', content: 'now a file' },
      ],
    );
    expect(readdirSync(join(root, 'etc')).toSorted()).toEqual(['hard', 'soft', 'two']);
    expect(readdirSync(join(root, 'opt'))).toEqual(['new']);
    expect(readFileSync(join(root, 'etc/hard'), 'utf8')).toBe('2');
    expect(readlinkSync(join(root, 'etc/soft'))).toBe('/etc/two');
    expect(statSync(join(root, 'bin/run')).mode & 0o7777).toBe(0o755);
    expect(existsSync(join(root, 'dev/null'))).toBe(false);
    expect(statSync(join(root, 'file')).isDirectory()).toBe(true);
    expect(readFileSync(join(root, 'tree'), 'utf8')).toBe('now a file');
    expect(readdirSync(dir)).toEqual(['rootfs']);
  });

  it('follows links inside of the root as a process in it would', async () => {
    const root = await pull(
      [
        { name: 'usr/bin/', type: 'directory' },
        { name: 'bin', type: 'symlink', linkname: 'usr/bin' },
        { name: 'abs', type: 'symlink', linkname: '/usr' },
        { name: 'up', type: 'symlink', linkname: '../../../../usr' },
      ],
      [
        { name: 'bin/a', content: 'a' },
        { name: 'abs/b', content: 'b' },
        { name: 'up/c', content: 'c' },
      ],
    );
    expect(lstatSync(join(root, 'bin')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(root, 'usr/bin/a'), 'utf8')).toBe('a');
    expect(readdirSync(join(root, 'usr')).toSorted()).toEqual(['b', 'bin', 'c']);
  });

  it.each<[string, Entry[]]>([
    ['a path that climbs', [{ name: '../out', content: 'x' }]],
    ['a hard link to the outside', [{ name: 'x', type: 'link', linkname: '../../etc/passwd' }]],
    ['a whiteout that climbs', [{ name: '.wh...' }]],
    [
      'links in a circle',
      [
        { name: 'a', type: 'symlink', linkname: 'b' },
        { name: 'b', type: 'symlink', linkname: 'a' },
        { name: 'a/x', content: 'x' },
      ],
    ],
  ])('refuses %s, and leaves nothing behind', async (_name, entries) => {
    await expect(pull(entries)).rejects.toMatchObject({ code: 'invalid' });
    expect(readdirSync(dir)).toEqual([]);
  });

  it('a link to the outside, then a folder and a file through it, stay inside', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'trice-outside-'));
    const mode = statSync(outside).mode;
    try {
      const root = await pull([
        { name: 'x', type: 'symlink', linkname: outside },
        { name: 'x/file', content: 'x' },
        { name: 'y', type: 'symlink', linkname: outside },
        { name: 'y/', type: 'directory', mode: 0o777 },
        { name: 'z', type: 'symlink', linkname: join(outside, 'z') },
        { name: 'z', content: 'z' },
      ]);
      expect(readdirSync(outside)).toEqual([]);
      expect(statSync(outside).mode).toBe(mode);
      expect(readFileSync(join(root, outside, 'file'), 'utf8')).toBe('x');
      expect(lstatSync(join(root, 'y')).isDirectory()).toBe(true);
    } finally {
      rmSync(outside, { recursive: true });
    }
  });

  it.each([
    ['bytes', { maxBytes: 9 }],
    ['entries', { maxEntries: 1 }],
  ])('stops at the budget of %s', async (_name, budgets) => {
    const bytes = gzipSync(
      await tar([
        { name: 'a', content: '12345' },
        { name: 'b', content: '12345' },
      ]),
    );
    const pulled = pullRootfs({
      client: clientOf([{ bytes }]),
      ref: parseImage('a'),
      dir: join(dir, 'r'),
      budgets,
    });
    await expect(pulled).rejects.toMatchObject({ code: 'too-large' });
    expect(readdirSync(dir)).toEqual([]);
  });

  it('stops a layer that unpacks to more than it says', async () => {
    const bytes = gzipSync(Buffer.alloc(32 * 2 ** 20));
    const budgets = { maxBytes: 10, maxEntries: 10 };
    const client = clientOf([{ bytes }]);
    const pulled = pullRootfs({ client, ref: parseImage('a'), dir: join(dir, 'r'), budgets });
    await expect(pulled).rejects.toMatchObject({ code: 'too-large' });
  });

  it('reads plain and zstd layers, and says when one is broken', async () => {
    const plain = await tar([{ name: 'a', content: '1' }]);
    const zstd = zstdCompressSync(await tar([{ name: 'b', content: '2' }]));
    const client = clientOf([
      { bytes: plain, mediaType: 'application/vnd.oci.image.layer.v1.tar' },
      { bytes: zstd, mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd' },
    ]);
    const to = join(dir, 'rootfs');
    const pulled = await pullRootfs({ client, ref: parseImage('a'), dir: to });
    expect([pulled.entries, pulled.bytes]).toEqual([2, 2]);
    expect(readdirSync(to).toSorted()).toEqual(['a', 'b']);
    const again = pullRootfs({ client, ref: parseImage('a'), dir: to });
    await expect(again).rejects.toMatchObject({ code: 'exists' });
    const broken = pullRootfs({
      client: clientOf([{ bytes: Buffer.from('no gzip') }]),
      ref: parseImage('a'),
      dir: join(dir, 'x'),
    });
    await expect(broken).rejects.toThrow('cannot be unpacked');
  });

  it('an absolute path starts at the root', async () => {
    expect(await insideRoot(dir, '/a/../../b')).toBe(join(dir, 'b'));
  });
});
