import { groupOrder, resourcesOf, type Profile } from '../../kinds/index.ts';
import { serveBuiltin } from './builtin-strategy.ts';
import type { ServedResource } from './served-resource.ts';

/** A version of a group and what it serves, in discovery order. */
export interface ServedVersion {
  readonly group: string;
  readonly version: string;
  readonly resources: readonly ServedResource[];
}

/** A group with its versions, the preferred one first. */
export interface ServedGroup {
  readonly group: string;
  readonly versions: readonly ServedVersion[];
}

/** Everything that is served; custom resources come and go. */
export interface ResourceRegistry {
  find(group: string, version: string, plural: string): ServedResource | undefined;
  /** Any served version of a kind that is stored under this prefix. */
  ofKind(group: string, kind: string): ServedResource | undefined;
  /** What discovery tells of. */
  groups(): readonly ServedGroup[];
  /** Replaces all custom resources. */
  setCustom(resources: readonly ServedResource[]): void;
  /** Grows with every change: what is derived from the registry can be cached by it. */
  readonly generation: number;
}

/** A registry of the built-in resources of a profile. */
export function createRegistry(profile: Profile): ResourceRegistry {
  const builtins = resourcesOf(profile).map(serveBuiltin);
  let groups: readonly ServedGroup[] = [];
  let byPath = new Map<string, ServedResource>();
  let byKind = new Map<string, ServedResource>();
  let generation = 0;
  const rebuild = (custom: readonly ServedResource[]): void => {
    generation += 1;
    const all = [...builtins, ...custom];
    byPath = new Map(all.map((each) => [`${each.apiVersion}/${each.plural}`, each]));
    groups = groupsOf(all.filter(({ listed }) => listed));
    byKind = new Map();
    for (const { versions } of groupsOf(all))
      for (const { resources } of versions) for (const each of resources) addKind(byKind, each);
  };
  rebuild([]);
  return {
    find: (group, version, plural) =>
      byPath.get(`${group === '' ? version : `${group}/${version}`}/${plural}`),
    ofKind: (group, kind) => byKind.get(`${group}/${kind}`),
    groups: () => groups,
    setCustom: rebuild,
    get generation() {
      return generation;
    },
  };
}

function addKind(kinds: Map<string, ServedResource>, resource: ServedResource): void {
  const key = `${resource.group}/${resource.kind}`;
  if (!kinds.has(key) && !resource.virtual) kinds.set(key, resource);
}

function groupsOf(all: readonly ServedResource[]): ServedGroup[] {
  const names = [...new Set(all.map(({ group }) => group))].toSorted(byGroup);
  return names.map((group) => {
    const inGroup = all.filter((each) => each.group === group);
    const versions = [...new Set(inGroup.map(({ version }) => version))].toSorted(byVersion);
    return {
      group,
      versions: versions.map((version) => ({
        group,
        version,
        resources: inGroup.filter((each) => each.version === version),
      })),
    };
  });
}

/** Clients resolve an unqualified name to the first group that has it, so the order is part of the API. */
function byGroup(left: string, right: string): number {
  const rank = (group: string): number => {
    const at = groupOrder.indexOf(group);
    return at < 0 ? groupOrder.length : at;
  };
  return rank(left) - rank(right) || (left < right ? -1 : 1);
}

/** GA before beta before alpha, higher numbers first, anything else last by name. */
function byVersion(left: string, right: string): number {
  const [a, b] = [versionRank(left), versionRank(right)];
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return b[at]! - a[at]!;
  return left < right ? -1 : 1;
}

function versionRank(version: string): number[] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (!match) return [0, 0, 0];
  const stages: Readonly<Record<string, number>> = { alpha: 1, beta: 2 };
  return [stages[match[2] ?? ''] ?? 3, Number(match[1]), Number(match[3] ?? 0)];
}
