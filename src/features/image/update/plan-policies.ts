import { KnownError } from '../../../base/index.ts';
import { containersOf, policiesOf, policyEdits } from '../../../lib/manifest/index.ts';
import type { Manifest } from '../../../lib/manifest/index.ts';
import type { ObjectChange } from '../../../lib/revision/index.ts';
import { checkFilter } from '../filter/tag-filter.ts';
import type { Snapshot } from '../observe.ts';
import type { PolicyVerb } from './commit-message.ts';
import type { WorkloadResult } from './job-result.ts';
import type { PolicyChange } from './update-spec.ts';

/** What a change of policies leads to. */
export interface PlannedPolicies {
  readonly changes: readonly ObjectChange[];
  readonly result: Readonly<Record<string, WorkloadResult>>;
  /** For the commit message: what was done to which workloads. */
  readonly done: ReadonlyMap<PolicyVerb, readonly string[]>;
  readonly verify: (after: Snapshot) => void;
}

/** Turns changes of policies into changes of objects. Throws `KnownError('invalid')` on a filter that cannot be read. Pure. */
export function planPolicies(
  snapshot: Snapshot,
  changes: ReadonlyMap<string, PolicyChange>,
): PlannedPolicies {
  const planned: ObjectChange[] = [];
  const result: Record<string, WorkloadResult> = {};
  const done = new Map<PolicyVerb, string[]>();
  for (const [id, change] of changes) {
    const manifest = snapshot.workloads.find((each) => each.id === id)?.manifest;
    if (manifest === undefined) {
      result[id] = { Status: 'skipped', Error: 'not found in repository' };
      continue;
    }
    const wanted = wantedPolicies(manifest, change);
    if (policyEdits(manifest, wanted).length === 0) {
      result[id] = { Status: 'skipped', Error: 'policies up to date' };
      continue;
    }
    result[id] = { Status: 'success' };
    planned.push({ manifest, id, policies: wanted });
    for (const verb of verbsOf(wanted)) done.set(verb, [...(done.get(verb) ?? []), id]);
  }
  return { changes: planned, result, done, verify: (after) => verify(planned, after) };
}

/** Each policy must have become what was wanted: a patch or a command may have missed it. */
function verify(changes: readonly ObjectChange[], after: Snapshot): void {
  for (const { id, policies = {} } of changes) {
    const found = after.workloads.find((each) => each.id === id)?.manifest;
    const now = found === undefined ? {} : policiesOf(found.object);
    const missed = Object.keys(policies).find((name) => now[name] !== policies[name]);
    if (missed === undefined) continue;
    const why = `${id} would have ${missed}=${now[missed] ?? '(none)'}`;
    throw new KnownError('failed', `verifying changes: failed to verify changes: ${why}`);
  }
}

/** The value of each policy that is named; undefined removes it. */
function wantedPolicies(
  manifest: Manifest,
  { add, remove }: PolicyChange,
): Record<string, string | undefined> {
  const present = policiesOf(manifest.object);
  const wanted: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(add)) {
    if (name === 'tag_all') Object.assign(wanted, forEveryContainer(manifest, value));
    else wanted[name] = name.startsWith('tag.') ? filterValue(value) : value;
  }
  for (const name of remove) wanted[name] = undefined;
  return Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => value !== undefined || name in present),
  );
}

function forEveryContainer(
  manifest: Manifest,
  pattern: string,
): Record<string, string | undefined> {
  return Object.fromEntries(
    containersOf(manifest.object).map(({ name }) => [`tag.${name}`, filterValue(pattern)]),
  );
}

/** A filter that allows everything is no filter. */
function filterValue(pattern: string): string | undefined {
  const checked = checkFilter(pattern);
  return checked === 'glob:*' ? undefined : checked;
}

function verbsOf(wanted: Readonly<Record<string, string | undefined>>): Set<PolicyVerb> {
  return new Set(
    Object.entries(wanted).map(([name, value]): PolicyVerb => {
      if (name === 'automated') return value === 'true' ? 'automate' : 'deautomate';
      if (name === 'locked') return value === 'true' ? 'lock' : 'unlock';
      return 'update_policy';
    }),
  );
}
