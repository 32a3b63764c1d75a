import { KnownError, messageOf } from '../../base/index.ts';
import type { Run } from '../../base/index.ts';
import { canonicalName, parseImage } from '../../lib/oci/index.ts';
import type { ImageConfig, ImageRef, RegistryClient } from '../../lib/oci/index.ts';
import { matchesGlob } from './filter/tag-filter.ts';
import type { DatedTag } from './filter/tag-filter.ts';
import type { ScanSettings } from './settings.ts';

/** What is known of one tag of a repository of images. */
export interface TagInfo extends DatedTag {
  readonly digest: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Why it is not offered, e.g. no image for this platform. */
  readonly excluded?: string;
}

/** What is known of one repository of images. */
export interface KnownImages {
  readonly tags: readonly TagInfo[];
  /** Why the last scan did not work; the tags are those of the last one that did. */
  readonly error?: string;
  readonly scannedAt: Date;
}

/** Remembers what registries have, by canonical name. */
export interface ImageStore {
  get(name: string): KnownImages | undefined;
  /** Whether the settings allow to scan it at all. */
  isWanted(name: string): boolean;
  /** Asks the registry for all tags, and for the images of those that are new or stale. Never throws. */
  scan(ref: ImageRef, client: RegistryClient, run: Run): Promise<KnownImages>;
  /** A tag was pushed: it is looked at again by the next scan. */
  forget(name: string, tag: string): void;
}

interface Remembered {
  readonly info: TagInfo;
  readonly lookAgainAt: number;
  readonly pauseMs: number;
}

const hour = 3_600_000;
const longestPauseMs = 7 * 24 * hour;
const shortestPauseMs = 300_000;

/** A store in memory: a restart scans again. */
export function createImageStore(settings: ScanSettings): ImageStore {
  const known = new Map<string, KnownImages>();
  const memory = new Map<string, Map<string, Remembered>>();
  return {
    get: (name) => known.get(name),
    isWanted: (name) => isWanted(name, settings),
    forget: (name, tag) => void memory.get(name)?.delete(tag),
    async scan(ref, client, run) {
      const name = canonicalName(ref);
      const tags = memory.get(name) ?? new Map<string, Remembered>();
      memory.set(name, tags);
      const scannedAt = run.clock.now();
      try {
        const found = await refresh({ ref, client, tags, settings, run });
        known.set(name, { tags: found, scannedAt });
      } catch (thrown) {
        if (!(thrown instanceof KnownError)) throw thrown;
        run.log.warn(messageOf(thrown), { component: 'warmer', canonical_name: name });
        known.set(name, { tags: known.get(name)?.tags ?? [], error: messageOf(thrown), scannedAt });
      }
      return known.get(name)!;
    },
  };
}

function isWanted(name: string, { excludeImages, includeImages }: ScanSettings): boolean {
  if (excludeImages.some((glob) => matchesGlob(glob, name))) return false;
  return includeImages.length === 0 || includeImages.some((glob) => matchesGlob(glob, name));
}

interface Refresh {
  readonly ref: ImageRef;
  readonly client: RegistryClient;
  readonly tags: Map<string, Remembered>;
  readonly settings: ScanSettings;
  readonly run: Run;
}

async function refresh({ ref, client, tags, settings, run }: Refresh): Promise<TagInfo[]> {
  const name = canonicalName(ref);
  const present = await client.tags(ref, run.signal);
  for (const tag of tags.keys()) if (!present.includes(tag)) tags.delete(tag);
  const now = run.clock.now().getTime();
  const due = present.filter((tag) => (tags.get(tag)?.lookAgainAt ?? 0) <= now);
  const missing = due.filter((tag) => !tags.has(tag)).length;
  const log = run.log.with({ component: 'warmer' });
  if (due.length > 0) {
    log.info('refreshing image', {
      image: name,
      tag_count: present.length,
      to_update: due.length,
      of_which_refresh: due.length - missing,
      of_which_missing: missing,
    });
  }
  const waiting = due.values();
  const worker = async (): Promise<void> => {
    for (const tag of waiting) {
      run.signal.throwIfAborted();
      const info = await look(ref, tag, client, { settings, run });
      if (info !== undefined) tags.set(tag, remembered(info, tags.get(tag), now));
    }
  };
  await Promise.all(Array.from({ length: Math.min(settings.burst, due.length) }, worker));
  const done = due.filter((tag) => tags.has(tag)).length;
  if (due.length > 0) log.info('', { updated: name, successful: done, attempted: due.length });
  return present.flatMap((tag) => tags.get(tag)?.info ?? []);
}

/** Twice as long as before when it did not change, half as long when it did. */
function remembered(info: TagInfo, before: Remembered | undefined, now: number): Remembered {
  const pauseMs = nextPause(info, before);
  return { info, pauseMs, lookAgainAt: now + pauseMs };
}

function nextPause(info: TagInfo, before: Remembered | undefined): number {
  if (info.excluded !== undefined) return 24 * hour;
  if (before === undefined) return hour;
  return before.info.digest === info.digest
    ? Math.min(before.pauseMs * 2, longestPauseMs)
    : Math.max(before.pauseMs / 2, shortestPauseMs);
}

/** Undefined: the tag went away while we looked. A refusal to answer more (429) ends the scan. */
async function look(
  ref: ImageRef,
  tag: string,
  client: RegistryClient,
  { settings, run }: { readonly settings: ScanSettings; readonly run: Run },
): Promise<TagInfo | undefined> {
  const tagged = parseImage(`${nameOf(ref)}:${tag}`);
  try {
    const { digest } = await client.manifest(tagged, run.signal);
    const config = await client.imageConfig(tagged, { signal: run.signal });
    const labels = config.config?.Labels ?? {};
    return { tag, digest, labels, created: createdOf(ref, config, settings) };
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    if (thrown.code === 'not-found') return undefined;
    if (thrown.code !== 'unsupported' && thrown.code !== 'invalid') throw thrown;
    return { tag, digest: '', labels: {}, created: '', excluded: messageOf(thrown) };
  }
}

function nameOf({ domain, path }: ImageRef): string {
  return domain === '' ? path : `${domain}/${path}`;
}

const dateLabels = ['org.opencontainers.image.created', 'org.label-schema.build-date'];

function createdOf(ref: ImageRef, config: ImageConfig, settings: ScanSettings): string {
  const labels = config.config?.Labels ?? {};
  if (settings.useLabels.some((glob) => matchesGlob(glob, canonicalName(ref)))) {
    const dated = dateLabels
      .map((label) => labels[label])
      .find((date) => date !== undefined && !Number.isNaN(new Date(date).getTime()));
    if (dated !== undefined) return dated;
  }
  return config.created ?? '';
}
