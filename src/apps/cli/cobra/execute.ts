import { KnownError } from '../../../base/index.ts';
import type { CliIo } from '../io.ts';
import type { Command } from './command.ts';
import { findCommand } from './find-command.ts';
import { helpText, flagsOf, pathOf, usageText, type Chain } from './help.ts';
import { parseFlags, UsageError } from './parse-flags.ts';

export interface ExecuteOptions {
  /** Whether the usage follows the text of an error (cobra's default; helm and fluxctl switch it off). */
  readonly usageOnError?: boolean;
  /** Prints an error and gives the exit code, in place of `Error: …` and 1. `path` is the command's. */
  readonly onError?: (
    failure: { message: string; isUsage: boolean; path: string },
    io: CliIo,
  ) => number;
}

/** Runs a command line; the exit code. Bugs (anything thrown that was not foreseen) pass through. */
export async function execute(
  root: Command,
  argv: readonly string[],
  io: CliIo,
  options: ExecuteOptions = {},
): Promise<number> {
  const found = findCommand(root, argv);
  try {
    return await runFound(found.chain, found.rest, io);
  } catch (thrown) {
    if (!(thrown instanceof UsageError || thrown instanceof KnownError)) throw thrown;
    const path = pathOf(found.chain);
    const isUsage = thrown instanceof UsageError;
    if (options.onError) return options.onError({ message: thrown.message, isUsage, path }, io);
    io.stderr.write(`Error: ${thrown.message}\n`);
    if (thrown.message.startsWith('unknown command '))
      io.stderr.write(`Run '${path} --help' for usage.\n`);
    else if (options.usageOnError) io.stderr.write(`${usageText(found.chain)}\n`);
    return 1;
  }
}

async function runFound(chain: Chain, argv: readonly string[], io: CliIo): Promise<number> {
  const command = chain.at(-1)!;
  const flags = flagsOf(chain);
  const parsed = parseFlags(argv, flags, io.env);
  for (const notice of parsed.notices) io.stderr.write(`${notice}\n`);
  if (parsed.values.bool('help')) return printHelp(chain, io);
  if (command.deprecated)
    io.stderr.write(`Command "${pathOf(chain)}" is deprecated, ${command.deprecated}\n`);
  const problem = argsProblem(chain, parsed.args);
  if (problem !== undefined) throw new UsageError(problem);
  if (!command.run) return printHelp(chain, io);
  const missing = flags.filter((flag) => flag.required && !parsed.values.changed(flag.name));
  if (missing.length > 0) {
    throw new UsageError(
      `required flag(s) ${missing.map((flag) => `"${flag.name}"`).join(', ')} not set`,
    );
  }
  const code = await command.run({
    args: parsed.args,
    flags: parsed.values,
    io,
    path: pathOf(chain),
    root: chain[0],
  });
  return code ?? 0;
}

function printHelp(chain: Chain, io: CliIo): number {
  io.stdout.write(helpText(chain));
  return 0;
}

/** cobra checks the arguments of the outermost command even where it has no rule: they look like commands. */
function argsProblem(chain: Chain, args: readonly string[]): string | undefined {
  const command = chain.at(-1)!;
  if (command.args) return command.args(args, pathOf(chain));
  const [first] = args;
  if (first === undefined || chain.length > 1 || !command.commands?.length) return undefined;
  return `unknown command ${JSON.stringify(first)} for ${JSON.stringify(pathOf(chain))}${suggestions(command, first)}`;
}

function suggestions(command: Command, typed: string): string {
  const near = (command.commands ?? [])
    .filter((each) => !each.hidden)
    .map((each) => each.use.split(' ', 1)[0] ?? '')
    .filter(
      (name) => name.toLowerCase().startsWith(typed.toLowerCase()) || distance(typed, name) <= 2,
    )
    .toSorted();
  return near.length === 0
    ? ''
    : `\n\nDid you mean this?\n${near.map((name) => `\t${name}\n`).join('')}`;
}

/** Levenshtein, ignoring case. */
function distance(left: string, right: string): number {
  const [a, b] = [left.toLowerCase(), right.toLowerCase()];
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
