import { badRequest } from './status-error.ts';
import type { Selects } from './label-selector.ts';

interface Requirement {
  readonly field: string;
  readonly not: boolean;
  readonly value: string;
}

/** A field selector that was read. */
export interface FieldSelector {
  readonly selects: Selects;
  /** The name it pins (`metadata.name=x`), if it does. */
  readonly name: string | undefined;
  readonly fields: readonly string[];
}

/** Reads `a.b=v`, `a.b==v`, `a.b!=v`, joined by commas; `\` escapes `,`, `=` and itself. */
export function parseFieldSelector(text: string): FieldSelector | undefined {
  if (text.trim() === '') return undefined;
  const requirements = text.split(/(?<!\\),/).map(requirementOf);
  const pinned = requirements.find(({ field, not }) => field === 'metadata.name' && !not);
  return {
    selects: (fields) =>
      requirements.every(({ field, not, value }) => ((fields[field] ?? '') === value) !== not),
    name: pinned?.value,
    fields: requirements.map(({ field }) => field),
  };
}

function requirementOf(text: string): Requirement {
  const match = /^\s*([^=!]+?)\s*(==|=|!=)(.*)$/s.exec(text);
  if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${text}'`);
  const [, field = '', operator, value = ''] = match;
  return { field, not: operator === '!=', value: value.replaceAll(/\\([\\,=])/g, '$1') };
}
