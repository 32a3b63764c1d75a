import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  defaultCapabilities,
  loadChart,
  manifestText,
  renderChart,
} from '../../src/lib/helm/index.ts';

// Public charts with what Helm 3.21 prints for them. The corpus is not part of the repository.
const root =
  process.env['TRICE_CORPUS'] ?? path.resolve(import.meta.dirname, '../../../shared/corpus/helm');
const charts = path.join(root, 'charts');
const isHere = existsSync(path.join(charts, 'index.json'));

interface Entry {
  readonly chart: string;
  /** Lines, from 1, that differ from run to run in Helm itself. */
  readonly vary: readonly number[];
}

const entries: Entry[] = isHere
  ? (JSON.parse(readFileSync(path.join(charts, 'index.json'), 'utf8')) as Entry[])
  : [{ chart: 'the corpus is not here', vary: [] }];

/** Charts that are known to differ, and why. One that comes out right must be taken off. */
const skips: Readonly<Record<string, string>> = {};

describe('charts of the corpus', () => {
  it.skipIf(!isHere).each(entries)('$chart', async ({ chart: name, vary }) => {
    const chart = await loadChart(path.join(charts, name, 'chart'));
    const rendered = renderChart({
      chart,
      release: { name: 'release-name', namespace: 'default' },
      capabilities: defaultCapabilities,
      ports: { now: () => new Date(), random: (size) => randomBytes(size) },
    });
    const hooks = rendered.hooks.map((hook) => `---\n# Source: ${hook.path}\n${hook.manifest}\n`);
    const printed = `${manifestText(rendered).trim()}\n${hooks.join('')}`;
    const expected = readFileSync(path.join(charts, name, 'expected.yaml'), 'utf8');
    if (skips[name] !== undefined) {
      expect(masked(printed, vary), `no longer differs: ${name}`).not.toBe(masked(expected, vary));
      return;
    }
    expect(masked(printed, vary)).toBe(masked(expected, vary));
  });
});

function masked(text: string, vary: readonly number[]): string {
  const lines = text.split('\n');
  for (const line of vary) lines[line - 1] = '(varies)';
  return lines.join('\n');
}
