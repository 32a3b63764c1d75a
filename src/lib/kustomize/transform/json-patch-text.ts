import { invalid, isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { parse } from '../../yaml/index.ts';

/** The operations of a JSON patch, written as JSON or YAML. */
export function decodeJsonPatch(text: string): JsonRecord[] {
  if (text === '') throw invalid('empty json patch operations');
  const value = parse(text);
  if (value === null) return [];
  if (!Array.isArray(value)) {
    throw invalid(
      `json: cannot unmarshal ${jsonKind(value)} into Go value of type jsonpatch.Patch`,
    );
  }
  const wrong = value.find((each) => !isRecord(each));
  if (wrong !== undefined) {
    throw invalid(
      `json: cannot unmarshal ${jsonKind(wrong)} into Go value of type jsonpatch.Operation`,
    );
  }
  return value as JsonRecord[];
}

function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (isRecord(value)) return 'object';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
