// Charts that want to do harm: each ends soon, with an error of ours that says what is wrong.
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Header } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { KnownError } from '../../../base/index.ts';
import { defaultCapabilities } from '../render/capabilities.ts';
import { renderChart } from '../render/render.ts';
import { chartOf, loadChart } from './load.ts';

const meta = 'apiVersion: v2\nname: demo\nversion: 0.1.0\n';

async function tgz(
  entries: readonly (Partial<Header> & { readonly name: string } & {
    readonly data?: Buffer | string;
  })[],
): Promise<Buffer> {
  const tar = pack();
  for (const { data = '', ...header } of entries) tar.entry(header, data as Buffer);
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk as Uint8Array);
  return gzipSync(Buffer.concat(chunks), { level: 1 });
}

async function failure(load: () => unknown): Promise<string> {
  try {
    await load();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(KnownError);
    return (thrown as Error).message;
  }
  throw new Error('it did not fail');
}

describe('archives', () => {
  it.each<[string, Partial<Header> & { readonly name: string } & { data?: Buffer }, string]>([
    [
      'a parent by backslashes',
      { name: 'demo\\..\\..\\x' },
      'illegally references parent directory',
    ],
    ['a drive', { name: 'demo/c:/x' }, 'chart contains illegally named files'],
    ['a hard link', { name: 'demo/x', type: 'link', linkname: 'demo/y' }, 'it is a link or device'],
    ['a device', { name: 'demo/x', type: 'block-device' }, 'it is a link or device'],
    ['a pipe', { name: 'demo/x', type: 'fifo' }, 'it is a link or device'],
    [
      'a huge file',
      { name: 'demo/x', data: Buffer.alloc(6 * 1024 * 1024) },
      'is larger than the maximum file size',
    ],
  ])('%s', async (_name, entry, message) => {
    const archive = await tgz([{ name: 'demo/Chart.yaml', data: meta }, entry]);
    expect(await failure(() => loadChart(archive))).toContain(message);
  });

  it('archives in an archive that are small each, and too large together', async () => {
    const inner = await tgz([
      { name: 's/Chart.yaml', data: meta },
      ...Array.from({ length: 19 }, (_, i) => ({
        name: `s/f${i}`,
        data: Buffer.alloc(5 * 1024 * 1024),
      })),
    ]);
    const charts = Array.from({ length: 4 }, (_, i) => ({
      name: `demo/charts/s${i}.tgz`,
      data: inner,
    }));
    const archive = await tgz([{ name: 'demo/Chart.yaml', data: meta }, ...charts]);
    expect(archive.length).toBeLessThan(5 * 1024 * 1024);
    expect(await failure(() => loadChart(archive))).toContain('are larger together');
  });

  it('cut off or filled with anything', async () => {
    const whole = await tgz([{ name: 'demo/Chart.yaml', data: meta }]);
    const cut = whole.subarray(0, whole.length - 12);
    expect(await failure(() => loadChart(cut))).toContain('gzipped archive');
    const noise = gzipSync(Buffer.alloc(4096, 0x5a));
    expect(await failure(() => loadChart(noise))).toMatch(/archive|tar|header/);
  });
});

describe('files', () => {
  const bomb = (): string => {
    const lines = ['a0: &a0 [x, x]'];
    for (let i = 1; i < 24; i++) lines.push(`a${i}: &a${i} [*a${i - 1}, *a${i - 1}, *a${i - 1}]`);
    return lines.join('\n');
  };

  it.each<[string, Record<string, string>, RegExp]>([
    ['aliases of aliases in values', { 'values.yaml': bomb() }, /excessive aliasing/],
    ['aliases of aliases in Chart.yaml', { 'Chart.yaml': bomb() }, /excessive aliasing/],
    ['deep values', { 'values.yaml': `${'['.repeat(20_000)}` }, /depth|nested/],
    ['deep keys', { 'values.yaml': `${'{a: '.repeat(20_000)}` }, /depth|nested/],
    ['a name with a path', { 'Chart.yaml': 'name: ../x\nversion: 1.0.0\n' }, /is invalid/],
  ])('%s', async (_name, files, message) => {
    const all = { 'Chart.yaml': meta, ...files };
    const list = Object.entries(all).map(([name, text]) => ({ name, data: Buffer.from(text) }));
    expect(await failure(() => chartOf(list))).toMatch(message);
  });

  it.each<[string, string, RegExp]>([
    ['a schema that is its own part', '{"allOf":[{"$ref":"#"}]}', /without end/],
    [
      'two that refer to each other',
      '{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}',
      /without end/,
    ],
    ['a schema of a file', '{"$ref":"file:///etc/passwd"}', /not read/],
    ['a schema elsewhere', '{"$ref":"http://localhost/x.json"}', /not read/],
    ['a pattern that backtracks elsewhere', '{"required":["zz"],"pattern":"^(a+)+$"}', /zz/],
  ])('%s', async (_name, schema, message) => {
    const all = { 'Chart.yaml': meta, 'values.schema.json': schema };
    const list = Object.entries(all).map(([name, text]) => ({ name, data: Buffer.from(text) }));
    const render = (): unknown =>
      renderChart({
        chart: chartOf(list),
        release: { name: 'r', namespace: 'n' },
        capabilities: defaultCapabilities,
        ports: {},
      });
    expect(await failure(render)).toMatch(message);
  });
});
