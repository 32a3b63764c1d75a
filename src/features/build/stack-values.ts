import { isRecord } from '../../base/index.ts';
import type { JsonRecord } from '../../base/index.ts';

/** A scalar as text; '' when it is absent, null or no scalar. */
export function textAt(raw: JsonRecord, key: string): string {
  const value = raw[key];
  if (typeof value !== 'string') return '';
  return value === '~' || value === 'null' ? '' : value;
}

/** Whether a scalar says yes, in YAML 1.1's words. */
export function flagAt(raw: JsonRecord, key: string): boolean {
  return /^(true|yes|on|y)$/i.test(textAt(raw, key));
}

/** A list of scalars; empty when it is absent. */
export function listAt(raw: JsonRecord, key: string): string[] {
  const value = raw[key];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** A map of scalars; empty when it is absent. */
export function mapAt(raw: JsonRecord, key: string): Record<string, string> {
  const value = recordAt(raw, key);
  return Object.fromEntries(Object.keys(value).map((name) => [name, textAt(value, name)]));
}

/** A map; empty when it is absent. */
export function recordAt(raw: JsonRecord, key: string): JsonRecord {
  const value = raw[key];
  return isRecord(value) ? value : {};
}
