import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { systemClock } from '../../../base/index.ts';
import { openReader } from '../open-reader.ts';
import { memorySource } from '../memory-source.ts';
import type { Reading, Source } from '../reading.ts';

const map = (name: string, value = '1'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  key: "${value}"\n`;
const generating = { dir: '/nonexistent', environment: {}, clock: systemClock };

/** A source whose files can be exchanged between two readings. */
function changeable(
  files: Record<string, string>,
): Source & { put(more: Record<string, string>): void } {
  let source = memorySource(new Map());
  let all: Record<string, string> = {};
  const put = (more: Record<string, string>): void => {
    all = { ...all, ...more };
    source = memorySource(
      new Map(Object.entries(all).map(([path, text]) => [path, Buffer.from(text)])),
    );
  };
  put(files);
  return {
    files: (...args) => source.files(...args),
    read: (...args) => source.read(...args),
    load: (...args) => source.load(...args),
    log: (...args) => source.log(...args),
    export: (...args) => source.export(...args),
    put,
  };
}

function read(files: Record<string, string>, paths: readonly string[] = []): Promise<Reading> {
  return openReader({ source: changeable(files), paths, generating }).read('x');
}

const names = ({ manifests }: Reading): string[] =>
  manifests.map(({ object }) => object.metadata.name).toSorted();

const overlays = {
  'base/kustomization.yaml': 'resources: [map.yaml]\n',
  'base/map.yaml': map('app'),
  'overlays/prod/kustomization.yaml': 'namePrefix: prod-\nresources: [../../base]\n',
  'overlays/stage/kustomization.yml': 'namePrefix: stage-\nresources: [../../base]\n',
  'plain/other.yaml': map('other'),
};

it('builds each topmost kustomization once; what another one names is its part', async () => {
  const reading = await read(overlays);
  expect(names(reading)).toEqual(['other', 'prod-app', 'stage-app']);
  expect(reading.failures).toEqual([]);
  const made = reading.manifests.find(({ object }) => object.metadata.name === 'prod-app');
  expect(made?.file).toBe('overlays/prod/kustomization.yaml');
});

it('builds what a git path asks for, and only that', async () => {
  expect(names(await read(overlays, ['overlays/prod']))).toEqual(['prod-app']);
  expect(names(await read(overlays, ['base']))).toEqual(['app']);
  expect(names(await read(overlays, ['overlays/stage', 'plain']))).toEqual(['other', 'stage-app']);
});

it('reads no file by itself that lies in a kustomization or is named by one', async () => {
  const reading = await read({
    'app/kustomization.yaml': 'resources: [a.yaml]\npatches: [{path: ../shared/patch.yaml}]\n',
    'app/a.yaml': map('a'),
    'app/off.yaml': map('off'),
    'app/sub/kustomization.yaml': 'resources: [s.yaml]\n',
    'app/sub/s.yaml': map('s'),
    'shared/kustomization.yaml': 'kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n',
    'shared/patch.yaml': map('a', '2'),
  });
  // kustomize allows no file from outside the folder: the fault is told, and the patch applied to nothing.
  expect(names(reading)).toEqual([]);
  expect(reading.failures[0]?.file).toBe('app/kustomization.yaml');
  expect(reading.failures.map(({ message }) => message).join()).toContain('not in or below');
});

it('takes a base for no thing of its own when what leads to it cannot be built', async () => {
  const reading = await read({
    ...overlays,
    'overlays/prod/kustomization.yaml': 'resources: [../../base, [\n',
    'overlays/stage/kustomization.yml': 'resources: [../../base, gone.yaml]\n',
  });
  expect(names(reading)).toEqual(['other']);
  expect(reading.failures.map(({ file }) => file).toSorted()).toEqual([
    'overlays/prod/kustomization.yaml',
    'overlays/stage/kustomization.yml',
  ]);
  expect(reading.failures[1]?.message).toMatch(/cannot be built: .*gone\.yaml/);
  expect(reading.lastGood).toBeUndefined();
});

it('keeps what a kustomization made when it could last be built', async () => {
  const source = changeable(overlays);
  const reader = openReader({ source, paths: [], generating });
  await reader.read('1');
  source.put({ 'overlays/prod/kustomization.yaml': 'resources: [../../gone]\n' });
  const reading = await reader.read('2');
  expect(names(reading)).toEqual(['other', 'stage-app']);
  expect(reading.lastGood?.map(({ object }) => object.metadata.name)).toEqual(['prod-app']);
});

it('does not build again what did not change, and sees a change of any file that was read', async () => {
  const source = changeable(overlays);
  const reader = openReader({ source, paths: [], generating });
  const first = await reader.read('1');
  source.put({ 'plain/other.yaml': map('other', '2') });
  const second = await reader.read('2');
  const prod = (reading: Reading): unknown =>
    reading.manifests.find(({ object }) => object.metadata.name === 'prod-app');
  expect(prod(second)).toBe(prod(first));
  source.put({ 'base/map.yaml': map('app', '2') });
  expect(prod(await reader.read('3'))).toMatchObject({ object: { data: { key: '2' } } });
});

it('prunes nothing for a kustomization that makes nothing', async () => {
  const reading = await read({
    'kustomization.yaml': 'resources: [a.yaml]\n',
    'a.yaml': `${map('a')}`.replace(
      'metadata:',
      'metadata:\n  annotations: {config.kubernetes.io/local-config: "true"}',
    ),
  });
  expect(reading.failures[0]?.message).toContain('makes no object');
  expect(reading.lastGood).toBeUndefined();
});

it('lays flux-patch.yaml over what the kustomization beside it makes', async () => {
  const reading = await read({
    'app/kustomization.yaml': 'namePrefix: x-\nresources: [a.yaml]\n',
    'app/a.yaml': map('a'),
    'app/flux-patch.yaml': `${map('x-a', '2')}---\n${map('x-gone')}`,
  });
  expect(reading.manifests.map(({ object }) => object['data'])).toEqual([{ key: '2' }]);
  expect(reading.failures[0]?.message).toContain('patch refers to missing resource');
  expect(reading.lastGood).toEqual([]);
});

it('leaves files as they are where .flux.yaml says scanForFiles, and without generation', async () => {
  const files = { 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': map('a') };
  const scan = await read({
    ...files,
    '.flux.yaml': 'version: 1\nscanForFiles: {}\n',
    'b.yaml': map('b'),
  });
  expect(names(scan)).toEqual(['a', 'b']);
  const plain = openReader({ source: changeable(files), paths: [] });
  expect(names(await plain.read('x'))).toEqual(['a']);
});

it('reads files with odd names that only the build itself can find', async () => {
  const reading = await read({
    'kustomization.yaml':
      'resources: ["my map.yaml"]\nconfigMapGenerator: [{name: g, files: ["key=a b.txt"]}]\n',
    'my map.yaml': map('odd'),
    'a b.txt': 'text',
  });
  expect(reading.failures).toEqual([]);
  expect(names(reading)).toEqual([expect.stringMatching(/^g-/) as string, 'odd']);
});

it('tells of an encrypted file in a kustomization', async () => {
  const reading = await read({
    'kustomization.yaml': 'resources: [s.yaml]\n',
    's.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {}\nsops: {}\n',
  });
  expect(reading.failures[0]?.message).toContain('Secret s is encrypted');
});

it('does the work of "kustomize build" where the program is not there', async () => {
  const flux =
    'version: 1\npatchUpdated:\n  generators: [{command: kustomize build .}]\n  patchFile: p.yaml\n';
  const source = changeable({
    ...overlays,
    '.flux.yaml': flux.replace('build .', 'build ./overlays/prod'),
    'p.yaml': map('prod-app', '3'),
  });
  const dir = mkdtempSync(`${tmpdir()}/trice-built-`);
  const reading = await openReader({ source, paths: [], generating: { ...generating, dir } }).read(
    'x',
  );
  rmSync(dir, { recursive: true });
  expect(reading.manifests.map(({ object }) => object['data'])).toEqual([{ key: '3' }]);
});
