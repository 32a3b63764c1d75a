import { KnownError } from '../../../base/index.ts';
import { nodeOf } from '../chart/node.ts';
import { coalesce } from '../values/coalesce.ts';
import { processDependencies } from '../values/dependencies.ts';
import { validateValues } from '../values/validate-values.ts';
import { contextOf, templatesOf } from './context.ts';
import { surroundings, withoutNoValue } from './render.ts';
import type { RenderOptions } from './render.ts';
import { TemplateSet } from './template-set.ts';

/**
 * What the templates print when `helm lint` runs them: `required` and `fail` only warn, and what is
 * printed is not read as manifests. Undefined when the values do not fit the subcharts, of which lint
 * says nothing. Throws Helm's texts.
 */
export function renderForLint(options: RenderOptions): ReadonlyMap<string, string> | undefined {
  const chart = nodeOf(options.chart);
  const warn = options.onWarning ?? ((): void => {});
  let values;
  try {
    processDependencies(chart, options.values ?? {}, warn);
    values = coalesce(chart, options.values ?? {}, warn);
  } catch (thrown) {
    if (thrown instanceof KnownError) return undefined;
    throw thrown;
  }
  // Helm lays them together twice, which its warnings show.
  values = coalesce(chart, values, warn);
  if (options.skipSchemaValidation !== true) validateValues(chart, values);
  const templates = templatesOf(contextOf(chart, values, surroundings(options)));
  const set = new TemplateSet(templates, { ...options, lint: true, warn });
  const files = new Map<string, string>();
  for (const name of set.order) {
    const template = templates.get(name);
    if (template !== undefined) files.set(name, withoutNoValue(set.execute(name, template)));
  }
  return files;
}
