import { formats } from './formats.ts';
import { matcher } from './pattern.ts';
import { grouped, groupedFloat, problem, quoted } from './problem.ts';
import type { Problem } from './problem.ts';
import type { Check } from './validator.ts';

/** The keywords for strings. */
export function checkText({ schema, at, draft }: Check, value: string): Problem[] {
  const { minLength: least, maxLength: most, pattern, format } = schema;
  if (draft < 2019 && typeof format === 'string') {
    const why = formats[format]?.(value);
    if (why !== undefined) return [problem(at, `${quoted(value)} is not valid ${format}: ${why}`)];
  }
  const length = Array.from(value).length;
  const found: Problem[] = [];
  if (typeof least === 'number' && length < least) {
    found.push(problem(at, `minLength: got ${grouped(length)}, want ${grouped(least)}`));
  }
  if (typeof most === 'number' && length > most) {
    found.push(problem(at, `maxLength: got ${grouped(length)}, want ${grouped(most)}`));
  }
  if (typeof pattern === 'string' && !matcher(pattern)(value)) {
    found.push(problem(at, `${quoted(value)} does not match pattern ${quoted(pattern)}`));
  }
  return found;
}

/** The keywords for numbers. */
export function checkNumber({ schema, at, draft }: Check, value: number): Problem[] {
  const limits = limitsOf(schema, draft);
  return limits
    .filter(({ limit, isKept }) => typeof limit === 'number' && !isKept(value, limit))
    .map(({ keyword, limit }) =>
      problem(at, `${keyword}: got ${groupedFloat(value)}, want ${groupedFloat(Number(limit))}`),
    );
}

interface Limit {
  readonly keyword: string;
  readonly limit: unknown;
  readonly isKept: (value: number, limit: number) => boolean;
}

function limitsOf(schema: Check['schema'], draft: number): Limit[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  // Draft 4 says with a boolean whether minimum and maximum themselves are out.
  const isOld = draft === 4;
  const above = isOld && exclusiveMinimum === true;
  const below = isOld && exclusiveMaximum === true;
  return [
    { keyword: 'minimum', limit: above ? undefined : minimum, isKept: (v, l) => v >= l },
    { keyword: 'maximum', limit: below ? undefined : maximum, isKept: (v, l) => v <= l },
    {
      keyword: 'exclusiveMinimum',
      limit: above ? minimum : exclusiveMinimum,
      isKept: (v, l) => v > l,
    },
    {
      keyword: 'exclusiveMaximum',
      limit: below ? maximum : exclusiveMaximum,
      isKept: (v, l) => v < l,
    },
    { keyword: 'multipleOf', limit: multipleOf, isKept: isMultiple },
  ];
}

/** Decimal, as written: 0.3 is a multiple of 0.1. */
function isMultiple(value: number, of: number): boolean {
  if (of === 0) return true;
  const digits = Math.max(decimals(value), decimals(of));
  const scale = 10 ** digits;
  return Number.isInteger(Math.round(value * scale) / Math.round(of * scale));
}

function decimals(value: number): number {
  const [digits = '', exponent = '0'] = String(value).split('e');
  return Math.max(0, (digits.split('.')[1]?.length ?? 0) - Number(exponent));
}
