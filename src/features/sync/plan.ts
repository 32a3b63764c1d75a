import type { KubeObject } from '../../base/index.ts';
import {
  applyRank,
  gcMarkLabel,
  gcMarkOf,
  ignoreOf,
  inApplyOrder,
  resourceId,
  textMap,
} from '../../lib/manifest/index.ts';
import type { Desired, DesiredObject } from './desired.ts';
import type { PruneGuard } from './settings.ts';

/** What was surely applied: id → checksum. */
export type AppliedBefore = ReadonlyMap<string, string>;

/** Which objects a pass writes, in order: all in a full pass, else those not surely applied. */
export function objectsToApply(
  desired: Desired,
  how: {
    readonly isFull: boolean;
    readonly before: AppliedBefore;
    /** Applied, but maybe changed since. */
    readonly doubted?: ReadonlySet<string>;
  },
): DesiredObject[] {
  const due = [...desired.objects.values()].filter(
    ({ id, checksum }) =>
      how.isFull || how.before.get(id) !== checksum || how.doubted?.has(id) === true,
  );
  return inApplyOrder(due);
}

/** Objects of one rank, applied together before the next rank begins. */
export function inRanks(objects: readonly DesiredObject[]): DesiredObject[][] {
  const ranks: DesiredObject[][] = [];
  for (const each of objects) {
    const last = ranks.at(-1);
    const isSame = last?.[0] && applyRank(last[0].object.kind) === applyRank(each.object.kind);
    if (isSame) last.push(each);
    else ranks.push([each]);
  }
  return ranks;
}

/** What garbage collection would do with one live object of ours. */
export interface Pruning {
  readonly deletions: KubeObject[];
  /** Left alone by their own annotation. */
  readonly ignored: KubeObject[];
  /** True: too many at once; nothing is deleted until a person confirms. */
  readonly isHeld: boolean;
}

/**
 * Which live objects are to go: those that carry the mark of this sync for their own id, are no
 * longer wanted, and are not protected. Deletions come in the reverse of the order of applying.
 */
export function pruningOf(options: {
  readonly live: readonly KubeObject[];
  readonly setName: string;
  readonly desired: Desired;
  /** How many objects this sync keeps, for the guard. */
  readonly total: number;
  readonly guard: PruneGuard;
  readonly isConfirmed: boolean;
}): Pruning {
  const { live, setName, desired, total, guard, isConfirmed } = options;
  if (!desired.mayPrune) return { deletions: [], ignored: [], isHeld: false };
  const gone = live.filter((object) => {
    const id = resourceId(object);
    return (
      !desired.objects.has(id) &&
      !desired.protectedIds.has(id) &&
      object.metadata.deletionTimestamp === undefined &&
      textMap(object, 'labels')[gcMarkLabel] === gcMarkOf(setName, id)
    );
  });
  const ignored = gone.filter((object) => ignoreOf(object) !== undefined);
  const deletions = inApplyOrder(
    gone.filter((object) => ignoreOf(object) === undefined).map((object) => ({ object })),
  )
    .map(({ object }) => object)
    .toReversed();
  const isMany = total > guard.above && deletions.length > guard.share * total;
  return { deletions, ignored, isHeld: isMany && !isConfirmed };
}
