import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectls } from '../../programs.ts';
import { startKubeBench, type KubeBench } from './bench.ts';
import { commandsOf, scenarios } from './scenarios.ts';
import { entry, words } from './transcript.ts';

// Stories of commands for real kubectls, compared with stored answers (see scenarios.ts).

const manifests = path.join(import.meta.dirname, 'testdata', 'manifests');
const present = kubectls();
const programs = present.length > 0 ? present : [{ program: 'kubectl', version: 'absent' }];

it('there are at least 120 commands for either kubectl', () => {
  for (const isOld of [true, false]) {
    const all = Object.values(scenarios).flatMap((story) => commandsOf(story, isOld));
    expect(all.length).toBeGreaterThanOrEqual(120);
  }
});

describe.each(programs)('kubectl $version', ({ program, version }) => {
  const isOld = version.startsWith('1.20');
  let bench: KubeBench;
  beforeAll(async () => {
    if (present.length > 0) bench = await startKubeBench(isOld ? 'legacy' : 'modern');
  });
  afterAll(async () => {
    if (present.length > 0) await bench.close();
  });

  for (const [name, story] of Object.entries(scenarios)) {
    it.skipIf(present.length === 0).concurrent(
      name,
      async ({ expect: expectHere }) => {
        const kubectl = (args: readonly string[]) =>
          bench.run(program, ['--namespace', name, ...args], { cwd: manifests });
        await kubectl(['create', 'namespace', name]);
        await kubectl(['wait', '--for=condition=never', 'serviceaccount/default', '--timeout=0s']);
        let text = '';
        for (const line of commandsOf(story, isOld))
          text += `${entry(line, await kubectl(words(line)))}\n`;
        const file = path.join('testdata', `${name}.${isOld ? '1.20' : 'modern'}.txt`);
        await expectHere(text).toMatchFileSnapshot(file);
      },
      120_000,
    );
  }
});
