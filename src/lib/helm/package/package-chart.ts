import { crc32, deflateRawSync } from 'node:zlib';
import { stringify } from '../../yaml/index.ts';
import type { Chart, ChartFile, ChartMetadata } from '../chart/chart.ts';
import { dependencyJson, metadataJson } from '../release/codec.ts';

/** A packaged chart: `NAME-VERSION.tgz` and its bytes. */
export interface PackagedChart {
  readonly filename: string;
  readonly archive: Buffer;
}

/**
 * Packs a chart as `helm package` does: Chart.yaml written anew with sorted keys, then the lock,
 * values, schema, templates, other files and the charts below it. Every file is dated `now`.
 */
export async function packageChart(chart: Chart, now: Date): Promise<PackagedChart> {
  const { name, version } = chart.metadata;
  const tar = await tarOf(chartFiles(chart, name), now);
  return { filename: `${name}-${version}.tgz`, archive: gzipOf(tar) };
}

function chartFiles(chart: Chart, folder: string): ChartFile[] {
  const { metadata } = chart;
  const text = (name: string, data: string): ChartFile => ({ name, data: Buffer.from(data) });
  const files: ChartFile[] = [
    text('Chart.yaml', stringify(metadataJson(packedMetadata(metadata)))),
  ];
  if (metadata.apiVersion === 'v2' && chart.lock !== undefined) {
    const { lock } = chart;
    const dependencies = lock.dependencies.map(dependencyJson);
    files.push(text('Chart.lock', stringify({ ...lock, dependencies })));
  }
  files.push(...chart.raw.filter((file) => file.name === 'values.yaml'));
  if (chart.schema !== undefined) files.push({ name: 'values.schema.json', data: chart.schema });
  files.push(...chart.templates, ...chart.files);
  return [
    ...files.map(({ name, data }) => ({ name: `${folder}/${name}`, data })),
    ...chart.dependencies.flatMap((child) =>
      chartFiles(child, `${folder}/charts/${child.metadata.name}`),
    ),
  ];
}

/** A v1 chart keeps its dependencies in requirements.yaml, which is among its files. */
function packedMetadata(metadata: ChartMetadata): ChartMetadata {
  if (metadata.apiVersion !== 'v1') return metadata;
  const { dependencies: _dependencies, ...rest } = metadata;
  return rest;
}

async function tarOf(files: readonly ChartFile[], mtime: Date): Promise<Buffer> {
  const { pack } = await import('tar-stream');
  const archive = pack();
  for (const { name, data } of files) {
    archive.entry({ name, mode: 0o644, mtime, uid: 0, gid: 0 }, Buffer.from(data));
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

// Helm marks its archives with these two header fields.
const extra = '+aHR0cHM6Ly95b3V0dS5iZS96OVV6MWljandyTQo=';
const comment = 'Helm\0';

function gzipOf(tar: Buffer): Buffer {
  const head = Buffer.from([0x1f, 0x8b, 8, 0x14, 0, 0, 0, 0, 0, 0xff, extra.length, 0]);
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(crc32(tar), 0);
  tail.writeUInt32LE(tar.length % 2 ** 32, 4);
  return Buffer.concat([head, Buffer.from(extra + comment), deflateRawSync(tar), tail]);
}
