import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { loadChart } from './load.ts';
import { parseIgnoreRules } from './ignore.ts';

const meta = 'apiVersion: v2\nname: demo\nversion: 0.1.0\nappVersion: 1.10\n';

function files(all: Record<string, string>): { name: string; data: Uint8Array }[] {
  return Object.entries(all).map(([name, text]) => ({ name, data: Buffer.from(text) }));
}

async function tgz(
  entries: { name: string; text?: string; type?: 'symlink' | 'file'; linkname?: string }[],
): Promise<Uint8Array> {
  const tar = pack();
  for (const { text = '', ...header } of entries) tar.entry(header, text);
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk as Uint8Array);
  return gzipSync(Buffer.concat(chunks));
}

describe('loadChart', () => {
  it('sorts files into templates, values, files and subcharts', async () => {
    const chart = await loadChart(
      files({
        'Chart.yaml': meta,
        'values.yaml': 'a: 1\n',
        'values.schema.json': '{}',
        'README.md': 'hi',
        'templates/x.yaml': 'x',
        'templates/.hidden': 'no',
        'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
        'charts/sub/templates/y.yaml': 'y',
        'charts/_ignored/Chart.yaml': 'bad',
      }),
    );
    expect(chart.metadata).toEqual({
      apiVersion: 'v2',
      name: 'demo',
      version: '0.1.0',
      appVersion: '1.1',
    });
    expect(chart.templates.map(({ name }) => name)).toEqual(['templates/x.yaml']);
    expect(chart.files.map(({ name }) => name)).toEqual(['README.md']);
    expect(chart.values).toEqual({ a: 1 });
    expect(chart.dependencies.map(({ metadata }) => metadata.name)).toEqual(['sub']);
  });

  it('takes dependencies of a v1 chart from requirements.yaml and keeps the file', async () => {
    const chart = await loadChart(
      files({
        'Chart.yaml': 'name: old\nversion: 1.0.0\n',
        'requirements.yaml': 'dependencies:\n- name: db\n  version: ~1\n  repository: "@r"\n',
      }),
    );
    expect(chart.metadata.apiVersion).toBe('v1');
    expect(chart.metadata.dependencies).toEqual([{ name: 'db', version: '~1', repository: '@r' }]);
    expect(chart.files.map(({ name }) => name)).toEqual(['requirements.yaml']);
  });

  it.each([
    [{}, 'Chart.yaml file is missing'],
    [{ 'Chart.yaml': 'version: 1.0.0' }, 'validation: chart.metadata.name is required'],
    [{ 'Chart.yaml': 'name: a' }, 'validation: chart.metadata.version is required'],
    [
      { 'Chart.yaml': 'name: a/b\nversion: 1.0.0' },
      'validation: chart.metadata.name "a/b" is invalid',
    ],
    [{ 'Chart.yaml': 'name: a\nversion: x' }, 'validation: chart.metadata.version "x" is invalid'],
    [
      { 'Chart.yaml': 'name: a\nversion: 1.0.0\ntype: app' },
      'validation: chart.metadata.type must be application or library',
    ],
    [
      { 'Chart.yaml': 'name: a\nversion: 1.0.0\ndependencies: [{name: x}, {name: y, alias: x}]' },
      'validation: more than one dependency with name or alias "x"',
    ],
    [
      { 'Chart.yaml': 'name: a\nversion: 1.0.0\ndependencies: [null]' },
      'validation: dependencies must not contain empty or null nodes',
    ],
  ])('%j is refused', async (all, message) => {
    await expect(loadChart(files(all))).rejects.toThrow(message);
  });
});

describe('archives', () => {
  it('reads what a top folder holds, long names too', async () => {
    const long = `demo/templates/${'d'.repeat(120)}/x.yaml`;
    const chart = await loadChart(
      await tgz([
        { name: 'demo/Chart.yaml', text: meta },
        { name: long, text: 'x' },
      ]),
    );
    expect(chart.metadata.name).toBe('demo');
    expect(chart.templates[0]?.name).toBe(long.slice('demo/'.length));
  });

  it.each([
    [[{ name: 'demo/../../etc/passwd' }], 'chart illegally references parent directory'],
    [[{ name: 'demo//etc/passwd' }], 'chart illegally contains absolute paths'],
    [[{ name: 'Chart.yaml', text: meta }], 'content outside the base directory'],
    [[{ name: 'demo/x', type: 'symlink' as const, linkname: '/etc/passwd' }], 'it is a link'],
    [[], 'no files in chart archive'],
  ])('%j is refused', async (entries, message) => {
    await expect(loadChart(await tgz(entries))).rejects.toThrow(message);
  });

  it('stops at a bomb', async () => {
    const bomb = gzipSync(Buffer.alloc(101 * 1024 * 1024));
    await expect(loadChart(bomb)).rejects.toThrow('larger than the maximum size');
  });

  it('what is no archive says so', async () => {
    await expect(loadChart(Buffer.from('hello'))).rejects.toThrow('gzipped archive');
  });
});

describe('.helmignore', () => {
  const rules = parseIgnoreRules('# c\n*.bak\n/root.txt\nfolder/\na/*.md\n');
  it.each<[string, boolean, boolean]>([
    ['x.bak', false, true],
    ['deep/x.bak', false, true],
    ['root.txt', false, true],
    ['deep/root.txt', false, false],
    ['folder', true, true],
    ['folder', false, false],
    ['a/x.md', false, true],
    ['b/a/x.md', false, false],
    ['templates/.x', false, true],
    ['templates/x', false, false],
  ])('%s (folder: %s) ignored: %s', (path, isFolder, ignored) => {
    expect(rules.ignores(path, isFolder)).toBe(ignored);
  });

  it('** is refused', () => {
    expect(() => parseIgnoreRules('a/**')).toThrow('double-star (**) syntax is not supported');
  });
});
