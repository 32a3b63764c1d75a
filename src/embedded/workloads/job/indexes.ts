import type { Pod } from '../objects.ts';

/** Annotation and label of the pod of an index. */
export const indexKey = 'batch.kubernetes.io/job-completion-index';
/** How often the pods of its index had failed before it, when failures are counted by index. */
export const failureCountKey = 'batch.kubernetes.io/job-index-failure-count';
/** How many failures of its index did not count. */
export const ignoredCountKey = 'batch.kubernetes.io/job-index-ignored-failure-count';

/** The index of a pod; undefined when it has none. */
export function indexOf(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[indexKey];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** A count among a pod's annotations; 0 when it is not there. */
export function countOf(pod: Pod, key: string): number {
  return Number(pod.metadata.annotations?.[key] ?? 0) || 0;
}

/** `0,2-4` as numbers, those at or above the limit left out. */
export function parseIndexes(text: string | undefined, limit: number): Set<number> {
  const found = new Set<number>();
  for (const part of (text ?? '').split(',').filter((each) => each !== '')) {
    const [first = 0, last = first] = part.split('-').map(Number);
    for (let index = first; index <= Math.min(last, limit - 1); index += 1) found.add(index);
  }
  return found;
}

/** Numbers as `0,2-4`: two in a row are written apart, three and more as a range. */
export function indexText(indexes: ReadonlySet<number>): string {
  const runs: Array<[first: number, last: number]> = [];
  for (const index of [...indexes].toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] + 1 === index) run[1] = index;
    else runs.push([index, index]);
  }
  return runs
    .map(([first, last]) => {
      if (first === last) return `${first}`;
      return last === first + 1 ? `${first},${last}` : `${first}-${last}`;
    })
    .join(',');
}
