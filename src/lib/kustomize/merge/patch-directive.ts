import { invalid, isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { scalarText } from '../resource/scalar-text.ts';

export type Directive = 'merge' | 'replace' | 'delete';

const key = '$patch';

function directiveOf(value: unknown): Directive {
  const text = scalarText(value);
  if (text === 'merge' || text === 'replace' || text === 'delete') return text;
  throw invalid(`unknown patch strategy '${text}'`);
}

/** The directive of a map, taken out of it. */
export function mapDirective(patch: JsonRecord): Directive {
  if (!Object.hasOwn(patch, key)) return 'merge';
  const directive = directiveOf(patch[key]);
  Reflect.deleteProperty(patch, key);
  return directive;
}

/** The directive of a list: that of an item which holds nothing else. The item is taken out. */
export function listDirective(patch: unknown[]): Directive {
  const item = patch.find((each) => isRecord(each) && Object.hasOwn(each, key));
  if (!isRecord(item) || Object.keys(item).length > 1) return 'merge';
  const text = scalarText(item[key]);
  const directive = directiveOf(text);
  const kept = patch.filter((each) => !isRecord(each) || scalarText(each[key] ?? '') !== text);
  patch.splice(0, patch.length, ...kept);
  return directive;
}
