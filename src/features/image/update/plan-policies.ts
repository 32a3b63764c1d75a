import { containersOf, policiesOf, policyEdits } from '../../../lib/manifest/index.ts';
import type { FileEdit, Manifest } from '../../../lib/manifest/index.ts';
import { checkFilter } from '../filter/tag-filter.ts';
import type { Snapshot } from '../observe.ts';
import type { PolicyVerb } from './commit-message.ts';
import type { WorkloadResult } from './job-result.ts';
import type { PolicyChange } from './update-spec.ts';

/** What a change of policies leads to. */
export interface PlannedPolicies {
  readonly edits: ReadonlyMap<string, readonly FileEdit[]>;
  readonly result: Readonly<Record<string, WorkloadResult>>;
  /** For the commit message: what was done to which workloads. */
  readonly done: ReadonlyMap<PolicyVerb, readonly string[]>;
}

/** Turns changes of policies into edits. Throws `KnownError('invalid')` on a filter that cannot be read. Pure. */
export function planPolicies(
  snapshot: Snapshot,
  changes: ReadonlyMap<string, PolicyChange>,
): PlannedPolicies {
  const edits = new Map<string, FileEdit[]>();
  const result: Record<string, WorkloadResult> = {};
  const done = new Map<PolicyVerb, string[]>();
  for (const [id, change] of changes) {
    const manifest = snapshot.workloads.find((each) => each.id === id)?.manifest;
    if (manifest === undefined) {
      result[id] = { Status: 'skipped', Error: 'not found in repository' };
      continue;
    }
    const wanted = wantedPolicies(manifest, change);
    const made = policyEdits(manifest, wanted);
    if (made.length === 0) {
      result[id] = { Status: 'skipped', Error: 'policies up to date' };
      continue;
    }
    result[id] = { Status: 'success' };
    edits.set(manifest.file, [...(edits.get(manifest.file) ?? []), ...made]);
    for (const verb of verbsOf(wanted)) done.set(verb, [...(done.get(verb) ?? []), id]);
  }
  return { edits, result, done };
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
