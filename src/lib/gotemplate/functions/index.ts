import type { FunctionTable } from '../signature.ts';

/** What functions need from outside. */
export interface FunctionPorts {
  /** The present moment, for `now`, `ago` and friends; absent: 1970. */
  readonly now?: () => Date;
  /** That many random bytes, for `randAlphaNum`, `uuidv4`, keys and certificates; absent: zeros. */
  readonly random?: (size: number) => Uint8Array;
  /** The time zone `date` prints in, an IANA name; UTC when absent. */
  readonly timeZone?: string;
  /** What `getHostByName` answers; absent: always "". */
  readonly lookupHost?: (name: string) => string;
}

/** All functions Helm's templates know besides Go's builtins and Helm's include, tpl, required, fail and lookup. */
export function functionTable(ports: FunctionPorts = {}): FunctionTable {
  void ports;
  return {};
}
