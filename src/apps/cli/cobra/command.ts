import type { CliIo } from '../io.ts';

/** pflag's types. `stringSlice` splits at commas, `stringArray` does not; `duration` is Go's text form, read as milliseconds. */
export type FlagType =
  | 'bool'
  | 'string'
  | 'int'
  | 'float'
  | 'duration'
  | 'stringSlice'
  | 'stringArray'
  | 'stringToString'
  | 'count';

export interface Flag {
  readonly name: string;
  readonly shorthand?: string;
  readonly type: FlagType;
  /** As it is written on a command line; `[]` or absent is the type's zero. */
  readonly default?: string;
  readonly usage: string;
  readonly hidden?: boolean;
  /** Prints `Flag --x has been deprecated, <this>` when it is used. */
  readonly deprecated?: string;
  /** Value when the flag stands without one (pflag's NoOptDefVal). */
  readonly bare?: string;
  readonly required?: boolean;
  /** Environment variable that stands in when the flag is absent. */
  readonly env?: string;
}

/** Returns cobra's error text, or undefined when the arguments are right. `path` is e.g. `helm show chart`. */
export type ArgsRule = (args: readonly string[], path: string) => string | undefined;

/** The values of the flags of one call. Asking for a flag that was never declared throws (a bug). */
export interface FlagValues {
  /** Whether it stood on the command line (or in its environment variable). */
  changed(name: string): boolean;
  bool(name: string): boolean;
  string(name: string): string;
  /** int, float, count, and duration in milliseconds. */
  number(name: string): number;
  list(name: string): string[];
  map(name: string): Record<string, string>;
}

export interface Call {
  readonly args: readonly string[];
  readonly flags: FlagValues;
  readonly io: CliIo;
  /** `helm show chart` */
  readonly path: string;
  /** The outermost command. */
  readonly root: Command;
}

/**
 * A command and what is under it. `use` begins with its name: `sync [flags]`; that of a group of `trice`
 * with the program: `trice get`.
 */
export interface Command {
  readonly use: string;
  readonly short?: string;
  readonly long?: string;
  readonly example?: string;
  readonly aliases?: readonly string[];
  readonly hidden?: boolean;
  readonly deprecated?: string;
  readonly args?: ArgsRule;
  readonly flags?: readonly Flag[];
  /** Flags that every command below takes too. */
  readonly persistentFlags?: readonly Flag[];
  readonly commands?: readonly Command[];
  /** What its first argument may be, for completion. */
  readonly words?: readonly string[];
  /** cobra's DisableFlagsInUseLine. */
  readonly omitsFlagsInUse?: boolean;
  /** A thrown `KnownError` is printed as `Error: …` and exits 1. Result: exit code, 0 when nothing is returned. */
  readonly run?: (call: Call) => Promise<number | void>;
}
