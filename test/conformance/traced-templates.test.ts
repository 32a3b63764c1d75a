import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { messageOf } from '../../src/base/index.ts';
import { createEngine, type Engine, functionTable } from '../../src/lib/gotemplate/index.ts';
import { parse } from '../../src/lib/yaml/index.ts';

// The plain and the traced form of every template of the corpus print the same bytes, or fail with the
// same text; and the pieces of the traced one are the text, without gaps.
const root =
  process.env['TRICE_CORPUS'] ?? join(import.meta.dirname, '../../../shared/corpus/helm');
const snippets = join(root, 'snippets.sample.json');
const found = existsSync(snippets);

interface Snippet {
  readonly t: string;
  readonly v: string;
  readonly g: string;
}

function engineFor(text: string): Engine {
  const run = (name: string, dot: unknown): string => engine.execute(name, dot);
  const ports = { now: () => new Date(0), random: (size: number) => new Uint8Array(size) };
  const engine: Engine = createEngine({
    functions: {
      ...functionTable(ports),
      include: { params: ['string', 'any'], call: run },
      required: { params: ['string', 'any'], call: (_: string, value: unknown) => value },
      fail: { params: ['string'], call: () => '' },
      lookup: { params: ['string', 'string', 'string', 'string'], call: () => ({}) },
      tpl: {
        params: ['string', 'any'],
        call: (own: string, dot: unknown) => {
          const set = engine.clone();
          set.add('gotpl', own);
          return set.execute('gotpl', dot);
        },
      },
    },
  });
  engine.add('t', text);
  return engine;
}

function dotFor(values: string): unknown {
  const release = { Name: 'rel', Namespace: 'ns', Revision: 1n, IsInstall: true };
  return { Values: parse(values) ?? {}, Release: release, Chart: { Name: 'c', Version: '0.1.0' } };
}

function outcome(run: () => string): string {
  try {
    return run();
  } catch (thrown) {
    return `!! ${messageOf(thrown)}`;
  }
}

// New keys and salts differ from run to run.
const random = /gen(?:CA|Self|Signed|Private)|bcrypt|htpasswd|encryptAES/;

describe.skipIf(!found)('traced runs of the snippets (the corpus at ../shared/corpus/helm)', () => {
  const all = found ? (JSON.parse(readFileSync(snippets, 'utf8')) as Snippet[]) : [];
  const groups = Object.groupBy(all, ({ g }) => g);

  test.each(Object.keys(groups))('%s', (group) => {
    for (const { t, v } of groups[group] ?? []) {
      if (random.test(t)) continue;
      const plain = outcome(() => engineFor(t).execute('t', dotFor(v)));
      const traced = outcome(() => {
        const { text, pieces } = engineFor(t).executeTraced('t', dotFor(v));
        expect(pieces.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text);
        return text;
      });
      expect({ t, printed: traced }).toEqual({ t, printed: plain });
    }
  });
});
