import type { Environment, ParseResult } from '@marcbachmann/cel-js';
import { isRecord, messageOf } from '../../../base/index.ts';
import type { Budget } from './metered.ts';
import { metered } from './metered.ts';
import { faithful } from './faithful.ts';

/** One entry of `x-kubernetes-validations`. */
export interface RuleText {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** Runs an expression with its variables; throws what went wrong. */
export type Program = (variables: Record<string, unknown>, budget: Budget) => unknown;

/** A compiled expression, or why there is none. */
export type Compiled = { readonly program: Program } | { readonly error: string };

/** Whether an expression is about what was there before, outside of its string literals. */
export function usesOldSelf(expression: string): boolean {
  const withoutTexts = expression.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""');
  return /(?<![\w.])oldSelf(?!\w)/.test(withoutTexts);
}

/** Compiles an expression that must give a value of the type. */
export function compile(
  environment: Environment,
  expression: string,
  wanted: 'bool' | 'string',
): Compiled {
  let parsed: ParseResult;
  try {
    parsed = faithful(environment.parse(expression));
  } catch (thrown) {
    return { error: `compilation failed: ${problem(expression, thrown, 'Syntax error: ')}` };
  }
  const checked = parsed.check();
  if (!checked.valid)
    return { error: `compilation failed: ${problem(expression, checked.error, '')}` };
  if (checked.type !== wanted && checked.type !== 'dyn')
    return {
      error:
        wanted === 'bool'
          ? 'cel expression must evaluate to a bool'
          : 'messageExpression must evaluate to a string',
    };
  return { program: metered(parsed) };
}

/** A complaint as the reference implementation prints it: position, line and a pointer. */
function problem(expression: string, thrown: unknown, prefix: string): string {
  const { range } = thrown as { readonly range?: { readonly start: number } };
  const start = Math.min(range?.start ?? 0, expression.length);
  const before = expression.slice(0, start).split('\n');
  const line = expression.split('\n')[before.length - 1] ?? '';
  const column = before.at(-1)!.length;
  const text = prefix + problemText(thrown);
  return `ERROR: <input>:${before.length}:${column + 1}: ${text}\n | ${line}\n | ${'.'.repeat(column)}^`;
}

function codeOf(thrown: unknown): { readonly code: string; readonly summary: string } {
  const given: { code?: unknown; summary?: unknown } = isRecord(thrown) ? thrown : {};
  const error = thrown instanceof Error ? (thrown as Error & typeof given) : given;
  return {
    code: typeof error.code === 'string' ? error.code : '',
    summary: typeof error.summary === 'string' ? error.summary : messageOf(thrown),
  };
}

function problemText(thrown: unknown): string {
  const { code, summary } = codeOf(thrown);
  if (code === 'no_such_key') return `undefined field '${summary.replace(/^No such key: /, '')}'`;
  if (code === 'unknown_variable')
    return `undeclared reference to '${summary.replace(/^Unknown variable: /, '')}' (in container '')`;
  const operator = /^no such overload: (\S+) (\S+) (\S+)$/.exec(summary);
  if (operator)
    return `found no matching overload for '_${operator[2]}_' applied to '(${operator[1]}, ${operator[3]})'`;
  const call = /^found no matching overload for '(?:(.*)\.)?(\w+)\((.*)\)'$/.exec(summary);
  if (!call) return summary;
  const [, receiver, name, args] = call;
  const applied = receiver === undefined ? `(${args})` : `${receiver}.(${args})`;
  return `found no matching overload for '${name}' applied to '${applied}'`;
}

/** What went wrong while a rule ran, in the words of the reference implementation. */
export function failureText(thrown: unknown): string {
  const { code, summary } = codeOf(thrown);
  switch (code) {
    case 'no_such_key':
      return `no such key: ${summary.replace(/^No such key: /, '')}`;
    case 'index_out_of_bounds':
      return `index out of bounds: ${/index (-?\d+)/.exec(summary)?.[1] ?? ''}`;
    case 'modulo_by_zero':
      return 'modulus by zero';
    case 'numeric_overflow':
      return 'integer overflow';
    case 'no_matching_overload':
    case 'no_such_overload':
      return 'no such overload';
    default:
      return summary;
  }
}
