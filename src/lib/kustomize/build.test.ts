import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { KnownError } from '../../base/index.ts';
import { buildKustomization } from './build.ts';

const cases = fileURLToPath(new URL('testdata/', import.meta.url));
const kubectl = spawnSync('kubectl', ['kustomize', '--help']).status === 0;
const version = spawnSync('kubectl', ['version', '--client'], { encoding: 'utf8' }).stdout ?? '';
const isOracle = kubectl && version.includes('Kustomize Version: v5.5');

function filesBelow(root: string): Map<string, Uint8Array> {
  const out = new Map<string, Uint8Array>();
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const path = join(root, name);
    if (!statSync(path).isFile()) continue;
    out.set(relative(root, path).split(sep).join('/'), readFileSync(path));
  }
  return out;
}

function built(root: string, dir: string): string {
  try {
    return buildKustomization({ files: filesBelow(root), dir }).text;
  } catch (thrown) {
    if (thrown instanceof KnownError) return `error: ${thrown.message}\n`;
    throw thrown;
  }
}

function dirOf(name: string): string {
  const file = join(cases, name, 'dir.txt');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '.';
}

describe('a kustomization becomes what kustomize 5.5 makes of it', () => {
  it.each(readdirSync(cases))('%s', (name) => {
    const expected = readFileSync(join(cases, name, 'expected.yaml'), 'utf8');
    expect(built(join(cases, name, 'input'), dirOf(name))).toBe(expected);
  });
});

describe('the stored texts are those of kubectl', () => {
  const good = readdirSync(cases).filter((name) => !name.startsWith('err-'));
  it.skipIf(!isOracle).each(good)('kubectl kustomize: %s', (name) => {
    const cwd = join(cases, name, 'input');
    const said = spawnSync('kubectl', ['kustomize', dirOf(name)], { cwd, encoding: 'utf8' });
    expect(said.stdout).toBe(readFileSync(join(cases, name, 'expected.yaml'), 'utf8'));
  });
});

describe('what lies outside the files is refused', () => {
  const build = (kustomization: string): (() => unknown) => {
    const files = new Map([['kustomization.yaml', kustomization]]);
    return () => buildKustomization({ files, dir: '' });
  };

  it.each([
    'https://example.com/a.yaml',
    'github.com/owner/repo//base?ref=v1',
    'git@example.com:owner/repo.git',
  ])('the remote base %s', (path) => {
    expect(build(`resources: ['${path}']`)).toThrow('is remote: only files of this repository');
  });

  it('a path above the repository', () => {
    expect(build('resources: [../../secret.yaml]')).toThrow('lies outside the repository');
  });

  it('Helm charts and plugins, as unsupported', () => {
    expect(build('helmCharts: [{name: a}]')).toThrow(
      expect.objectContaining({ code: 'unsupported' }),
    );
    expect(build('transformers: [t.yaml]')).toThrow(
      expect.objectContaining({ code: 'unsupported' }),
    );
  });
});

it('a fault in YAML names the file and the line in it', () => {
  const files = new Map([
    ['kustomization.yaml', 'resources: [a.yaml]'],
    ['a.yaml', 'kind: A\nmetadata: {name: a}\n---\nkind: B\nmetadata:\n  name: b\n bad: c\n'],
  ]);
  expect(() => buildKustomization({ files, dir: '' })).toThrow(
    expect.objectContaining({
      where: expect.objectContaining({ file: 'a.yaml' }) as unknown,
    }),
  );
});

it('the objects are those of the text, in its order', () => {
  const files = new Map([
    ['kustomization.yaml', 'namePrefix: p-\nresources: [a.yaml]'],
    [
      'a.yaml',
      '{kind: Service, apiVersion: v1, metadata: {name: a}}\n---\n{kind: Namespace, apiVersion: v1, metadata: {name: n}}',
    ],
  ]);
  const { objects } = buildKustomization({ files, dir: '.' });
  expect(objects.map((each) => `${each.kind} ${each.metadata.name}`)).toEqual([
    'Namespace n',
    'Service p-a',
  ]);
});
