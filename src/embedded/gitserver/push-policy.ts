import type { RefUpdate } from './ref-updates.ts';

/** What pushes may do. Everything is allowed unless told otherwise. */
export interface PushPolicy {
  /** Branches that can be neither deleted nor rewritten; `*` stands for any text: `main`, `release/*`. */
  readonly protectedBranches?: readonly string[];
  /** The largest pack that one push may bring. */
  readonly maxPushBytes?: number;
}

const heads = 'refs/heads/';

/**
 * The settings of git that keep to the policy for one push; git itself says on the pusher's terminal what it
 * refuses. A push that touches a protected branch may not delete or rewrite another one besides. Pure.
 */
export function settingsFor(policy: PushPolicy, updates: readonly RefUpdate[]): string[] {
  const { protectedBranches = [], maxPushBytes } = policy;
  const touches = updates.some(({ ref }) => protectedBranches.some((each) => matches(each, ref)));
  return [
    ...(maxPushBytes === undefined ? [] : [`receive.maxInputSize=${maxPushBytes}`]),
    ...(touches ? ['receive.denyDeletes=true', 'receive.denyNonFastForwards=true'] : []),
  ];
}

function matches(pattern: string, ref: string): boolean {
  if (!ref.startsWith(heads)) return false;
  const text = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*');
  return new RegExp(`^${text}$`).test(ref.slice(heads.length));
}
