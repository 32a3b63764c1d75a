import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { hide, systemClock } from '../../base/index.ts';
import type { SopsKeys } from '../sops/index.ts';
import { memorySource } from './memory-source.ts';
import { openReader } from './open-reader.ts';
import type { Reading } from './reading.ts';

const testdata = path.join(import.meta.dirname, '../sops/testdata');
const stored = (name: string): string => readFileSync(path.join(testdata, name), 'utf8');
const good: SopsKeys = { age: hide(stored('keys.txt')) };

interface Given {
  readonly files: Record<string, string>;
  readonly keys?: () => SopsKeys;
  readonly isGenerating?: boolean;
}

function reader({ files, keys = () => good, isGenerating = false }: Given): () => Promise<Reading> {
  const bytes = Object.entries(files).map(([name, text]) => [name, Buffer.from(text)] as const);
  const generating = { dir: '/nonexistent', environment: {}, clock: systemClock };
  const opened = openReader({
    source: memorySource(new Map(bytes)),
    paths: [],
    sopsKeys: async () => keys(),
    ...(isGenerating ? { generating } : {}),
  });
  return () => opened.read('r');
}

const shown = ({ failures }: Reading): string => failures.map(({ message }) => message).join('\n');

it('opens encrypted files and leaves the others alone', async () => {
  const plain = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain}\n';
  const reading = await reader({ files: { 's.yaml': stored('regex.yaml'), 'p.yaml': plain } })();
  expect(reading.failures).toEqual([]);
  const found = reading.manifests.map(({ object, isDecrypted }) => [
    object.metadata.name,
    isDecrypted ?? false,
  ]);
  expect(found).toEqual([
    ['plain', false],
    ['credentials', true],
    ['second', true],
  ]);
  expect(reading.manifests[1]?.object['stringData']).toMatchObject({ password: 'canary-5up3r' });
});

it('sets a file aside that no key opens, and tries again when it is read again', async () => {
  let keys: SopsKeys = {};
  const read = reader({ files: { 's.yaml': stored('regex.yaml') }, keys: () => keys });
  const before = await read();
  expect(before.manifests).toEqual([]);
  expect(shown(before)).toContain('s.yaml: no key opens it');
  expect(before.lastGood).toBeUndefined();
  keys = good;
  expect((await read()).manifests).toHaveLength(2);
});

it('tells nothing of an encrypted file that holds no objects', async () => {
  const reading = await reader({ files: { 'a.yaml': stored('comment.yaml') } })();
  expect(shown(reading)).toBe('a.yaml: what was encrypted in it is no Kubernetes object');
});

it('opens what a kustomization is made of: env files, JSON, any file, and resources', async () => {
  const reading = await reader({
    isGenerating: true,
    files: {
      'kustomization.yaml': `resources: [s.yaml]
generatorOptions: {disableNameSuffixHash: true}
secretGenerator:
- name: env
  envs: [age.env]
- name: files
  files: [age.json, age.bin]
`,
      's.yaml': stored('regex.yaml'),
      'age.env': stored('age.env'),
      'age.json': stored('age.json'),
      'age.bin': stored('age.bin'),
    },
  })();
  expect(reading.failures).toEqual([]);
  expect(reading.manifests.every(({ isDecrypted }) => isDecrypted)).toBe(true);
  const text = JSON.stringify(reading.manifests.map(({ object }) => object));
  expect(text).toContain(Buffer.from('admin').toString('base64'));
  expect(text).toContain('canary-5up3r');
});

it('tells nothing of what was encrypted when a kustomization cannot be built of it', async () => {
  const files = { 'kustomization.yaml': 'resources: [c.yaml]\n', 'c.yaml': stored('comment.yaml') };
  const bad = await reader({ files, isGenerating: true })();
  expect(shown(bad)).toBe(
    'kustomization.yaml: the kustomization cannot be built from what was encrypted',
  );
  const closed = await reader({ files, isGenerating: true, keys: () => ({}) })();
  expect(shown(closed)).toContain('no key opens it');
});
