import { floatText } from './float.ts';
import { Printer } from './printer.ts';
import { plainSpec } from './spec.ts';

const plain = new Printer(plainSpec());

/** A value as `%v` prints it: how a template shows it, save that there nil is `<no value>`. */
export function formatValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return floatText(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      return plain.print(value, 'v');
  }
}

/** fmt.Sprint: a space between two operands when neither is a string. */
export function sprint(args: readonly unknown[]): string {
  let out = '';
  for (let i = 0; i < args.length; i++) {
    const isGap = i > 0 && typeof args[i] !== 'string' && typeof args[i - 1] !== 'string';
    out += (isGap ? ' ' : '') + formatValue(args[i]);
  }
  return out;
}

/** fmt.Sprintln: spaces between all operands and a newline. */
export function sprintln(args: readonly unknown[]): string {
  return `${args.map(formatValue).join(' ')}\n`;
}
