/**
 * Command lines as Go's cobra and pflag read and explain them: flag forms, error texts, usage and
 * help pages, suggestions, exit code 1 with `Error: …` on standard error. helm, fluxctl, kubeseal
 * and faas-cli all stand on cobra, so their users know every one of these texts. Start with `execute.ts`.
 */
export { completionScript, isShell, shells } from './completion.ts';
export type { Shell } from './completion.ts';
export { execute } from './execute.ts';
export { parseFlags, UsageError } from './parse-flags.ts';
export type { ParsedFlags } from './parse-flags.ts';
export type { ExecuteOptions } from './execute.ts';
export { exactArgs, maximumArgs, minimumArgs, noArgs, rangeArgs } from './args.ts';
export type { ArgsRule, Call, Command, Flag, FlagType, FlagValues } from './command.ts';
