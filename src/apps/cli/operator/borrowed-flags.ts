import type { Flag, FlagValues } from '../cobra/index.ts';

/** A flag of another program that lives in this one; its value is read by that program's own room. */
export interface BorrowedFlag {
  readonly name: string;
  /** May stand without a value. */
  readonly isYesOrNo: boolean;
  /** Shown in help. */
  readonly initial: string;
  readonly usage: string;
  readonly isHidden?: boolean;
}

/**
 * Flags of one of the programs that this one takes the place of. The rule for names: with the prefix
 * always, e.g. `--helm-git-timeout`; without it too, unless the name is taken. Help shows the shorter.
 */
export function borrowedFlags(
  prefix: string,
  all: readonly BorrowedFlag[],
  taken: ReadonlySet<string>,
): Flag[] {
  return all.flatMap((each) => {
    const isTaken = taken.has(each.name);
    // `--helm-repository-import` has the prefix by itself.
    const isPrefixed = each.name.startsWith(`${prefix}-`);
    const flag: Flag = {
      name: each.name,
      // Read as text: the other room checks it, with its own words.
      type: 'string',
      usage: usageOf(each),
      ...(each.isYesOrNo ? { bare: 'true' } : {}),
    };
    const isHidden = each.isHidden === true;
    const long: Flag = { ...flag, name: `${prefix}-${each.name}`, hidden: isHidden || !isTaken };
    if (isTaken) return [long];
    return [{ ...flag, hidden: isHidden }, ...(isPrefixed ? [] : [long])];
  });
}

function usageOf({ initial, usage }: BorrowedFlag): string {
  return initial === '' ? usage : `${usage} (default ${initial})`;
}

/** What was given of another program's flags, by its own names; the long form holds over the short. */
export function givenOf(
  flags: FlagValues,
  of: {
    readonly prefix: string;
    readonly names: readonly string[];
    readonly taken: ReadonlySet<string>;
  },
): Map<string, string> {
  const given = new Map<string, string>();
  for (const name of of.names) {
    const long = `${of.prefix}-${name}`;
    if (flags.changed(long)) given.set(name, flags.string(long));
    else if (!of.taken.has(name) && flags.changed(name)) given.set(name, flags.string(name));
  }
  return given;
}
