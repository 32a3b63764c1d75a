import { createEngine, functionTable } from '../../../../lib/gotemplate/index.ts';
import type { Release } from '../../../../lib/helm/index.ts';
import { isRecord } from '../../../../base/index.ts';
import type { JsonRecord } from '../../../../base/index.ts';

/**
 * `helm get all --template`: a Go template over the release, whose fields have the names of Helm's
 * structs. Only the language itself can be used, no functions of Sprig.
 */
export function releaseText(template: string, release: Release): string {
  const names = new Set(['printf', 'print', 'println']);
  const functions = Object.entries(functionTable()).filter(([name]) => names.has(name));
  const engine = createEngine({ functions: Object.fromEntries(functions) });
  engine.add('_', template);
  return engine.execute('_', { Release: goFields(release) });
}

/** Maps whose keys are data stay as they are. */
const data = new Set(['config', 'values', 'annotations', 'labels']);

const odd: Readonly<Record<string, string>> = {
  apiVersion: 'APIVersion',
  last_run: 'LastRun',
  url: 'URL',
};

/** `first_deployed` as FirstDeployed, all the way down. */
function goFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(goFields);
  if (!isRecord(value)) return typeof value === 'number' ? BigInt(Math.trunc(value)) : value;
  const fields: JsonRecord = {};
  for (const [key, entry] of Object.entries(value)) {
    fields[goName(key)] = data.has(key) ? entry : goFields(entry);
  }
  return fields;
}

function goName(key: string): string {
  const known = odd[key];
  if (known !== undefined) return known;
  return key
    .split('_')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}
