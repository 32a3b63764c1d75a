import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { storedGroups } from './cases/index.ts';
import { masked } from './mask.ts';
import { outcomeOf } from './render-case.ts';
import { answerSkips } from './skips.ts';

// What Helm answers to questions made by rule (see README.md here for how the answers were made).
const file = path.join(import.meta.dirname, 'answers.json.gz');
const answers = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as Record<
  string,
  readonly string[]
>;

describe('answers of Helm 3.21.4', () => {
  test.each(Object.entries(storedGroups()))('%s', { timeout: 120_000 }, (name, cases) => {
    const wanted = answers[name] ?? [];
    expect(wanted.length, 'the answers belong to other cases: make them anew').toBe(cases.length);
    const wrong: object[] = [];
    for (const [i, each] of cases.entries()) {
      const got = masked(outcomeOf(each));
      const isRight = got === wanted[i];
      const isSkipped = answerSkips.some(({ text }) => text.test(each.text));
      if (isRight === isSkipped) wrong.push({ ...each, wanted: wanted[i], got });
    }
    expect(wrong.slice(0, 20)).toEqual([]);
  });
});
