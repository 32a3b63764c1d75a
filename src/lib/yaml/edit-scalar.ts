import { resolve } from './resolve.ts';
import { styleOf } from './scalar-style.ts';
import { writeScalar } from './write-scalar.ts';

export type Value = string | number | boolean;

const whole = { column: 0, indent: 0, width: Infinity };

/** The text of a value, in the quotes the old one had where they still fit. */
export function formatScalar(value: Value, type: string | undefined): string {
  if (typeof value !== 'string') return String(value);
  const { style } = styleOf(value);
  const oneLine = style === 'literal' ? 'double' : style;
  if (type === 'QUOTE_DOUBLE') return writeScalar(value, 'double', whole);
  if (type === 'QUOTE_SINGLE' && oneLine !== 'double') return writeScalar(value, 'single', whole);
  if (type === 'QUOTE_SINGLE' && resolve(value).tag !== 'str' && !/[^\x20-\x7e]/.test(value)) {
    return writeScalar(value, 'single', whole);
  }
  return writeScalar(value, oneLine, whole);
}

/** Inside brackets `,` `[` `]` `{` `}` and `?` must be quoted too. */
export function formatInFlow(value: Value): string {
  const text = formatScalar(value, undefined);
  const isPlain = typeof value === 'string' && text === value;
  return isPlain && /[,?[\]{}:]/.test(text) ? writeScalar(text, 'double', whole) : text;
}
