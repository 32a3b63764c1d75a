import type { KubeObject, Run } from '../../../base/index.ts';
import { containersOf, liveWorkloads, policiesOf } from '../../../lib/manifest/index.ts';
import type { Container } from '../../../lib/manifest/index.ts';
import { canonicalName, imageName, parseImage } from '../../../lib/oci/index.ts';
import { newestFirst, tagFilter, timeOf } from '../filter/tag-filter.ts';
import type { ImageLoop } from '../image-loop.ts';
import type { ImageStore, KnownImages, TagInfo } from '../image-store.ts';
import { readSnapshot } from '../observe.ts';
import type { ImagePorts } from '../ports.ts';
import { pullCredentials } from '../pull-credentials.ts';

/** An image as fluxd's API gives it; absent fields are not known. */
export interface ApiImage {
  readonly ID: string;
  readonly Digest?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly CreatedAt?: string;
}

/** A container's images as fluxd's API gives them, newest first. */
export interface ApiContainer {
  readonly Name: string;
  readonly Current: ApiImage;
  readonly LatestFiltered?: ApiImage;
  readonly Available?: readonly ApiImage[];
  readonly AvailableError?: string;
  readonly AvailableImagesCount?: number;
  readonly NewAvailableImagesCount?: number;
  readonly FilteredImagesCount?: number;
  readonly NewFilteredImagesCount?: number;
}

/** A workload's images. */
export interface ApiWorkloadImages {
  readonly ID: string;
  readonly Containers: readonly ApiContainer[];
}

export interface ImagesQuery {
  /** An id, or `<all>`. */
  readonly service: string;
  /** `''`: all. */
  readonly namespace: string;
}

/** How long a question waits for registries that were not asked before. */
const patienceMs = 5000;

/** The images of live workloads. Repositories of images that nobody scanned lately are scanned now. */
export async function listImages(
  ports: ImagePorts,
  store: ImageStore,
  loops: readonly ImageLoop[],
  query: ImagesQuery,
): Promise<ApiWorkloadImages[]> {
  const live = await liveWorkloads(ports.cluster, query.namespace);
  const chosen = [...live]
    .filter(([id]) => query.service === '<all>' || query.service === id)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  await scanMissing(
    ports,
    store,
    chosen.map(([, object]) => object),
  );
  const policies = await declaredPolicies(loops);
  return chosen.map(([ID, object]) => ({
    ID,
    Containers: containersOf(object).map((container) =>
      apiContainer(container, store, policies.get(ID)?.[`tag.${container.name}`]),
    ),
  }));
}

async function declaredPolicies(
  loops: readonly ImageLoop[],
): Promise<Map<string, Record<string, string>>> {
  const found = new Map<string, Record<string, string>>();
  for (const { target } of loops) {
    const snapshot = await readSnapshot(target).catch(() => undefined);
    for (const { id, manifest } of snapshot?.workloads ?? []) {
      found.set(id, policiesOf(manifest.object));
    }
  }
  return found;
}

async function scanMissing(
  ports: ImagePorts,
  store: ImageStore,
  workloads: readonly KubeObject[],
): Promise<void> {
  const { clock, log, signal } = ports;
  const over = new AbortController();
  const run: Run = { clock, log, signal: AbortSignal.any([signal, over.signal]) };
  const scanned = new Set<string>();
  const scan = async (workload: KubeObject): Promise<void> => {
    for (const container of containersOf(workload)) {
      const ref = parseImage(container.image);
      const name = canonicalName(ref);
      if (scanned.has(name) || !store.isWanted(name) || store.get(name) !== undefined) continue;
      scanned.add(name);
      await store.scan(ref, ports.registry(await pullCredentials(ports.cluster, workload)), run);
    }
  };
  const ended = new AbortController();
  const limit = clock.sleep(patienceMs, ended.signal).catch(() => {});
  const all = Promise.all(workloads.map((each) => scan(each).catch(() => {})));
  await Promise.race([all, limit]);
  ended.abort();
  over.abort();
}

function apiContainer(
  container: Container,
  store: ImageStore,
  pattern: string | undefined,
): ApiContainer {
  const current = parseImage(container.image);
  const name = canonicalName(current);
  const known = store.get(name);
  const Current = { ID: container.image };
  if (known === undefined || known.tags.length === 0) {
    return { Name: container.name, Current, AvailableError: noData(store.isWanted(name), known) };
  }
  const filter = tagFilter(pattern);
  const sorted = newestFirst(known.tags, filter);
  const toImage = (info: TagInfo): ApiImage => apiImage(imageName(current), info);
  const running = sorted.find(({ tag }) => tag === current.tag);
  const filtered = sorted.filter(({ tag }) => filter.matches(tag));
  const [latest] = filtered;
  return {
    Name: container.name,
    Current: running === undefined ? Current : toImage(running),
    ...(latest === undefined ? {} : { LatestFiltered: toImage(latest) }),
    Available: sorted.map(toImage),
    AvailableImagesCount: sorted.length,
    NewAvailableImagesCount: newerThan(sorted, running),
    FilteredImagesCount: filtered.length,
    NewFilteredImagesCount: newerThan(filtered, running),
  };
}

function noData(isWanted: boolean, known: KnownImages | undefined): string {
  if (!isWanted) return 'image data excluded by the settings';
  return known?.error ?? 'image data not available';
}

/** How many of the ordered images stand before the running one. */
function newerThan(ordered: readonly TagInfo[], running: TagInfo | undefined): number {
  const at = running === undefined ? -1 : ordered.indexOf(running);
  return at === -1 ? ordered.length : at;
}

function apiImage(name: string, info: TagInfo): ApiImage {
  return {
    ID: `${name}:${info.tag}`,
    Digest: info.digest,
    Labels: info.labels,
    ...(timeOf(info) === 0 ? {} : { CreatedAt: info.created }),
  };
}
