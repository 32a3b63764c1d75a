import type { ArgsRule } from '../cobra/index.ts';

type Amount = 'exactly' | 'at least' | 'at most';

/** Helm's own argument rules: they show how the command is used. `use` is the command's `use`. */
export function helmArgs(amount: Amount, count: number, use: string): ArgsRule {
  return (args, path) => {
    if (isRight(amount, args.length, count)) return undefined;
    const noun = count === 1 ? 'argument' : 'arguments';
    const parents = path.slice(0, path.lastIndexOf(' '));
    return `${JSON.stringify(path)} ${wanted[amount]} ${count} ${noun}\n\nUsage:  ${parents} ${use} [flags]`;
  };
}

const wanted: Readonly<Record<Amount, string>> = {
  exactly: 'requires',
  'at least': 'requires at least',
  'at most': 'accepts at most',
};

function isRight(amount: Amount, given: number, count: number): boolean {
  if (amount === 'exactly') return given === count;
  return amount === 'at least' ? given >= count : given <= count;
}

/** No arguments at all. */
export function noHelmArgs(use: string): ArgsRule {
  return (args, path) => {
    if (args.length === 0) return undefined;
    const parents = path.slice(0, path.lastIndexOf(' '));
    return `${JSON.stringify(path)} accepts no arguments\n\nUsage:  ${parents} ${use} [flags]`;
  };
}
