import { KnownError } from '../../../base/index.ts';
import { compareVersions, isCompatible, loadChart, versionIn } from '../../../lib/helm/index.ts';
import type { Chart, RepositoryCredentials } from '../../../lib/helm/index.ts';
import type { Transport } from '../../../lib/http/index.ts';
import { createRegistryClient } from '../../../lib/oci/index.ts';
import type { Descriptor, ImageRef, RegistryClient } from '../../../lib/oci/index.ts';
import type { Clock } from '../../../base/index.ts';

/** Helm's own media type for a chart, and the one before it. */
const chartTypes: readonly unknown[] = [
  'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  'application/tar+gzip',
];
const maxBytes = 100 * 1024 * 1024;

export interface OciPorts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** For this registry only. */
  readonly credentials?: RepositoryCredentials;
  /** Registries that speak plain HTTP. */
  readonly insecureHosts?: readonly string[];
}

/** A chart below `oci://host/path`. */
export interface OciChart {
  /** `oci://host/path`, without the chart's name. */
  readonly repository: string;
  readonly name: string;
  /** A version or a constraint. */
  readonly version: string;
}

export function isOci(url: string): boolean {
  return url.startsWith('oci://');
}

/** The archive of a chart in a registry: its tag is the version, else the highest that satisfies it. */
export async function fetchOciChart(ports: OciPorts, chart: OciChart): Promise<Buffer> {
  const ref = refOf(chart);
  const { credentials } = ports;
  const client = createRegistryClient({
    transport: ports.transport,
    clock: ports.clock,
    insecureHosts: ports.insecureHosts ?? [],
    credentials: (registry) => Promise.resolve(registry === ref.domain ? credentials : undefined),
  });
  const tag = await tagFor(ports, client, { ref, chart });
  const tagged = { ...ref, tag, text: `${ref.text}:${tag}` };
  const { manifest } = await client.manifest(tagged, ports.signal);
  const { layers = [] } = manifest as { readonly layers?: readonly Descriptor[] };
  const layer = layers.find(({ mediaType }) => chartTypes.includes(mediaType));
  if (layer !== undefined) return blobOf(client, tagged, layer);
  throw new KnownError(
    'invalid',
    `oci://${tagged.text} is no chart: its manifest does not contain a layer with mediatype ${String(chartTypes[0])}`,
  );
}

/** The same, read. */
export async function loadOciChart(ports: OciPorts, chart: OciChart): Promise<Chart> {
  return loadChart(await fetchOciChart(ports, chart));
}

function refOf({ repository, name }: OciChart): ImageRef {
  const text = `${repository.slice('oci://'.length).replace(/\/+$/, '')}/${name}`;
  const [, domain, path] = /^([^/]+)\/(.+)$/.exec(text) ?? [];
  if (domain === undefined || path === undefined || /[@\s]|\/\//.test(text)) {
    throw new KnownError('invalid', `invalid reference: ${text}: want oci://HOST/PATH and a name`);
  }
  return { domain, path, text };
}

/** A tag cannot hold `+`, so Helm writes `_`. */
async function tagFor(
  { signal }: OciPorts,
  client: RegistryClient,
  { ref, chart }: { ref: ImageRef; chart: OciChart },
): Promise<string> {
  const { version } = chart;
  if (/^v?\d+\.\d+\.\d+([-+].*)?$/.test(version)) return version.replaceAll('+', '_');
  const versions = (await client.tags(ref, signal))
    .map((tag) => tag.replaceAll('_', '+'))
    .flatMap((tag) => {
      const parsed = versionIn(tag);
      return parsed === undefined ? [] : [{ tag, parsed }];
    })
    .toSorted((a, b) => compareVersions(b.parsed, a.parsed));
  const found = versions.find(({ tag }) => isCompatible(version, tag));
  if (found !== undefined) return found.tag.replaceAll('+', '_');
  throw new KnownError(
    'not-found',
    versions.length === 0
      ? `unable to locate any tags in provided repository: oci://${ref.text}`
      : `Could not locate a version matching provided version string ${version}`,
  );
}

async function blobOf(client: RegistryClient, ref: ImageRef, layer: Descriptor): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of await client.blob(ref, layer.digest)) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new KnownError(
        'too-large',
        `the chart oci://${ref.text} has more than ${maxBytes} bytes`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
