import { KnownError } from '../../../base/index.ts';
import type { KubeObject } from '../../../base/index.ts';
import { containersOf, hasPolicy, ignoreOf } from '../../../lib/manifest/index.ts';
import { canonicalName, parseImage, withTag } from '../../../lib/oci/index.ts';
import { filterOf, offered } from '../decide.ts';
import type { ImageChange, ImagesOf } from '../decide.ts';
import { newestFirst, tagFilter } from '../filter/tag-filter.ts';
import type { DeclaredWorkload } from '../observe.ts';
import { changedResult } from './job-result.ts';
import type { JobResult, WorkloadResult } from './job-result.ts';
import { allLatest } from './update-spec.ts';
import type { ContainerChange, UpdateSpec } from './update-spec.ts';

/** What a release would change, and what it says of every workload it looked at. */
export interface Release {
  readonly changes: readonly ImageChange[];
  readonly result: JobResult;
}

/** What a release is decided from. */
export interface ReleaseView {
  readonly workloads: readonly DeclaredWorkload[];
  /** Live workloads by id. */
  readonly live: ReadonlyMap<string, KubeObject>;
  readonly imagesOf: ImagesOf;
}

type ImageSpec = Extract<UpdateSpec, { type: 'image' }>;
type ContainersSpec = Extract<UpdateSpec, { type: 'containers' }>;

/** A release by image: the given one, or the newest allowed one of each container. Pure. */
export function decideImageRelease(view: ReleaseView, spec: ImageSpec): Release {
  if (spec.image !== allLatest) refuseUnknownImage(spec.image, view.imagesOf);
  const result: Record<string, WorkloadResult> = {};
  const changes: ImageChange[] = [];
  const named = spec.ids === 'all' ? [] : spec.ids;
  for (const id of named) result[id] = { Status: 'skipped', Error: 'not found in repository' };
  for (const workload of view.workloads) {
    const refusal = filtered(workload, view, spec);
    if (refusal !== undefined) {
      result[workload.id] = refusal;
      continue;
    }
    const decided = newImages(workload, view.imagesOf, spec);
    if (Array.isArray(decided)) changes.push(...decided);
    else result[workload.id] = decided;
  }
  return { changes, result: { ...result, ...changedResult(changes) } };
}

function refuseUnknownImage(image: string, imagesOf: ImagesOf): void {
  const ref = parseImage(image);
  const known = imagesOf(canonicalName(ref))?.tags.some(({ tag }) => tag === ref.tag);
  if (known !== true) {
    throw new KnownError('not-found', `image "${image}" does not exist: invalid image ID`);
  }
}

/** Why a workload is left alone before its images are looked at. */
function filtered(
  workload: DeclaredWorkload,
  view: ReleaseView,
  spec: ImageSpec,
): WorkloadResult | undefined {
  const { id } = workload;
  if (spec.ids !== 'all' && !spec.ids.includes(id)) {
    return { Status: 'ignored', Error: 'not included' };
  }
  if (spec.excludes.includes(id)) return { Status: 'ignored', Error: 'excluded' };
  if (spec.image !== allLatest && !usesImage(workload, spec.image)) {
    return { Status: 'ignored', Error: 'a different image' };
  }
  return protectedBy(workload, view.live, spec.isForced && spec.ids !== 'all');
}

function protectedBy(
  { id, manifest }: DeclaredWorkload,
  live: ReadonlyMap<string, KubeObject>,
  isForced: boolean,
): WorkloadResult | undefined {
  const object = live.get(id);
  if (object === undefined) return { Status: 'skipped', Error: 'not accessible in cluster' };
  if (isForced) return undefined;
  if (hasPolicy(manifest.object, 'locked')) return { Status: 'skipped', Error: 'locked' };
  if (ignoreOf(object) === 'true') return { Status: 'skipped', Error: 'ignore' };
  return undefined;
}

function usesImage({ manifest }: DeclaredWorkload, image: string): boolean {
  const name = canonicalName(parseImage(image));
  return containersOf(manifest.object).some(
    (container) => canonicalName(parseImage(container.image)) === name,
  );
}

