import { invalid, isRecord, KnownError } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import type { FieldSpec } from '../config/field-spec.ts';
import type { TransformerConfig } from '../config/transformer-config.ts';
import { stringify } from '../../yaml/index.ts';
import { setField } from '../resource/blank.ts';
import { idText, isClusterScoped, isSelected, sameNamespace } from '../resource/res-id.ts';
import type { Gvk } from '../resource/res-id.ts';
import { inNamespace } from '../resource/resource-list.ts';
import type { Resource } from '../resource/resource.ts';
import { isScalar, scalarText } from '../resource/scalar-text.ts';
import { applyFieldSpec } from './apply-field-spec.ts';
import type { Place } from './apply-field-spec.ts';

interface Search {
  readonly referrer: Resource;
  readonly path: string;
  readonly target: Gvk;
  readonly candidates: readonly Resource[];
}

/** Gives every known field that names an object the name the object has now. */
export function updateReferences(list: readonly Resource[], config: TransformerConfig): void {
  const renamed = list.filter((each) => each.previous.length > 0);
  const fields = config.nameReference.flatMap(({ fieldSpecs, ...target }) =>
    fieldSpecs.map((spec) => ({ spec, target })),
  );
  for (const referrer of list) {
    const candidates = reachable(referrer, renamed);
    const id = referrer.originalId;
    for (const { spec, target } of fields) {
      if (isSelected(id, spec)) update(spec, { referrer, path: spec.path, target, candidates });
    }
  }
}

function update(spec: FieldSpec, search: Search): void {
  const { referrer } = search;
  // The kind may have been changed by a patch since the field was chosen.
  const now = { ...spec, ...referrer.gvk };
  try {
    applyFieldSpec(referrer, now, (place) => setReference(place, search));
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw invalid(
      `updating name reference in '${spec.path}' field of '${idText(referrer.id)}': ${thrown.message}`,
    );
  }
}

/** The objects that one could mean: of its namespace, or of none; a role binding also names others. */
function reachable(referrer: Resource, list: readonly Resource[]): Resource[] {
  const id = referrer.id;
  if (isClusterScoped(id)) return [...list];
  const named = subjectNamespaces(referrer);
  return list.filter((each) => {
    const own = each.id;
    return isClusterScoped(own) || sameNamespace(own, id) || named.has(each.namespace);
  });
}

function subjectNamespaces(referrer: Resource): Set<string> {
  const out = new Set<string>();
  const subjects = referrer.kind === 'RoleBinding' ? referrer.object['subjects'] : undefined;
  for (const subject of Array.isArray(subjects) ? subjects : []) {
    if (!isRecord(subject) || subject['kind'] !== 'ServiceAccount') continue;
    const { namespace } = subject;
    if (namespace === undefined) continue;
    if (typeof namespace !== 'string') {
      throw invalid(`Invalid Input: namespace is blank for resource "${idText(referrer.id)}"\n`);
    }
    out.add(namespace);
  }
  return out;
}

function setReference(place: Place, search: Search): void {
  const { value } = place;
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) {
    for (const at of value.keys()) {
      setOne({ value: value[at], set: (next) => (value[at] = next) }, search);
    }
    return;
  }
  setOne(place, search);
}

function setOne(place: Place, search: Search): void {
  if (isRecord(place.value)) setInMap(place.value, search);
  else if (isScalar(place.value)) setName(place, search);
}

function setName(place: Place, search: Search): void {
  if (place.value === null) return;
  const name = scalarText(place.value);
  const found = referral(name, search.candidates, search);
  if (found !== undefined && found.name !== name) place.set(found.name);
}

/** A map with `name` and perhaps `namespace`, as subjects are: both follow the object. */
function setInMap(map: JsonRecord, search: Search): void {
  if (!Object.hasOwn(map, 'name')) throw invalid("path config error; no 'name' field in node");
  const name = scalarText(map['name']);
  const found = referral(name, ofNamespace(map, search.candidates), search);
  if (found === undefined || (found.name === name && found.namespace === '')) return;
  setField(map, 'name', found.name);
  if (found.namespace !== '') setField(map, 'namespace', found.namespace);
}

function ofNamespace(map: JsonRecord, list: readonly Resource[]): readonly Resource[] {
  if (!Object.hasOwn(map, 'namespace')) return list;
  const namespace = scalarText(map['namespace']);
  const before = inNamespace(list, namespace, (each) => each.originalId);
  return before.length > 0 ? before : inNamespace(list, namespace, (each) => each.id);
}

/** The object a name means; undefined when there is none here. Several that fit alike are a fault. */
function referral(
  name: string,
  candidates: readonly Resource[],
  search: Search,
): Resource | undefined {
  const { referrer, target } = search;
  const role = roleOf(search);
  const id = referrer.id;
  const near = candidates.filter((each) => {
    const before = each.previousIds;
    return (
      before.some((one) => one.name === name) &&
      before.some((one) => isSelected(one, target)) &&
      (role === undefined || before.some((one) => isSelected(one, role))) &&
      isNear(each, referrer, sameNamespace(id, each.id))
    );
  });
  if (near.length <= 1) return near[0];
  const [first, ...more] = closest(near, referrer);
  if (first === undefined || more.length === 0) return first;
  if (more.every((each) => each.name === first.name && each.namespace === first.namespace)) {
    return first;
  }
  throw ambiguous([first, ...more], referrer);
}

function isNear(candidate: Resource, referrer: Resource, same: boolean): boolean {
  return (
    isClusterScoped(referrer.gvk) ||
    isClusterScoped(candidate.gvk) ||
    candidate.kind === 'ServiceAccount' ||
    same
  );
}

/** A `roleRef` says the kind it means; both Role and ClusterRole have such a field. */
function roleOf({ referrer, path }: Search): Partial<Gvk> | undefined {
  if (!path.endsWith('roleRef/name')) return undefined;
  const role = referrer.object['roleRef'];
  if (!isRecord(role) || role['apiGroup'] === undefined || role['kind'] === undefined) {
    return undefined;
  }
  return { group: scalarText(role['apiGroup']), kind: scalarText(role['kind']) };
}

/** Of several, those that went through the same prefixes and suffixes. */
function closest(list: readonly Resource[], referrer: Resource): Resource[] {
  const either = list.filter((each) => sameAffixes(each, referrer, true));
  return either.length > 1 ? either.filter((each) => sameAffixes(each, referrer, false)) : either;
}

function sameAffixes(a: Resource, b: Resource, allowNone: boolean): boolean {
  return (
    sameEnding(a.prefixes, b.prefixes, allowNone) && sameEnding(a.suffixes, b.suffixes, allowNone)
  );
}

function sameEnding(a: readonly string[], b: readonly string[], allowNone: boolean): boolean {
  if (allowNone && (a.length === 0 || b.length === 0)) return true;
  const count = Math.min(a.length, b.length);
  if (count === 0) return a.length === b.length;
  return a.slice(-count).every((each, at) => each === b.slice(-count)[at]);
}

function ambiguous(list: readonly Resource[], referrer: Resource): Error {
  const ids = list.map((each) => idText(each.id)).join(', ');
  const shown = list.map((each, at) => `--- possible referral ${at}:\n${stringify(each.object)}\n`);
  return invalid(
    `found multiple possible referrals: ${ids}\n\n**** Too many possible referral targets to referrer:\n${stringify(referrer.object)}\n${shown.join('')}`,
  );
}
