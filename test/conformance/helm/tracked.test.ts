import { describe, expect, test } from 'vitest';
import {
  compareData,
  createEngine,
  type Engine,
  functionTable,
  type Tracked,
} from '../../../src/lib/gotemplate/index.ts';
import { parse } from '../../../src/lib/yaml/index.ts';
import { Choice } from './cases/case.ts';
import { randomTemplates, standardValues } from './cases/index.ts';

// A template whose reads no change has touched prints the same as before: what a renderer that leaves
// such templates out stands on. Random templates, with one value changed at random.
const templates = randomTemplates(1500, 11);

function engineFor(text: string): Engine {
  const engine: Engine = createEngine({
    functions: {
      ...functionTable(),
      include: {
        params: ['string', 'any'],
        use: 'passes',
        call: (name: string, dot: unknown) => engine.execute(name, dot),
      },
      tpl: { params: ['string', 'any'], use: 'passes', call: (own: string) => own },
    },
  });
  engine.add('t', text);
  return engine;
}

function outcome(run: () => string): string {
  try {
    return run();
  } catch (thrown) {
    return `!! ${(thrown as Error).message}`;
  }
}

type Values = Record<string, unknown>;

const fresh = (): Values => parse(standardValues) as Values;

/** The values with one of them replaced, taken away or put there. */
function changed(choice: Choice): Values {
  const values = fresh();
  const holders = [
    values,
    values,
    values['m'] as Values,
    (values['m'] as Values)['nested'] as Values,
  ];
  const holder = choice.of(holders);
  const key = choice.of([...Object.keys(holder), 'zz', 'a']);
  if (choice.below(4) === 0) delete holder[key];
  else holder[key] = choice.of([null, 0, 7, 'other', ['p', 'q'], {}, { a: 'b' }, true]);
  return values;
}

const dotOf = (values: Values): unknown => ({ Values: values, Release: { Name: 'rel' } });

describe('what a run does not depend on', () => {
  test('leaves its output as it is', () => {
    const choice = new Choice(3);
    let untouched = 0;
    for (const { defines, body } of templates) {
      const [before, after] = [dotOf(fresh()), dotOf(changed(choice))];
      let engine: Engine;
      let tracked: Tracked;
      try {
        engine = engineFor(defines + body);
        tracked = engine.executeTracked('t', before);
      } catch {
        continue;
      }
      expect(tracked.text).toBe(engine.execute('t', dotOf(fresh())));
      if (tracked.writes || tracked.isTouchedBy(compareData(before, after))) continue;
      untouched++;
      const printed = outcome(() => engine.execute('t', after));
      expect({ body, printed }).toEqual({ body, printed: tracked.text });
    }
    expect(untouched).toBeGreaterThan(100);
  });
});
