import { KnownError, isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import type { ChartMetadata } from '../chart/chart.ts';
import { metadataOf, validateMetadata } from '../chart/metadata.ts';
import { unmarshal } from '../go-yaml.ts';
import { compareVersions, parseConstraint } from '../../gotemplate/index.ts';
import { isCompatible, versionIn } from '../versions.ts';

/** One version of a chart in a repository's index. */
export interface IndexEntry {
  readonly metadata: ChartMetadata;
  /** Absolute, or relative to the repository. */
  readonly urls: readonly string[];
  readonly created: string;
  /** SHA-256 of the archive in hex, possibly after `sha256:`. */
  readonly digest: string;
  /** The entry as it stands in the file. */
  readonly raw: JsonRecord;
}

/** A chart repository's index.yaml: versions of each chart, newest first. */
export interface RepositoryIndex {
  readonly generated: string;
  readonly entries: ReadonlyMap<string, readonly IndexEntry[]>;
  /** Entries that were left out, and why. */
  readonly warnings: readonly string[];
}

/** Reads index.yaml (or its JSON). Entries that are wrong are left out and named in `warnings`. */
export function parseIndex(text: string): RepositoryIndex {
  if (text.trim() === '') throw new KnownError('invalid', 'empty index.yaml file');
  const data = unmarshal(text);
  if (!isRecord(data)) throw new KnownError('invalid', 'no API version specified');
  if (data['apiVersion'] === undefined || data['apiVersion'] === '') {
    throw new KnownError('invalid', 'no API version specified');
  }
  const warnings: string[] = [];
  const entries = new Map<string, IndexEntry[]>();
  const given = isRecord(data['entries']) ? data['entries'] : {};
  for (const [name, versions] of Object.entries(given)) {
    const list = Array.isArray(versions) ? versions : [];
    const valid = list.flatMap((raw) => entryOf(name, raw, warnings));
    entries.set(name, valid.toSorted(newestFirst));
  }
  return { generated: String(data['generated'] ?? ''), entries, warnings };
}

function entryOf(name: string, raw: unknown, warnings: string[]): IndexEntry[] {
  if (!isRecord(raw)) {
    warnings.push(`skipping loading invalid entry for chart ${JSON.stringify(name)}: empty entry`);
    return [];
  }
  try {
    const metadata = metadataOf(raw);
    metadata.apiVersion ||= 'v1';
    validateMetadata(metadata);
    const urls = Array.isArray(raw['urls']) ? raw['urls'] : [];
    return [
      {
        metadata,
        urls: urls.filter((url) => typeof url === 'string'),
        created: String(raw['created'] ?? ''),
        digest: typeof raw['digest'] === 'string' ? raw['digest'] : '',
        raw,
      },
    ];
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    warnings.push(
      `skipping loading invalid entry for chart ${JSON.stringify(name)}: ${thrown.message}`,
    );
    return [];
  }
}

function newestFirst(a: IndexEntry, b: IndexEntry): number {
  const [left, right] = [versionIn(a.metadata.version), versionIn(b.metadata.version)];
  if (left === undefined || right === undefined) return left === right ? 0 : 1;
  return compareVersions(right, left);
}

/**
 * The entry for a version: the very text first, else the newest that satisfies it as a constraint
 * (empty: the newest release). Undefined when there is none.
 */
export function findChart(
  index: RepositoryIndex,
  name: string,
  version: string = '',
): IndexEntry | undefined {
  const all = index.entries.get(name) ?? [];
  const exact = version === '' ? undefined : all.find((each) => each.metadata.version === version);
  if (exact !== undefined) return exact;
  const constraint = version === '' ? '*' : version;
  parseConstraint(constraint);
  return all.find((each) => isCompatible(constraint, each.metadata.version));
}
