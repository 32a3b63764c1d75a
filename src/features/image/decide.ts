import { containersOf, hasPolicy, ignoreOf, policiesOf } from '../../lib/manifest/index.ts';
import type { Container } from '../../lib/manifest/index.ts';
import { canonicalName, parseImage, withTag } from '../../lib/oci/index.ts';
import { newestFirst, tagFilter, timeOf } from './filter/tag-filter.ts';
import type { KnownImages, TagInfo } from './image-store.ts';
import type { DeclaredWorkload } from './observe.ts';

/** One container that is to have another image. */
export interface ImageChange {
  readonly id: string;
  readonly container: string;
  /** As it stands in git. */
  readonly current: string;
  /** The same name with the new tag. */
  readonly target: string;
  readonly because: string;
}

/** A container that stays as it is although something may be wrong. */
export interface ImageWarning {
  readonly id: string;
  readonly container: string;
  readonly warning: string;
}

export interface Automation {
  readonly changes: readonly ImageChange[];
  readonly warnings: readonly ImageWarning[];
}

/** What is known of the images of a canonical name. */
export type ImagesOf = (name: string) => KnownImages | undefined;

/** Whether Flux would update a workload by itself: switched on in git, neither locked nor ignored. */
export function isAutomated({ manifest }: DeclaredWorkload): boolean {
  const { object } = manifest;
  return (
    hasPolicy(object, 'automated') && !hasPolicy(object, 'locked') && ignoreOf(object) === undefined
  );
}

/** The filter that git gives a container. */
export function filterOf(workload: DeclaredWorkload, container: string): string | undefined {
  return policiesOf(workload.manifest.object)[`tag.${container}`];
}

/**
 * Which containers of automated workloads are to change: those whose newest allowed tag is not the
 * one they have. Whether it is newer than the current one is not asked: a filter may lead back. Pure.
 */
export function decideAutomation(
  workloads: readonly DeclaredWorkload[],
  imagesOf: ImagesOf,
): Automation {
  const changes: ImageChange[] = [];
  const warnings: ImageWarning[] = [];
  for (const workload of workloads.filter(isAutomated)) {
    for (const container of containersOf(workload.manifest.object)) {
      const verdict = decideContainer(container, filterOf(workload, container.name), imagesOf);
      const about = { id: workload.id, container: container.name };
      if (verdict === undefined) continue;
      if ('warning' in verdict) warnings.push({ ...about, ...verdict });
      else changes.push({ ...about, current: container.image, ...verdict });
    }
  }
  return { changes, warnings };
}

type Verdict =
  { readonly target: string; readonly because: string } | { readonly warning: string } | undefined;

function decideContainer(
  container: Container,
  pattern: string | undefined,
  imagesOf: ImagesOf,
): Verdict {
  const current = imageOrNone(container.image);
  if (current === undefined) return { warning: `cannot read image "${container.image}"` };
  const known = imagesOf(canonicalName(current));
  if (known === undefined || known.tags.length === 0) return undefined;
  if (current.digest !== undefined) {
    return { warning: 'the image is pinned by its digest; automation leaves it alone' };
  }
  const filter = tagFilter(pattern);
  const [newest] = newestFirst(offered(known.tags, filter.matches), filter);
  if (newest === undefined || newest.tag === current.tag) return undefined;
  const running = known.tags.find(({ tag }) => tag === current.tag);
  const currentTime = timeOf(running ?? { created: '' });
  const isUndated = timeOf(newest) === 0 || currentTime === 0;
  if (filter.ordersBy === 'time' && isUndated) {
    return { warning: 'image with zero created timestamp' };
  }
  const time = (info: TagInfo | undefined): string => info?.created ?? 'unknown';
  return {
    target: withTag(current, newest.tag).text,
    because: `latest ${newest.tag} (${time(newest)}) > current ${current.tag ?? ''} (${time(running)})`,
  };
}

/** The tags that may be chosen at all. */
export function offered(
  tags: readonly TagInfo[],
  matches: (tag: string) => boolean,
): readonly TagInfo[] {
  return tags.filter(({ tag, excluded }) => excluded === undefined && matches(tag));
}

function imageOrNone(text: string): ReturnType<typeof parseImage> | undefined {
  try {
    return parseImage(text);
  } catch {
    return undefined;
  }
}
