import type { Command, Flag } from './command.ts';
import { flagsOf, nameOf, type Chain } from './help.ts';

/** Shells that a script can be made for. */
export const shells = ['bash', 'fish', 'zsh'] as const;

/** One of `shells`. */
export type Shell = (typeof shells)[number];

/** Whether there is a script for a shell of this name. */
export function isShell(name: string): name is Shell {
  return shells.some((each) => each === name);
}

/** What may follow the words of one command. */
interface Place {
  /** `fluxctl list-images` */
  readonly path: string;
  readonly commands: ReadonlyArray<{ readonly name: string; readonly short: string }>;
  readonly flags: readonly Flag[];
  readonly words: readonly string[];
}

/** A script that completes commands, flags and fixed words; nothing in it calls the program. */
export function completionScript(root: Command, shell: Shell): string {
  const places = placesOf([root]);
  const name = nameOf(root);
  if (shell === 'fish') return fishScript(name, places);
  const bash = bashScript(name, places);
  if (shell === 'bash') return bash;
  // zsh takes bash's functions.
  return `#compdef ${name}\nautoload -U +X bashcompinit && bashcompinit\n${bash}`;
}

function placesOf(chain: Chain): Place[] {
  const command = chain.at(-1)!;
  const inner = (command.commands ?? []).filter((each) => !each.hidden && !each.deprecated);
  const place: Place = {
    path: chain.map(nameOf).join(' '),
    commands: inner.map((each) => ({ name: nameOf(each), short: each.short ?? '' })),
    flags: flagsOf(chain).filter((flag) => !flag.hidden && !flag.deprecated),
    words: command.words ?? [],
  };
  return [place, ...inner.flatMap((each) => placesOf([...chain, each]))];
}

function bashScript(name: string, places: readonly Place[]): string {
  const cases = places.map(({ path, commands, flags, words }) => {
    const wordList = [...commands.map((each) => each.name), ...words].join(' ');
    const flagList = flags.flatMap(formsOf).join(' ');
    return `    ${quoted(path)}) words=${quoted(wordList)}; flags=${quoted(flagList)} ;;`;
  });
  const id = name.replaceAll(/\W/g, '_');
  return `# ${name} completion
_${id}() {
  local current=\${COMP_WORDS[COMP_CWORD]} path=${quoted(name)} words= flags= at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case " ${places.map(({ path }) => path).join(' | ')} " in
      *" | $path \${COMP_WORDS[at]} "*) path="$path \${COMP_WORDS[at]}" ;;
    esac
  done
  case $path in
${cases.join('\n')}
  esac
  case $current in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
  esac
}
complete -o default -F _${id} ${name}
`;
}

/** \`--flag\` or \`--flag=\`, and the letter. */
function formsOf({ name, shorthand, type, bare }: Flag): string[] {
  const isAlone = type === 'bool' || type === 'count' || bare !== undefined;
  const letter = shorthand === undefined ? [] : [`-${shorthand}`];
  return [isAlone ? `--${name}` : `--${name}=`, ...letter];
}

function fishScript(name: string, places: readonly Place[]): string {
  const id = name.replaceAll(/\W/g, '_');
  const lines = places.flatMap(({ path, commands, flags, words }) => {
    const start = `complete -c ${name} -n ${quoted(`__${id}_at ${quoted(path)}`)}`;
    return [
      ...commands.map((each) => `${start} -f -a ${quoted(each.name)} -d ${quoted(each.short)}`),
      ...words.map((word) => `${start} -f -a ${quoted(word)}`),
      ...flags.map(
        (flag) =>
          `${start}${flag.shorthand === undefined ? '' : ` -s ${flag.shorthand}`} -l ${flag.name}` +
          `${flag.type === 'bool' ? '' : ' -r'} -d ${quoted(flag.usage)}`,
      ),
    ];
  });
  const paths = places.map(({ path }) => quoted(path)).join(' ');
  return `# ${name} completion
function __${id}_at
  set -l path ${name}
  for word in (commandline -opc)[2..-1]
    contains -- "$path $word" ${paths}; and set path "$path $word"
  end
  test "$path" = "$argv[1]"
end
${lines.join('\n')}
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
