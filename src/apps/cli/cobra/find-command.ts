import type { Command } from './command.ts';
import { flagsOf, nameOf, type Chain } from './help.ts';
import { bareValue } from './parse-flags.ts';

/** Walks down the words that name commands; what is left are flags and arguments. `help X` is `X --help`. */
export function findCommand(
  root: Command,
  argv: readonly string[],
): { chain: Chain; rest: string[] } {
  let chain: Chain = [root];
  let rest = [...argv];
  const wantsHelp = argv[0] === 'help' && (root.commands?.length ?? 0) > 0 && !named(root, 'help');
  if (wantsHelp) rest = [...rest.slice(1), '--help'];
  for (;;) {
    const at = firstWord(rest, chain);
    const next = at === undefined ? undefined : named(chain.at(-1)!, rest[at] ?? '');
    if (at === undefined || next === undefined) break;
    chain = [...chain, next];
    rest = rest.toSpliced(at, 1);
  }
  return { chain, rest };
}

function named(command: Command, word: string): Command | undefined {
  return command.commands?.find((each) => nameOf(each) === word || each.aliases?.includes(word));
}

/** Where the first word stands that is neither a flag nor a flag's value. */
function firstWord(argv: readonly string[], chain: Chain): number | undefined {
  const flags = flagsOf(chain);
  for (let at = 0; at < argv.length; at += 1) {
    const arg = argv[at] ?? '';
    if (arg === '--') return undefined;
    if (!arg.startsWith('-') || arg === '-') return at;
    if (arg.includes('=')) continue;
    const flag = arg.startsWith('--')
      ? flags.find((each) => each.name === arg.slice(2))
      : flags.find((each) => arg.length === 2 && each.shorthand === arg[1]);
    if (flag !== undefined && bareValue(flag) === undefined) at += 1;
  }
  return undefined;
}
