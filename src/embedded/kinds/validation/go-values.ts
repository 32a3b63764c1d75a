import type { JsonRecord } from '../../../base/index.ts';
import { GoText } from '../../../lib/schema/index.ts';
import { listAt, recordAt, recordsAt, textAt } from '../records.ts';

// Complaints show some structs as Go prints them; people search for these texts.

const quote = (text: unknown): string => JSON.stringify(text);

/** A LabelSelector. */
export function goSelector(selector: JsonRecord): GoText {
  const labels = recordAt(selector, 'matchLabels');
  const pairs = Object.keys(labels)
    .toSorted()
    .map((key) => `${quote(key)}:${quote(labels[key])}`);
  const expressions = recordsAt(selector, 'matchExpressions').map(goRequirement);
  const matchLabels =
    pairs.length === 0 ? 'map[string]string(nil)' : `map[string]string{${pairs.join(', ')}}`;
  const type = '[]v1.LabelSelectorRequirement';
  const matchExpressions =
    expressions.length === 0 ? `${type}(nil)` : `${type}{${expressions.join(', ')}}`;
  return new GoText(
    `v1.LabelSelector{MatchLabels:${matchLabels}, MatchExpressions:${matchExpressions}}`,
  );
}

function goRequirement(expression: JsonRecord): string {
  const values = listAt(expression, 'values').map(quote);
  const list = values.length === 0 ? '[]string(nil)' : `[]string{${values.join(', ')}}`;
  return `v1.LabelSelectorRequirement{Key:${quote(expression['key'])}, Operator:${quote(expression['operator'])}, Values:${list}}`;
}

/** The roleRef of a binding. */
export function goRoleRef(role: JsonRecord): GoText {
  const [group, kind, name] = ['apiGroup', 'kind', 'name'].map((key) => quote(textAt(role, key)));
  return new GoText(`rbac.RoleRef{APIGroup:${group}, Kind:${kind}, Name:${name}}`);
}
