import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeVolume } from './write-volume.ts';

let dir: string;
beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'trice-volume-')), 'v');
});
afterEach(() => rm(join(dir, '..'), { recursive: true, force: true }));

const file = (path: string, text: string, mode = 0o644) => ({
  path,
  content: Buffer.from(text),
  mode,
});
const names = async (): Promise<string[]> =>
  (await readdir(dir))
    .filter((each) => !each.startsWith('..'))
    .toSorted((a, b) => (a < b ? -1 : 1));

it('shows new files, drops old ones, and leaves nothing behind', async () => {
  await writeVolume(dir, [file('a', '1'), file('deep/er/b', '2', 0o400)]);
  expect(await names()).toEqual(['a', 'deep']);
  expect(await readFile(join(dir, 'deep/er/b'), 'utf8')).toBe('2');
  expect((await stat(join(dir, 'deep/er/b'))).mode & 0o777).toBe(0o400);
  await writeVolume(dir, [file('a', 'changed'), file('c', '3')]);
  expect(await names()).toEqual(['a', 'c']);
  expect(await readFile(join(dir, 'a'), 'utf8')).toBe('changed');
  expect((await readdir(dir)).filter((each) => each.startsWith('..'))).toHaveLength(2);
});

it('a reader never sees a file missing while it is changed', async () => {
  await writeVolume(dir, [file('a', 'x'.repeat(1000))]);
  let isDone = false;
  const reading = (async () => {
    const seen = new Set<string>();
    while (!isDone) seen.add((await readFile(join(dir, 'a'), 'utf8')).replaceAll(/(.)\1+/g, '$1'));
    return seen;
  })();
  for (let round = 0; round < 30; round += 1)
    await writeVolume(dir, [file('a', (round % 2 ? 'x' : 'y').repeat(1000))]);
  isDone = true;
  expect([...(await reading)].every((each) => each === 'x' || each === 'y')).toBe(true);
});

it.each(['../out', '/abs', 'a/../../b', '..data', ''])('refuses a file at %j', async (path) => {
  await expect(writeVolume(dir, [file(path, '')])).rejects.toThrow('relative path');
});
