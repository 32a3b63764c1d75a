import type { JsonRecord } from '../../../base/index.ts';
import { isRecord } from '../../../base/index.ts';
import { parseWithLines } from '../../yaml/index.ts';
import type { DataPath } from '../../yaml/index.ts';
import { cannotUnmarshal } from '../go-json.ts';
import { reworded } from '../go-yaml.ts';

/** One of the places that the values of a render came from. */
export interface ValuesSource {
  /** As people know it: `prod.yaml`, `--set #2`, `demo/values.yaml`. */
  readonly name: string;
  readonly values: JsonRecord;
  /** The line, from 1, of an entry; absent where there are no lines. */
  readonly lineOf?: (path: DataPath) => number | undefined;
}

/** A YAML text of values with its lines. Throws Helm's text when it is no YAML, or no map. */
export function valuesSource(name: string, text: string): ValuesSource {
  const { value, lineOf } = reworded(() => parseWithLines(text));
  if (value === null || value === undefined) return { name, values: {} };
  if (!isRecord(value)) throw cannotUnmarshal(value, 'value of type map[string]interface {}');
  return { name, values: value, lineOf };
}
