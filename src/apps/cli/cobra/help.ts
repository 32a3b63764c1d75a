import type { Command, Flag, FlagType } from './command.ts';
import { bareValue } from './parse-flags.ts';

/** A command with those above it, outermost first. */
export type Chain = readonly [Command, ...Command[]];

/** First word of `use`, with the program before it where a group of `trice` stands alone: `trice get`. */
export function nameOf(command: Command): string {
  return /^(?:trice )?\S*/.exec(command.use)?.[0] ?? '';
}

/** `helm show chart` */
export function pathOf(chain: Chain): string {
  return chain.map(nameOf).join(' ');
}

/** The flags that a command takes, its parents' persistent ones and `--help` included. */
export function flagsOf(chain: Chain): Flag[] {
  return [...localFlags(chain), ...inheritedFlags(chain)];
}

function localFlags(chain: Chain): Flag[] {
  const command = chain.at(-1)!;
  const own = [...(command.flags ?? []), ...(command.persistentFlags ?? [])];
  const shorthand =
    flagNamed(own, 'h') || inheritedFlags(chain).some((flag) => flag.shorthand === 'h')
      ? {}
      : { shorthand: 'h' };
  const help: Flag = {
    name: 'help',
    ...shorthand,
    type: 'bool',
    usage: `help for ${nameOf(command)}`,
  };
  return own.some((flag) => flag.name === 'help') ? own : [...own, help];
}

function flagNamed(flags: readonly Flag[], shorthand: string): boolean {
  return flags.some((flag) => flag.shorthand === shorthand);
}

function inheritedFlags(chain: Chain): Flag[] {
  return chain.slice(0, -1).flatMap((command) => command.persistentFlags ?? []);
}

/** What `--help` prints: the long text, then the usage. */
export function helpText(chain: Chain): string {
  const { long, short } = chain.at(-1)!;
  const text = (long ?? short ?? '').trimEnd();
  return `${text === '' ? '' : `${text}\n\n`}${usageText(chain)}`;
}

/** cobra's default usage template. */
export function usageText(chain: Chain): string {
  const command = chain.at(-1)!;
  const path = pathOf(chain);
  const commands = visibleCommands(chain);
  const sections = [
    `Usage:${command.run ? `\n  ${useLine(chain)}` : ''}${commands.length > 0 ? `\n  ${path} [command]` : ''}`,
    ...(command.aliases?.length
      ? [`Aliases:\n  ${[nameOf(command), ...command.aliases].join(', ')}`]
      : []),
    ...(command.example ? [`Examples:\n${command.example}`] : []),
    ...(commands.length > 0 ? [`Available Commands:\n${commandLines(commands)}`] : []),
    ...flagSection('Flags', localFlags(chain)),
    ...flagSection('Global Flags', inheritedFlags(chain)),
    ...(commands.length > 0
      ? [`Use "${path} [command] --help" for more information about a command.`]
      : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

function useLine(chain: Chain): string {
  const command = chain.at(-1)!;
  const above = chain.slice(0, -1).map(nameOf);
  const line = [...above, command.use].join(' ');
  return line.includes('[flags]') || command.omitsFlagsInUse ? line : `${line} [flags]`;
}

/** Subcommands as help lists them: sorted, with cobra's own `help` on the outermost command. */
function visibleCommands(chain: Chain): Command[] {
  const own = (chain.at(-1)!.commands ?? []).filter((each) => !each.hidden && !each.deprecated);
  if (own.length === 0) return [];
  const help: Command = { use: 'help [command]', short: 'Help about any command' };
  const withHelp =
    chain.length === 1 && !own.some((each) => nameOf(each) === 'help') ? [...own, help] : own;
  return withHelp.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function commandLines(commands: readonly Command[]): string {
  const width = Math.max(11, ...commands.map((each) => nameOf(each).length));
  return commands
    .map((each) => `  ${nameOf(each).padEnd(width)} ${each.short ?? ''}`.trimEnd())
    .join('\n');
}

function flagSection(title: string, flags: readonly Flag[]): string[] {
  const visible = flags.filter((flag) => !flag.hidden && !flag.deprecated);
  return visible.length === 0 ? [] : [`${title}:\n${flagLines(visible)}`];
}

const typeNames: Readonly<Record<FlagType, string>> = {
  bool: '',
  string: 'string',
  int: 'int',
  float: 'float',
  duration: 'duration',
  stringSlice: 'strings',
  stringArray: 'stringArray',
  stringToString: 'stringToString',
  count: 'count',
};

/** pflag's FlagUsages: sorted by name, usages aligned. */
export function flagLines(flags: readonly Flag[]): string {
  const rows = flags
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((flag) => {
      const [varName, usage] = unquoteUsage(flag);
      const short = flag.shorthand === undefined ? '      ' : `  -${flag.shorthand}, `;
      const left = `${short}--${flag.name}${varName === '' ? '' : ` ${varName}`}${bareText(flag)}`;
      return {
        left,
        right: `${usage}${defaultText(flag)}`,
      };
    });
  const width = Math.max(...rows.map((row) => row.left.length));
  const indent = `\n${' '.repeat(width + 3)}`;
  return rows
    .map(({ left, right }) => `${left.padEnd(width)}   ${right.replaceAll('\n', indent)}`.trimEnd())
    .join('\n');
}

/** A name in backquotes in the usage stands for the value. */
function unquoteUsage(flag: Flag): [string, string] {
  const found = /`([^`]*)`/.exec(flag.usage);
  if (found === null) return [typeNames[flag.type], flag.usage];
  return [found[1] ?? '', flag.usage.replace(found[0], found[1] ?? '')];
}

function bareText(flag: Flag): string {
  const bare = bareValue(flag);
  if (
    bare === undefined ||
    (flag.type === 'bool' && bare === 'true') ||
    (flag.type === 'count' && bare === '+1')
  )
    return '';
  return flag.type === 'string' ? `[="${bare}"]` : `[=${bare}]`;
}

const zeroTexts: Readonly<Record<FlagType, readonly string[]>> = {
  bool: ['false', ''],
  string: [''],
  int: ['0', ''],
  float: ['0', ''],
  duration: ['0', '0s', ''],
  stringSlice: ['[]', ''],
  stringArray: ['[]', ''],
  stringToString: ['[]', ''],
  count: ['0', ''],
};

function defaultText(flag: Flag): string {
  const text = flag.default ?? '';
  if (zeroTexts[flag.type].includes(text)) return '';
  if (flag.type === 'stringToString') return ` (default [${text.replace(/^\[|\]$/g, '')}])`;
  return flag.type === 'string' ? ` (default ${JSON.stringify(text)})` : ` (default ${text})`;
}
