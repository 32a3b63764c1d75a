import { isRecord } from '../../../base/index.ts';
import { GoText } from '../field-error.ts';

/** A value of a custom resource for a complaint: maps and lists are shown as Go shows untyped ones. */
export function goValue(value: unknown): unknown {
  return isRecord(value) || Array.isArray(value) ? new GoText(goText(value)) : value;
}

function goText(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(goText).join(', ')}}`;
  if (!isRecord(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${goText(value[key])}`);
  return `map[string]interface {}{${members.join(', ')}}`;
}
