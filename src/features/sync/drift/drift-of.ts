import { isRecord } from '../../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { checksumAnnotation, textMap } from '../../../lib/manifest/index.ts';

/** One field that is not as git says, and who wrote it last as far as the cluster knows. */
export interface Drift {
  readonly field: string;
  readonly manager: string | undefined;
  /** RFC 3339. */
  readonly time: string | undefined;
}

/** Whether an object was applied from this very content before: what differs now was changed by hand. */
export function wasApplied(live: KubeObject, wanted: KubeObject): boolean {
  const before = textMap(live, 'annotations')[checksumAnnotation];
  return before !== undefined && before === textMap(wanted, 'annotations')[checksumAnnotation];
}

/** The fields that a patch would set back; `own` is our manager, which is nobody. Values are not told: they may be secret. */
export function driftOf(live: KubeObject, patch: JsonRecord, own: string): Drift[] {
  const owners = ownersOf(live).filter(({ manager }) => manager !== own);
  return leavesOf(patch).map((leaf) => {
    const owner = owners.find(({ fields }) => owns(fields, leaf));
    return { field: textOf(leaf), manager: owner?.manager, time: owner?.time };
  });
}

/** `spec.replicas was changed by kubectl-edit at 2026-01-02T03:04:05Z` and so on. */
export function driftText(drifts: readonly Drift[]): string {
  const shown = drifts.slice(0, 5).map(({ field, manager, time }) => {
    const by = manager === undefined ? '' : ` by ${manager}`;
    return `${field} was changed${by}${time === undefined ? '' : ` at ${time}`}`;
  });
  const more = drifts.length > 5 ? `, and ${drifts.length - 5} more fields` : '';
  return `${shown.join(', ')}${more}`;
}

/** A step into a map, or to the item of a list that has these keys. */
type Step = string | JsonRecord;
type Leaf = readonly Step[];

const unseen = new Set(['kubectl.kubernetes.io/last-applied-configuration']);
const itemKeys = [
  'name',
  'containerPort',
  'port',
  'mountPath',
  'devicePath',
  'ip',
  'type',
  'uid',
  'key',
];

function leavesOf(patch: unknown, at: Leaf = []): Leaf[] {
  if (isRecord(patch)) {
    const entries = Object.entries(patch).filter(
      ([key]) => !key.startsWith('$') && !unseen.has(key),
    );
    return entries.flatMap(([key, value]) => leavesOf(value, [...at, key]));
  }
  if (!Array.isArray(patch) || !patch.some(isRecord)) return [at];
  return patch.filter(isRecord).flatMap((item) => {
    const key = itemKeys.find((name) => name in item);
    if (key === undefined) return [at];
    const { [key]: value, ...rest } = item;
    const here = [...at, { [key]: value }];
    const inside = leavesOf(rest, here);
    return inside.length === 0 ? [here] : inside;
  });
}

function textOf(leaf: Leaf): string {
  return leaf
    .map((step) => (typeof step === 'string' ? `.${step}` : `[${String(Object.values(step)[0])}]`))
    .join('')
    .replace(/^\./, '');
}

interface Owner {
  readonly manager: string;
  readonly time: string | undefined;
  readonly fields: unknown;
}

/** Those who wrote the object, the latest first. */
function ownersOf(live: KubeObject): Owner[] {
  const list = (live.metadata as { readonly managedFields?: unknown }).managedFields;
  if (!Array.isArray(list)) return [];
  return list
    .filter(isRecord)
    .map((entry) => ({
      manager: String(entry['manager'] ?? ''),
      time: typeof entry['time'] === 'string' ? entry['time'] : undefined,
      fields: entry['fieldsV1'],
    }))
    .toSorted((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1));
}

/** Whether a set of owned fields (`f:spec`, `k:{"name":"x"}`) leads to a leaf, or to a part it lies in. */
function owns(fields: unknown, leaf: Leaf): boolean {
  const [step, ...rest] = leaf;
  if (step === undefined) return true;
  if (!isRecord(fields)) return false;
  const next = Object.entries(fields).find(([name]) => isStep(name, step));
  if (next === undefined) return false;
  const inside = next[1];
  return (isRecord(inside) && Object.keys(inside).length === 0) || owns(inside, rest);
}

function isStep(name: string, step: Step): boolean {
  if (typeof step === 'string') return name === `f:${step}`;
  if (!name.startsWith('k:')) return false;
  const [key = '', value] = Object.entries(step)[0] ?? [];
  const found = JSON.parse(name.slice(2)) as JsonRecord;
  return found[key] === value;
}
