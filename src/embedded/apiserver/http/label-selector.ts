import { badRequest } from './status-error.ts';

/** Whether labels (or fields) are selected. */
export type Selects = (labels: Readonly<Record<string, string>>) => boolean;

const key = String.raw`(?:[a-zA-Z0-9](?:[-a-zA-Z0-9.]*[a-zA-Z0-9])?/)?[a-zA-Z0-9](?:[-a-zA-Z0-9_.]*[a-zA-Z0-9])?`;
const setForm = new RegExp(String.raw`^(${key})\s+(in|notin)\s*\(([^()]*)\)$`);
const equalForm = new RegExp(String.raw`^(${key})\s*(==|=|!=)\s*([^=!<>]*)$`);
const orderForm = new RegExp(String.raw`^(${key})\s*([<>])\s*(-?\d+)$`);
const existsForm = new RegExp(String.raw`^(!?)\s*(${key})$`);

/** Reads `k=v`, `k!=v`, `k in (a,b)`, `k notin (a,b)`, `k`, `!k`, `k>1`, `k<1`, joined by commas. */
export function parseLabelSelector(text: string): Selects | undefined {
  const requirements = splitOutsideParentheses(text).map(requirementOf);
  if (requirements.length === 0) return undefined;
  return (labels) => requirements.every((requirement) => requirement(labels));
}

function splitOutsideParentheses(text: string): string[] {
  if (text.trim() === '') return [];
  return text.split(/,(?![^()]*\))/).map((part) => part.trim());
}

function requirementOf(text: string): Selects {
  const set = setForm.exec(text);
  if (set) return setRequirement(set);
  const equal = equalForm.exec(text);
  if (equal) return equalRequirement(equal);
  const order = orderForm.exec(text);
  if (order) return orderRequirement(order);
  const exists = existsForm.exec(text);
  if (!exists)
    throw badRequest(
      `unable to parse requirement: found '${text}', expected: a key and an operator`,
    );
  const [, not, name = ''] = exists;
  return (labels) => Object.hasOwn(labels, name) === (not !== '!');
}

function setRequirement([, name = '', operator, list = '']: RegExpExecArray): Selects {
  const values = new Set(list.split(',').map((value) => value.trim()));
  if (operator === 'in')
    return (labels) => Object.hasOwn(labels, name) && values.has(labels[name]!);
  return (labels) => !Object.hasOwn(labels, name) || !values.has(labels[name]!);
}

function equalRequirement([text, name = '', operator, given = '']: RegExpExecArray): Selects {
  const value = given.trim();
  if (!/^([a-zA-Z0-9]([-a-zA-Z0-9_.]*[a-zA-Z0-9])?)?$/.test(value))
    throw badRequest(
      `unable to parse requirement: values[0][${name}]: Invalid value: ${JSON.stringify(value)}: a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (in '${text}')`,
    );
  if (operator === '!=') return (labels) => labels[name] !== value;
  return (labels) => labels[name] === value;
}

function orderRequirement([, name = '', operator, bound]: RegExpExecArray): Selects {
  const limit = Number(bound);
  return (labels) => {
    const text = labels[name];
    if (text === undefined || !/^-?\d+$/.test(text)) return false;
    return operator === '>' ? Number(text) > limit : Number(text) < limit;
  };
}
