import { createHash } from 'node:crypto';
import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { stringify } from '../../yaml/index.ts';
import type { ChartMetadata } from '../chart/chart.ts';
import { metadataJson } from '../release/codec.ts';
import { goTime } from '../release/times.ts';
import { compareVersions } from '../../gotemplate/index.ts';
import { versionIn } from '../versions.ts';

/** An archive that an index is to list. */
export interface IndexedArchive {
  readonly metadata: ChartMetadata;
  readonly archive: Uint8Array;
  /** Absolute, or relative to the repository. */
  readonly url: string;
}

/** The data of an index.yaml over archives; the file is `stringify` of it, or JSON. */
export function buildIndex(archives: readonly IndexedArchive[], now: Date): JsonRecord {
  const entries: Record<string, JsonRecord[]> = {};
  for (const { metadata, archive, url } of archives) {
    const digest = createHash('sha256').update(archive).digest('hex');
    const entry = { ...metadataJson(metadata), urls: [url], created: goTime(now), digest };
    (entries[metadata.name] ??= []).push(entry);
  }
  return sorted({ apiVersion: 'v1', entries, generated: goTime(now) });
}

/** An index with what another one has more: entries of `index` win over those of the same version. */
export function mergeIndex(index: JsonRecord, older: JsonRecord): JsonRecord {
  const entries = { ...entriesOf(index) };
  for (const [name, versions] of Object.entries(entriesOf(older))) {
    const mine = entries[name] ?? [];
    const known = new Set(mine.map(({ version }) => version));
    entries[name] = [...mine, ...versions.filter(({ version }) => !known.has(version))];
  }
  return sorted({ ...older, ...index, entries });
}

/** index.yaml's text. */
export function indexText(index: JsonRecord): string {
  return stringify(index);
}

function entriesOf(index: JsonRecord): Record<string, JsonRecord[]> {
  const entries = isRecord(index['entries']) ? index['entries'] : {};
  return Object.fromEntries(
    Object.entries(entries).map(([name, list]) => [
      name,
      Array.isArray(list) ? list.filter(isRecord) : [],
    ]),
  );
}

function sorted(index: JsonRecord): JsonRecord {
  const entries = Object.fromEntries(
    Object.entries(entriesOf(index)).map(([name, list]) => [name, list.toSorted(newestFirst)]),
  );
  return { ...index, entries };
}

function newestFirst(a: JsonRecord, b: JsonRecord): number {
  const [left, right] = [a, b].map(({ version }) => versionIn(String(version)));
  if (left === undefined || right === undefined) return 0;
  return compareVersions(right, left);
}