function newImages(
  workload: DeclaredWorkload,
  imagesOf: ImagesOf,
  spec: ImageSpec,
): ImageChange[] | WorkloadResult {
  const changes: ImageChange[] = [];
  let isMissing = false;
  for (const container of containersOf(workload.manifest.object)) {
    const current = parseImage(container.image);
    const tag = wantedTag(workload, container.name, { current, imagesOf, spec });
    if (tag === undefined) isMissing = true;
    else if (tag !== '' && tag !== current.tag) {
      changes.push({
        id: workload.id,
        container: container.name,
        current: container.image,
        target: withTag(current, tag).text,
        because: 'release',
      });
    }
  }
  if (changes.length > 0) return changes;
  const Error = isMissing ? 'cannot find one or more images' : 'image(s) up to date';
  return { Status: 'skipped', Error };
}

/** The tag a container is to have; `''` leaves it alone, undefined: nothing is known of its image. */
function wantedTag(
  workload: DeclaredWorkload,
  container: string,
  {
    current,
    imagesOf,
    spec,
  }: {
    readonly current: ReturnType<typeof parseImage>;
    readonly imagesOf: ImagesOf;
    readonly spec: ImageSpec;
  },
): string | undefined {
  const filter = tagFilter(filterOf(workload, container));
  const name = canonicalName(current);
  if (spec.image !== allLatest) {
    const wanted = parseImage(spec.image);
    const { tag = '' } = wanted;
    const isAllowed = spec.isForced || filter.matches(tag);
    return canonicalName(wanted) === name && isAllowed ? tag : '';
  }
  const tags = imagesOf(name)?.tags;
  if (tags === undefined || tags.length === 0) return undefined;
  return newestFirst(offered(tags, filter.matches), filter)[0]?.tag ?? '';
}

/** A release by container: exactly what a person chose. Throws when one of them cannot be done. Pure. */
export function decideContainersRelease(view: ReleaseView, spec: ContainersSpec): Release {
  const result: Record<string, WorkloadResult> = {};
  const changes: ImageChange[] = [];
  for (const [id, wanted] of spec.containers) {
    const workload = view.workloads.find((each) => each.id === id);
    const refusal =
      workload === undefined
        ? ({ Status: 'skipped', Error: 'not found in repository' } as const)
        : protectedBy(workload, view.live, spec.isForced);
    const decided = refusal ?? chosenImages(workload!, wanted, spec.skipsMismatches);
    if (Array.isArray(decided)) changes.push(...decided);
    else result[id] = decided;
  }
  if (Object.values(result).some(({ Status }) => Status === 'failed')) {
    const why = Object.entries(result).map(([id, { Error }]) => `${id}: ${Error}`);
    throw new KnownError('invalid', `cannot satisfy specs: ${why.join('; ')}`);
  }
  if (changes.length === 0) throw new KnownError('invalid', 'no changes found');
  return { changes, result: { ...result, ...changedResult(changes) } };
}

function chosenImages(
  { id, manifest }: DeclaredWorkload,
  wanted: readonly ContainerChange[],
  skipsMismatches: boolean,
): ImageChange[] | WorkloadResult {
  const present = new Map(containersOf(manifest.object).map((each) => [each.name, each.image]));
  const missing = wanted.filter(({ Container }) => !present.has(Container));
  if (missing.length > 0) {
    return { Status: 'failed', Error: `container(s) not found: ${namesOf(missing)}` };
  }
  const mismatched = wanted.filter(
    ({ Container, Current }) => Current !== '' && present.get(Container) !== Current,
  );
  if (mismatched.length > 0 && !skipsMismatches) {
    return { Status: 'failed', Error: `container(s) tag mismatch: ${namesOf(mismatched)}` };
  }
  return wanted
    .filter((each) => !mismatched.includes(each))
    .map(({ Container, Target }) => ({
      id,
      container: Container,
      current: present.get(Container) ?? '',
      target: Target,
      because: 'release',
    }));
}

function namesOf(containers: readonly ContainerChange[]): string {
  return containers.map(({ Container }) => Container).join(', ');
}
