import { gunzipSync, gzipSync } from 'node:zlib';
import { KnownError, isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { GoNumber } from '../../gotemplate/index.ts';
import type { ChartMetadata, Dependency } from '../chart/chart.ts';
import type { ChartNode } from '../chart/node.ts';
import type { Release, StoredChart } from './release.ts';

/** What one stored release may unpack to; bounds what a hostile Secret costs. */
const maxBytes = 64 * 1024 * 1024;

/** A release as text for `data.release`: base64 of gzip of JSON. The API adds a second base64. */
export function encodeRelease(release: Release): string {
  const { labels: _labels, ...stored } = release;
  const json = JSON.stringify(stored, plainNumbers);
  return gzipSync(json, { level: 9 }).toString('base64');
}

/** Reads what `encodeRelease` or Helm wrote; JSON that is not gzipped is accepted as Helm does. */
export function decodeRelease(text: string): Release {
  const bytes = Buffer.from(text, 'base64');
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08;
  try {
    const json = isGzip ? gunzipSync(bytes, { maxOutputLength: maxBytes }) : bytes;
    const release: unknown = JSON.parse(json.toString('utf8'));
    if (isRecord(release) && isRecord(release['info']) && typeof release['name'] === 'string') {
      return withDefaults(release);
    }
  } catch (thrown) {
    throw new KnownError('invalid', 'a stored Helm release cannot be read: it is damaged', {
      cause: thrown,
    });
  }
  throw new KnownError('invalid', 'a stored Helm release cannot be read: it is no release');
}

// Go leaves out empty fields; readers here want them.
function withDefaults(release: JsonRecord): Release {
  const chart = isRecord(release['chart']) ? release['chart'] : {};
  return {
    ...release,
    manifest: release['manifest'] ?? '',
    namespace: release['namespace'] ?? '',
    version: release['version'] ?? 0,
    chart: {
      ...chart,
      metadata: chart['metadata'] ?? { name: '', version: '' },
      templates: chart['templates'] ?? [],
      files: chart['files'] ?? [],
      values: chart['values'] ?? {},
    },
  } as unknown as Release;
}

/** Numbers that carry a Go type are plain numbers in JSON. */
function plainNumbers(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  return value instanceof GoNumber ? Number(value.value) : value;
}

/** A chart as a release keeps it, from the node that was rendered (Helm stores what it changed). */
export function storedChart(node: ChartNode): StoredChart {
  const { source } = node;
  const base64 = (data: Uint8Array): string => Buffer.from(data).toString('base64');
  return {
    metadata: metadataJson(node.metadata),
    lock:
      source.lock === undefined
        ? null
        : { ...source.lock, dependencies: source.lock.dependencies.map(dependencyJson) },
    templates: source.templates.map(({ name, data }) => ({ name, data: base64(data) })),
    values: node.values,
    schema: source.schema === undefined ? null : base64(source.schema),
    files: source.files.map(({ name, data }) => ({ name, data: base64(data) })),
  };
}

type MetadataJson = StoredChart['metadata'];

/** Chart.yaml in the order and with the names of Helm's JSON, empty fields left out. */
export function metadataJson(metadata: ChartMetadata): MetadataJson {
  const fields: JsonRecord = {
    name: metadata.name,
    home: metadata.home,
    sources: metadata.sources,
    version: metadata.version,
    description: metadata.description,
    keywords: metadata.keywords,
    maintainers: metadata.maintainers,
    icon: metadata.icon,
    apiVersion: metadata.apiVersion,
    condition: metadata.condition,
    tags: metadata.tags,
    appVersion: metadata.appVersion,
    deprecated: metadata.deprecated,
    annotations: metadata.annotations,
    kubeVersion: metadata.kubeVersion,
    dependencies: metadata.dependencies?.map(dependencyJson),
    type: metadata.type,
  };
  return nonEmpty(fields) as MetadataJson;
}

/** A dependency with the names of Helm's JSON. */
export function dependencyJson(dependency: Dependency): JsonRecord {
  const { name, version, repository, condition, tags, enabled, importValues, alias } = dependency;
  return {
    ...nonEmpty({ name, version }),
    repository,
    ...nonEmpty({ condition, tags, enabled, 'import-values': importValues, alias }),
  };
}

function nonEmpty(fields: JsonRecord): JsonRecord {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) =>
        value !== undefined &&
        value !== '' &&
        value !== false &&
        !(Array.isArray(value) && value.length === 0) &&
        !(isRecord(value) && Object.keys(value).length === 0),
    ),
  );
}
