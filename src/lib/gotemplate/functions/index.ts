/**
 * The functions of Sprig that Helm exposes, with Helm's own data functions over them. They are pure:
 * time, randomness and host names come through ports. Start reading at `define.ts`; the groups stand
 * in folders, one table each.
 */
import type { FunctionTable } from '../signature.ts';
import { withUses } from './argument-use.ts';
import { defaultFunctions } from './collection/defaults.ts';
import { dictFunctions } from './collection/dicts.ts';
import { listFunctions } from './collection/lists.ts';
import { encodingFunctions } from './crypto/encoding.ts';
import { noRandom, randomFunctions } from './crypto/random.ts';
import { secretFunctions } from './crypto/secrets.ts';
import { documentFunctions } from './data/documents.ts';
import { dateFunctions } from './date/dates.ts';
import { numberFunctions } from './math/numbers.ts';
import { pathFunctions } from './network/path.ts';
import { urlFunctions } from './network/url.ts';
import { regexFunctions } from './pattern/regex.ts';
import { semverFunctions } from './pattern/semver.ts';
import { caseFunctions } from './text/case.ts';
import { stringFunctions } from './text/strings.ts';

/** What functions need from outside. */
export interface FunctionPorts {
  /** The present moment, for `now`, `ago` and certificates; absent: always 1970. */
  readonly now?: () => Date;
  /**
   * That many random bytes, for `randAlphaNum`, `uuidv4`, salts and serial numbers; absent: these
   * functions fail. New keys come from Node's own generator.
   */
  readonly random?: (size: number) => Uint8Array;
  /** The time zone `date` prints in, an IANA name; UTC when absent. */
  readonly timeZone?: string;
  /** What `getHostByName` answers; absent: always "". */
  readonly lookupHost?: (name: string) => string;
}

/** All functions Helm's templates know besides Go's builtins and Helm's include, tpl, required, fail and lookup. */
export function functionTable(ports: FunctionPorts = {}): FunctionTable {
  const random = ports.random ?? noRandom;
  const now = ports.now ?? ((): Date => new Date(0));
  return {
    ...fixedFunctions(),
    ...withUses({
      ...dateFunctions(ports),
      ...urlFunctions(ports.lookupHost ?? ((): string => '')),
      ...randomFunctions(random),
      ...secretFunctions({ now, random }),
    }),
  };
}

let fixed: FunctionTable | undefined;

/** The functions that need no port; they are the same for all. */
function fixedFunctions(): FunctionTable {
  fixed ??= withUses({
    ...caseFunctions,
    ...stringFunctions,
    ...numberFunctions,
    ...defaultFunctions,
    ...listFunctions,
    ...dictFunctions,
    ...documentFunctions,
    ...regexFunctions,
    ...semverFunctions,
    ...pathFunctions,
    ...encodingFunctions,
  });
  return fixed;
}
