import { isRecord } from '../../../../base/index.ts';
import { goQuote } from '../../../gotemplate/index.ts';

/** Something wrong at one place of the values, and why: a tree, printed as Helm's validator prints it. */
export interface Problem {
  readonly at: readonly string[];
  readonly text: string;
  readonly causes: readonly Problem[];
  /** `group`: only its causes count. `reference`: left out when it has one cause. */
  readonly kind: 'plain' | 'group' | 'reference';
}

/** A problem without causes. */
export function problem(at: readonly string[], text: string): Problem {
  return { at, text, causes: [], kind: 'plain' };
}

/** Lines of the report, causes indented below what they explain. */
export function problemLines(found: Problem, depth: number = 0): string[] {
  const isHidden = found.kind === 'reference' && found.causes.length === 1;
  const own = `${'  '.repeat(depth)}- at ${quoted(pointer(found.at))}: ${found.text}`;
  const below = found.causes.flatMap((cause) => problemLines(cause, isHidden ? depth : depth + 1));
  return isHidden ? below : [own, ...below];
}

function pointer(tokens: readonly string[]): string {
  return tokens.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Text in single quotes, with Go's escapes. */
export function quoted(text: string): string {
  const inside = goQuote(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inside}'`;
}

/** Several texts in single quotes. */
export function quotedList(texts: readonly string[]): string {
  return texts.map(quoted).join(', ');
}

/** A value in a text: strings quoted, maps and lists not shown. */
export function displayed(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value) || isRecord(value)) return 'value';
  return value === null ? '<nil>' : String(value);
}

/** A count as Go's English printer writes it: digits in groups of three. */
export function grouped(value: number): string {
  const [whole = '', fraction] = String(value).split('.');
  const text = whole.replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? text : `${text}.${fraction}`;
}

/** A float as that printer writes it: `1.5×10⁰⁶` from a million on, and below 0.0001. */
export function groupedFloat(value: number): string {
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (value === 0 || (exponent >= -4 && exponent < 6)) return grouped(value);
  const sign = exponent < 0 ? '⁻' : '';
  const two = String(Math.abs(exponent)).padStart(2, '0');
  return `${digits}×10${sign}${two.replaceAll(/\d/g, (digit) => superscripts[Number(digit)] ?? '')}`;
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';
