import { invalid, isRecord } from '../../../base/index.ts';

/** Who asked for an update, and why. */
export interface Cause {
  readonly Message: string;
  readonly User: string;
}

/** Policies to set and to remove, of one workload; names without prefix. */
export interface PolicyChange {
  readonly add: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
}

/** One container of a release by hand. */
export interface ContainerChange {
  readonly Container: string;
  /** `''`: whatever it has. */
  readonly Current: string;
  readonly Target: string;
}

/** An update as fluxd's API takes it, checked. */
export type UpdateSpec = { readonly cause: Cause; readonly raw: unknown } & (
  | { readonly type: 'policy'; readonly changes: ReadonlyMap<string, PolicyChange> }
  | {
      readonly type: 'image';
      readonly ids: readonly string[] | 'all';
      /** A reference, or `<all latest>`. */
      readonly image: string;
      readonly excludes: readonly string[];
      readonly isPlan: boolean;
      readonly isForced: boolean;
    }
  | {
      readonly type: 'containers';
      readonly containers: ReadonlyMap<string, readonly ContainerChange[]>;
      readonly skipsMismatches: boolean;
      readonly isPlan: boolean;
      readonly isForced: boolean;
    }
);

/** Stands for every workload. */
export const allWorkloads = '<all>';
/** Stands for the newest image of each container. */
export const allLatest = '<all latest>';

/** Reads an update; undefined for a type that is not about commits. Throws `KnownError('invalid')`. */
export function parseUpdate(raw: unknown): UpdateSpec | undefined {
  if (!isRecord(raw)) throw invalid('an update is a map of type, cause and spec');
  const { type } = raw;
  const spec = isRecord(raw['spec']) ? raw['spec'] : {};
  const common = { cause: causeOf(raw['cause']), raw };
  if (type === 'policy') return { ...common, type, changes: policyChanges(spec) };
  const how = { isPlan: spec['Kind'] === 'plan', isForced: spec['Force'] === true };
  if (type === 'image') {
    const ids = texts(spec['ServiceSpecs']);
    return {
      ...common,
      ...how,
      type,
      ids: ids.includes(allWorkloads) ? 'all' : ids,
      image: String(spec['ImageSpec'] ?? allLatest),
      excludes: texts(spec['Excludes']),
    };
  }
  if (type !== 'containers') return undefined;
  const containers = isRecord(spec['ContainerSpecs']) ? spec['ContainerSpecs'] : {};
  return {
    ...common,
    ...how,
    type,
    skipsMismatches: spec['SkipMismatches'] === true,
    containers: new Map(
      Object.entries(containers).map(([id, list]) => [id, containerChanges(list)]),
    ),
  };
}

function causeOf(value: unknown): Cause {
  const cause = isRecord(value) ? value : {};
  const text = (key: string): string => {
    const found = cause[key];
    return typeof found === 'string' ? found : '';
  };
  return { Message: text('Message'), User: text('User') };
}

function policyChanges(spec: Record<string, unknown>): Map<string, PolicyChange> {
  return new Map(
    Object.entries(spec).map(([id, change]) => {
      const { add, remove } = isRecord(change) ? change : {};
      const removed = Object.keys(policySet(remove));
      const added = Object.entries(policySet(add)).filter(([name]) => !removed.includes(name));
      return [id, { add: Object.fromEntries(added), remove: removed }];
    }),
  );
}

/** Policies come as a map, or as a list of switches. */
function policySet(value: unknown): Record<string, string> {
  if (Array.isArray(value)) return Object.fromEntries(value.map((name) => [String(name), 'true']));
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}

function containerChanges(list: unknown): ContainerChange[] {
  if (!Array.isArray(list)) return [];
  return list.filter(isRecord).map(({ Container, Current, Target }) => ({
    Container: String(Container ?? ''),
    Current: String(Current ?? ''),
    Target: String(Target ?? ''),
  }));
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
