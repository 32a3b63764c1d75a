import { jsonEqual } from '../../json-equal.ts';
import { grouped, problem } from './problem.ts';
import type { Problem } from './problem.ts';
import { part } from './validator.ts';
import type { Check } from './validator.ts';

/** The keywords for arrays. */
export function checkList(check: Check, value: readonly unknown[]): Problem[] {
  const { schema, at } = check;
  const { minItems: least, maxItems: most } = schema;
  const found: Problem[] = [];
  if (typeof least === 'number' && value.length < least) {
    found.push(problem(at, `minItems: got ${grouped(value.length)}, want ${grouped(least)}`));
  }
  if (typeof most === 'number' && value.length > most) {
    found.push(problem(at, `maxItems: got ${grouped(value.length)}, want ${grouped(most)}`));
  }
  found.push(...unique(check, value), ...items(check, value), ...contains(check, value));
  return found;
}

/** Lists longer than this are compared by their text: pairs would take too long. */
const maxPairs = 500;

function unique({ schema, at }: Check, value: readonly unknown[]): Problem[] {
  if (schema['uniqueItems'] !== true) return [];
  const texts = value.length > maxPairs ? value.map((item) => JSON.stringify(item)) : undefined;
  for (let second = 1; second < value.length; second += 1) {
    const first =
      texts === undefined
        ? value.findIndex((item, at2) => at2 < second && jsonEqual(item, value[second]))
        : texts.indexOf(texts[second] ?? '');
    if (first !== -1 && first < second) {
      return [problem(at, `items at ${first} and ${second} are equal`)];
    }
  }
  return [];
}

function items(check: Check, value: readonly unknown[]): Problem[] {
  const { schema, at, draft } = check;
  const isNew = draft >= 2020;
  const heads = isNew ? schema['prefixItems'] : schema['items'];
  const rest =
    isNew || Array.isArray(schema['items']) ? restSchema(schema, isNew) : schema['items'];
  const first = Array.isArray(heads) ? heads : [];
  if (!isNew && rest === false && value.length > first.length && first.length > 0) {
    const text = `last ${value.length - first.length} additionalItem(s) not allowed`;
    return [
      ...each(check, value.slice(0, first.length), (index) => first[index]),
      problem(at, text),
    ];
  }
  return each(check, value, (index) => (index < first.length ? first[index] : rest));
}

function restSchema(schema: Check['schema'], isNew: boolean): unknown {
  return isNew ? schema['items'] : schema['additionalItems'];
}

function each(
  check: Check,
  value: readonly unknown[],
  schemaOf: (index: number) => unknown,
): Problem[] {
  return value.flatMap((item, index) => {
    const schema = schemaOf(index);
    if (schema === undefined) return [];
    check.seen.add(String(index));
    return part(check, schema, String(index), item);
  });
}

function contains(check: Check, value: readonly unknown[]): Problem[] {
  const { schema, at, draft } = check;
  if (!('contains' in schema) || draft < 6) return [];
  const results = value.map((item, index) => part(check, schema['contains'], String(index), item));
  const matched = results.flatMap((result, index) => (result.length === 0 ? [index] : []));
  const { minContains: least, maxContains: most } = draft < 2019 ? {} : schema;
  const found: Problem[] = [];
  const wanted = typeof least === 'number' ? least : 1;
  if (matched.length < wanted) {
    const text =
      typeof least === 'number' ? tooFew(least, matched) : 'no items match contains schema';
    found.push({ at, text, causes: results.flat(), kind: 'plain' });
  }
  if (typeof most === 'number' && matched.length > most) {
    found.push(
      problem(
        at,
        `max ${most} items required to match contains schema, but matched ${matched.length} items at ${matched.join(' ')}`,
      ),
    );
  }
  for (const index of draft >= 2020 ? matched : []) check.seen.add(String(index));
  return found;
}

function tooFew(least: number, matched: readonly number[]): string {
  const start = `min ${least} items required to match contains schema, but`;
  if (matched.length === 0) return `${start} none matched`;
  return `${start} matched ${matched.length} items at ${matched.join(' ')}`;
}
