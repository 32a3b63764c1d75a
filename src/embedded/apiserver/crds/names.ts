import type { Crd, CrdCondition, CustomNames } from './crd.ts';

type Conflict = { readonly reason: string; readonly message: string };

/** Which of a definition's names are free among those of its group, and the condition that says so. */
export function acceptNames(
  crd: Crd,
  others: readonly Crd[],
): { readonly accepted: CustomNames; readonly conflict: Conflict | undefined } {
  const wanted = withDefaults(crd.spec.names);
  const taken = others
    .filter(
      (other) => other.spec.group === crd.spec.group && other.metadata.name !== crd.metadata.name,
    )
    .map((other) => other.status?.acceptedNames)
    .filter((names) => names !== undefined);
  const resources = new Set(
    taken.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...(shortNames ?? [])]),
  );
  const kinds = new Set(taken.flatMap(({ kind, listKind }) => [kind, listKind]));
  const conflict =
    inUse('PluralConflict', [wanted.plural], resources) ??
    inUse('SingularConflict', [wanted.singular ?? ''], resources) ??
    inUse('ShortNamesConflict', wanted.shortNames ?? [], resources) ??
    inUse('KindConflict', [wanted.kind], kinds) ??
    inUse('ListKindConflict', [wanted.listKind ?? ''], kinds);
  return {
    accepted: conflict ? (crd.status?.acceptedNames ?? { plural: '', kind: '' }) : wanted,
    conflict,
  };
}

function inUse(
  reason: string,
  names: readonly string[],
  taken: ReadonlySet<string | undefined>,
): Conflict | undefined {
  const found = names.find((name) => taken.has(name));
  return found === undefined
    ? undefined
    : { reason, message: `${JSON.stringify(found)} is already in use` };
}

/** The names with those that follow from the kind. */
export function withDefaults(names: CustomNames): CustomNames {
  return {
    ...names,
    singular: names.singular || names.kind.toLowerCase(),
    listKind: names.listKind || `${names.kind}List`,
  };
}

/** Puts a condition in its place; the time moves only with the status. */
export function setCrdCondition(
  conditions: readonly CrdCondition[],
  next: Omit<CrdCondition, 'lastTransitionTime'>,
  now: string,
): CrdCondition[] {
  const old = conditions.find(({ type }) => type === next.type);
  const lastTransitionTime = old?.status === next.status ? old.lastTransitionTime : now;
  const condition: CrdCondition = {
    lastTransitionTime,
    message: next.message,
    reason: next.reason,
    status: next.status,
    type: next.type,
  };
  return old
    ? conditions.map((each) => (each === old ? condition : each))
    : [...conditions, condition];
}
