import type { ArgsRule } from './command.ts';

/** cobra.NoArgs */
export const noArgs: ArgsRule = (args, path) =>
  args.length === 0
    ? undefined
    : `unknown command ${JSON.stringify(args[0])} for ${JSON.stringify(path)}`;

/** cobra.ExactArgs */
export function exactArgs(count: number): ArgsRule {
  return (args) =>
    args.length === count ? undefined : `accepts ${count} arg(s), received ${args.length}`;
}

/** cobra.MinimumNArgs */
export function minimumArgs(count: number): ArgsRule {
  return (args) =>
    args.length >= count
      ? undefined
      : `requires at least ${count} arg(s), only received ${args.length}`;
}

/** cobra.MaximumNArgs */
export function maximumArgs(count: number): ArgsRule {
  return (args) =>
    args.length <= count ? undefined : `accepts at most ${count} arg(s), received ${args.length}`;
}

/** cobra.RangeArgs */
export function rangeArgs(least: number, most: number): ArgsRule {
  return (args) =>
    args.length >= least && args.length <= most
      ? undefined
      : `accepts between ${least} and ${most} arg(s), received ${args.length}`;
}
