import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { KnownError } from '../../../../base/index.ts';
import { compareVersions } from '../../../../lib/gotemplate/index.ts';
import { isCompatible, loadChart, metadataJson, versionIn } from '../../../../lib/helm/index.ts';
import type { ChartMetadata } from '../../../../lib/helm/index.ts';
import { createRegistryClient, digestOf } from '../../../../lib/oci/index.ts';
import type { Descriptor, ImageRef, RegistryClient } from '../../../../lib/oci/index.ts';
import { accessOf, transportTo } from '../access.ts';
import type { Call } from '../../cobra/index.ts';
import type { DownloadedChart } from '../locate-chart.ts';
import { storedLogin } from '../registry/credentials.ts';
import { inOrasWords } from '../registry/oras-text.ts';
import { goJson } from '../table.ts';

const configType = 'application/vnd.cncf.helm.config.v1+json';
const chartType = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
const oldChartType = 'application/tar+gzip';
const provenanceType = 'application/vnd.cncf.helm.chart.provenance.v1.prov';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const maxBytes = 100 * 1024 * 1024;

/** Takes `oci://host/path[:tag|@digest]` apart. */
function refOf(text: string): ImageRef {
  const named = text.slice('oci://'.length).replace(/\/+$/, '');
  const [, domain = '', rest = ''] = /^([^/]+)\/(.+)$/.exec(named) ?? [];
  if (domain === '' || rest === '') {
    throw new KnownError('invalid', `invalid reference: ${named}: want oci://HOST/PATH/NAME`);
  }
  const [, place = rest, digest] = /^([^@]+)@(.+)$/.exec(rest) ?? [];
  const colon = place.lastIndexOf(':');
  const [name, tag] = colon < 0 ? [place] : [place.slice(0, colon), place.slice(colon + 1)];
  return {
    domain,
    path: name,
    text: named,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

async function clientFor(call: Call, { domain }: ImageRef): Promise<RegistryClient> {
  const { credentials, tls } = accessOf(call);
  const known = credentials ?? (await storedLogin(call, domain));
  return createRegistryClient({
    transport: transportTo(call.io, `https://${domain}`, tls),
    clock: call.io.clock,
    credentials: (registry) => Promise.resolve(registry === domain ? known : undefined),
    insecureHosts: call.flags.bool('plain-http') ? [domain] : [],
  });
}

/** A tag cannot hold `+`, so Helm writes `_`. */
function tagOf(version: string): string {
  return version.replaceAll('+', '_');
}

/** Downloads a chart from a registry; the tag is chosen by `version` as a text or constraint. */
export async function pullChart(
  call: Call,
  name: string,
  version: string,
): Promise<DownloadedChart> {
  const asked = refOf(name);
  const client = await clientFor(call, asked);
  const ref = await pinned(call, client, { asked, version });
  const { manifest, digest } = await inOrasWords(
    () => client.manifest(ref, call.io.signal),
    (text, { status }) => {
      const what = status === 404 ? `${ref.text}: not found` : text;
      return `failed to perform "FetchReference" on source: ${what}`;
    },
  );
  const { layers = [] } = manifest as { readonly layers?: readonly Descriptor[] };
  const layer = layers.find(({ mediaType }) => [chartType, oldChartType].includes(mediaType));
  const shown = `${ref.domain}/${ref.path}:${ref.tag ?? ''}`;
  if (layer === undefined) {
    throw new KnownError(
      'invalid',
      `${shown} is no chart: its manifest does not contain a layer with mediatype ${chartType}`,
    );
  }
  const archive = await blobOf(client, ref, layer);
  const signed = layers.find(({ mediaType }) => mediaType === provenanceType);
  const provenance =
    call.flags.changed('prov') && call.flags.bool('prov') && signed !== undefined
      ? { provenance: await blobOf(client, ref, signed) }
      : {};
  call.io.stderr.write(`Pulled: ${shown}\nDigest: ${digest}\n`);
  const base = ref.path.slice(ref.path.lastIndexOf('/') + 1);
  return { archive, filename: `${base}-${ref.tag ?? digest}.tgz`, ...provenance };
}

async function blobOf(client: RegistryClient, ref: ImageRef, layer: Descriptor): Promise<Buffer> {
  if (layer.size > maxBytes) {
    throw new KnownError('too-large', `the chart ${ref.text} has more than ${maxBytes} bytes`);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of await client.blob(ref, layer.digest)) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new KnownError('too-large', `the chart ${ref.text} has more than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function pinned(
  call: Call,
  client: RegistryClient,
  { asked, version }: { asked: ImageRef; version: string },
): Promise<ImageRef> {
  if (asked.digest !== undefined) return asked;
  if (asked.tag !== undefined) {
    if (version === '' || tagOf(version) === asked.tag) return asked;
    throw new KnownError(
      'invalid',
      `chart reference and version mismatch: ${version} is not ${asked.tag}`,
    );
  }
  const isExact = /^v?\d+\.\d+\.\d+([-+].*)?$/.test(version);
  const tag = isExact ? tagOf(version) : await newestTag(call, client, { ref: asked, version });
  return { ...asked, tag, text: `${asked.text}:${tag}` };
}

async function newestTag(
  call: Call,
  client: RegistryClient,
  { ref, version }: { ref: ImageRef; version: string },
): Promise<string> {
  const found = await versionsOf(call, client, ref);
  const right = found.find((each) => isCompatible(version || '*', each));
  if (right !== undefined) return tagOf(right);
  throw new KnownError(
    'not-found',
    found.length === 0
      ? `Unable to locate any tags in provided repository: oci://${ref.text}`
      : `Could not locate a version matching provided version string ${version}`,
  );
}

async function versionsOf(call: Call, client: RegistryClient, ref: ImageRef): Promise<string[]> {
  const tags = await inOrasWords(() => client.tags(ref, call.io.signal));
  return tags
    .map((tag) => ({ tag: tag.replaceAll('_', '+') }))
    .flatMap(({ tag }) => {
      const parsed = versionIn(tag);
      return parsed === undefined ? [] : [{ tag, parsed }];
    })
    .toSorted((a, b) => compareVersions(b.parsed, a.parsed))
    .map(({ tag }) => tag);
}

/** The newest version of a chart in a registry that satisfies a constraint, or undefined. */
export async function registryVersion(
  call: Call,
  name: string,
  constraint: string,
): Promise<string | undefined> {
  const ref = refOf(name);
  const found = await versionsOf(call, await clientFor(call, ref), ref);
  return found.find((version) => isCompatible(constraint || '*', version));
}

/** Uploads an archive to `oci://host/path`: name and tag are the chart's. */
export async function pushChart(call: Call, file: string, remote: string): Promise<void> {
  const { io } = call;
  const archive = await readArchive(path.resolve(io.cwd, file), file);
  const { metadata } = await loadChart(archive);
  const tag = tagOf(metadata.version);
  const place = `${remote.replace(/\/+$/, '')}/${metadata.name}`;
  const ref: ImageRef = { ...refOf(place), tag };
  const client = await clientFor(call, ref);
  const config = Buffer.from(goJson(metadataJson(metadata)));
  const layers = [{ mediaType: chartType, bytes: archive }];
  const signature = await readFile(`${path.resolve(io.cwd, file)}.prov`).catch(() => undefined);
  if (signature !== undefined) layers.push({ mediaType: provenanceType, bytes: signature });
  for (const bytes of [config, ...layers.map((layer) => layer.bytes)]) {
    await client.pushBlob(ref, { digest: digestOf(bytes), bytes });
  }
  const manifest = {
    schemaVersion: 2,
    config: descriptorOf(configType, config),
    layers: layers.map(({ mediaType, bytes }) => descriptorOf(mediaType, bytes)),
    annotations: annotationsOf(metadata, io.clock.now()),
  };
  const bytes = Buffer.from(goJson(manifest));
  const digest = await client.pushManifest(ref, { mediaType: manifestType, bytes });
  io.stderr.write(`Pushed: ${ref.domain}/${ref.path}:${tag}\nDigest: ${digest}\n`);
}

async function readArchive(file: string, shown: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (thrown) {
    throw new KnownError('not-found', `${shown}: no such file`, {
      cause: thrown,
    });
  }
}

function descriptorOf(mediaType: string, bytes: Uint8Array): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

function annotationsOf(metadata: ChartMetadata, now: Date): Record<string, string> {
  const { name, version, description = '', home = '', sources = [], maintainers = [] } = metadata;
  const authors = maintainers.map((each) =>
    [each.name ?? '', (each.email ?? '') === '' ? '' : `(${each.email})`].filter(Boolean).join(' '),
  );
  const own: Record<string, string> = {
    created: now.toISOString().replace(/\.\d+Z$/, 'Z'),
    title: name,
    version,
    description,
    url: home,
    source: sources[0] ?? '',
    authors: authors.join(', '),
  };
  const standard = Object.entries(own)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => [`org.opencontainers.image.${key}`, value] as const);
  const extra = Object.entries(metadata.annotations ?? {});
  const all = new Map([...extra, ...standard]);
  return Object.fromEntries([...all].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
