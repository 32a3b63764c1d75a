import type { JsonRecord } from '../../base/index.ts';
import { listAt, recordAt, recordsAt, textAt } from './records.ts';

/** Whether a LabelSelector object selects these labels; an empty one selects all. */
export function matchesSelector(selector: JsonRecord, labels: JsonRecord): boolean {
  const exact = Object.entries(recordAt(selector, 'matchLabels')).every(
    ([key, value]) => labels[key] === value,
  );
  return exact && recordsAt(selector, 'matchExpressions').every((each) => matches(each, labels));
}

function matches(expression: JsonRecord, labels: JsonRecord): boolean {
  const value = labels[textAt(expression, 'key')];
  const values = listAt(expression, 'values');
  switch (textAt(expression, 'operator')) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
