import type { Flag } from '../cobra/index.ts';
import { emptyFlags, fluxdFlags, refusedFlags } from './fluxd-flags.ts';
import { helmFlags } from './helm-flags.ts';
import { ownFlags } from './own-flags.ts';
import { sealFlags } from './seal-flags.ts';

/** fluxd's flags and our own have their names for themselves; the other programs' make room. */
export const taken: ReadonlySet<string> = new Set(
  [
    ...fluxdFlags,
    ...ownFlags,
    ...emptyFlags,
    ...Object.keys(refusedFlags).map((name) => ({ name })),
  ].map(({ name }) => name),
);

/** All flags of `trice operator`; each may also come from the environment, `TRICE_OPERATOR_<NAME>`. */
export const flags: readonly Flag[] = [
  ...[...fluxdFlags, ...ownFlags, ...helmFlags(taken)].map((flag): Flag => ({
    env: environmentName(flag.name),
    ...flag,
  })),
  ...sealFlags(taken),
  ...emptyFlags,
  ...Object.keys(refusedFlags).map((name): Flag => ({
    name,
    type: 'string',
    bare: 'true',
    usage: '',
    hidden: true,
  })),
];

function environmentName(flag: string): string {
  return `TRICE_OPERATOR_${flag.toUpperCase().replaceAll('-', '_')}`;
}
