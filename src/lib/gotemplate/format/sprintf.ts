import { GoNumber, typeName } from '../value/index.ts';
import { Printer } from './printer.ts';
import { plainSpec, type Spec } from './spec.ts';

const LARGEST = 1e6;

/** Go looks at the size before it takes the next digit, so a number may have one digit more. */
function wholeNumber(digits: string): number | undefined {
  return Number(digits.slice(0, -1)) > LARGEST ? undefined : Number(digits);
}

/** Reads a format and its arguments; one object per call. */
class Formatter {
  private readonly format: string;
  private readonly args: readonly unknown[];
  private pos = 0;
  private next = 0;
  private isReordered = false;
  private isGood = true;
  private afterIndex = false;

  constructor(format: string, args: readonly unknown[]) {
    this.format = format;
    this.args = args;
  }

  run(): string {
    let out = '';
    for (;;) {
      const percent = this.format.indexOf('%', this.pos);
      if (percent < 0) break;
      out += this.format.slice(this.pos, percent);
      this.pos = percent + 1;
      out += this.verb();
    }
    return out + this.format.slice(this.pos) + this.extra();
  }

  private flags(spec: Spec): void {
    for (; ; this.pos++) {
      switch (this.format[this.pos]) {
        case '#':
          spec.sharp = true;
          break;
        case '0':
          spec.zero = true;
          break;
        case '+':
          spec.plus = true;
          break;
        case '-':
          spec.minus = true;
          break;
        case ' ':
          spec.space = true;
          break;
        default:
          return;
      }
    }
  }

  private verb(): string {
    this.isGood = true;
    this.afterIndex = false;
    const spec = plainSpec();
    this.flags(spec);
    this.index();
    const problems = this.width(spec) + this.precision(spec);
    if (!this.afterIndex) this.index();
    const code = this.format.codePointAt(this.pos);
    if (code === undefined) return `${problems}%!(NOVERB)`;
    const verb = String.fromCodePoint(code);
    this.pos += verb.length;
    return problems + this.apply(verb, spec);
  }

  private apply(verb: string, spec: Spec): string {
    if (verb === '%') return '%';
    if (!this.isGood) return `%!${verb}(BADINDEX)`;
    if (this.next >= this.args.length) return `%!${verb}(MISSING)`;
    if (verb === 'v' || verb === 'w') {
      spec.sharpV = spec.sharp;
      spec.plusV = spec.plus;
      spec.sharp = spec.plus = false;
    }
    return printArgument(this.args[this.next++], verb, spec);
  }

  /** `[n]`: the next argument is the n-th. */
  private index(): void {
    if (this.format[this.pos] !== '[') {
      this.afterIndex = false;
      return;
    }
    this.isReordered = true;
    const close = this.format.indexOf(']', this.pos);
    if (close < 0) {
      this.isGood = false;
      this.afterIndex = false;
      this.pos++;
      return;
    }
    const text = this.format.slice(this.pos + 1, close);
    this.pos = close + 1;
    const number = /^\d+$/.test(text) ? wholeNumber(text) : undefined;
    const isNumber = number !== undefined;
    this.afterIndex = isNumber;
    const at = (number ?? 0) - 1;
    if (isNumber && at >= 0 && at < this.args.length) this.next = at;
    else this.isGood = false;
  }

  private number(): number | undefined {
    const from = this.pos;
    while (/[0-9]/.test(this.format[this.pos] ?? '')) this.pos++;
    if (this.pos === from) return undefined;
    return wholeNumber(this.format.slice(from, this.pos));
  }

  /** The integer argument a `*` takes. */
  private star(): number | undefined {
    this.pos++;
    this.afterIndex = false;
    if (this.next >= this.args.length) return undefined;
    const arg = this.args[this.next++];
    const isInt =
      typeof arg === 'bigint' || (arg instanceof GoNumber && typeof arg.value === 'bigint');
    if (!isInt) return undefined;
    const value = Number(typeof arg === 'bigint' ? arg : arg.value);
    return Math.abs(value) > LARGEST ? undefined : value;
  }

  private width(spec: Spec): string {
    if (this.format[this.pos] !== '*') {
      spec.width = this.number();
      if (this.afterIndex && spec.width !== undefined) this.isGood = false;
      return '';
    }
    spec.width = this.star();
    if (spec.width === undefined) return '%!(BADWIDTH)';
    if (spec.width < 0) {
      spec.width = -spec.width;
      spec.minus = true;
      spec.zero = false;
    }
    return '';
  }

  private precision(spec: Spec): string {
    if (this.format[this.pos] !== '.' || this.pos + 1 >= this.format.length) return '';
    this.pos++;
    if (this.afterIndex) this.isGood = false;
    this.index();
    if (this.format[this.pos] !== '*') {
      spec.precision = this.number() ?? 0;
      return '';
    }
    const value = this.star();
    spec.precision = value === undefined || value < 0 ? undefined : value;
    return spec.precision === undefined ? '%!(BADPREC)' : '';
  }

  private extra(): string {
    if (this.isReordered || this.next >= this.args.length) return '';
    const shown = this.args.slice(this.next).map((arg) => {
      if (arg === null || arg === undefined) return '<nil>';
      return `${typeName(arg)}=${printArgument(arg, 'v', plainSpec())}`;
    });
    return `%!(EXTRA ${shown.join(', ')})`;
  }
}

function printArgument(arg: unknown, verb: string, spec: Spec): string {
  const printer = new Printer(spec);
  if (verb === 'T' && arg !== null && arg !== undefined) return printer.print(typeName(arg), 's');
  if (verb === 'p' && arg !== null && arg !== undefined) {
    const isPointer = typeof arg === 'object' && !(arg instanceof GoNumber);
    // An address says nothing; Go's differ from run to run.
    if (isPointer) return '0xc000000000';
    return `%!p(${typeName(arg)}=${new Printer(spec, true).print(arg, 'v')})`;
  }
  if (verb === 'w' && arg !== null && arg !== undefined)
    return `%!w(${typeName(arg)}=${new Printer(spec, true).print(arg, 'v')})`;
  return printer.print(arg, verb);
}

/** fmt.Sprintf. Mistakes in the format show in the text, as Go's do. */
export function sprintf(format: string, args: readonly unknown[]): string {
  return new Formatter(format, args).run();
}
