import path from 'node:path';
import { KnownError } from '../../../base/index.ts';
import type { Call } from '../cobra/index.ts';
import { renderPorts } from './settings.ts';

/**
 * The release's name and the chart of `[NAME] [CHART]`, `--generate-name` and `--name-template`.
 * `fallback` is the name when none of them gives one; without it that is an error.
 */
export async function nameAndChart(
  { args, flags, io }: Call,
  fallback?: string,
): Promise<{ name: string; chartName: string }> {
  const [first = '', second, ...more] = args;
  if (more.length > 0) {
    throw new KnownError(
      'invalid',
      `expected at most two arguments, unexpected arguments: ${more.join(', ')}`,
    );
  }
  const pattern = flags.string('name-template');
  if (second !== undefined) {
    for (const flag of ['generate-name', 'name-template'] as const) {
      const isSet = flag === 'generate-name' ? flags.bool(flag) : pattern !== '';
      if (isSet) throw new KnownError('invalid', `cannot set --${flag} and also specify a name`);
    }
    return { name: first, chartName: second };
  }
  if (pattern !== '') return { name: await nameFrom(pattern, io), chartName: first };
  if (flags.bool('generate-name')) return { name: generatedName(first, io), chartName: first };
  if (fallback !== undefined) return { name: fallback, chartName: first };
  throw new KnownError('invalid', 'must either provide a name or specify --generate-name');
}

function generatedName(chart: string, { clock }: Call['io']): string {
  const base = path.basename(chart).replace(/\..*$/, '');
  return `${base === '' ? 'chart' : base}-${Math.floor(clock.now().getTime() / 1000)}`;
}

/** `--name-template`: a template of Sprig's functions with no data. */
async function nameFrom(pattern: string, io: Call['io']): Promise<string> {
  const { createEngine, functionTable } = await import('../../../lib/gotemplate/index.ts');
  const engine = createEngine({ functions: functionTable(renderPorts(io)) });
  engine.add('name-template', pattern);
  return engine.execute('name-template', null);
}
