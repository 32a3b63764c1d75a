import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownError, keyText, messageOf } from '../../../base/index.ts';
import type { Key } from '../../../base/index.ts';
import type { ChartSource } from '../../../api/helm-release/index.ts';
import { loadChart, openChartRepository } from '../../../lib/helm/index.ts';
import type { Chart, FetchPorts, RepositoryCredentials } from '../../../lib/helm/index.ts';
import type { Transport } from '../../../lib/http/index.ts';
import type { Cluster } from '../../../lib/kube/index.ts';
import type { FetchedChart } from '../wanted.ts';
import type { KnownRepositories } from './known-repositories.ts';
import { fetchOciChart, isOci } from './oci-chart.ts';
import { onlyFor, readPullSecret } from './pull-secret.ts';
import type { RepositoryAccess, TlsFiles } from './pull-secret.ts';

export type RepositoryChartSource = Extract<ChartSource, { type: 'repository' }>;

export interface RepositoryChartPorts extends FetchPorts {
  /** Downloaded archives are kept below it. */
  readonly dataDir: string;
  readonly cluster: Cluster;
  /** Makes a transport with a repository's own TLS files. */
  readonly tlsTransport: (tls: TlsFiles) => Transport;
  readonly repositoryCredentials?: (url: string) => Promise<RepositoryCredentials | undefined>;
  readonly known: KnownRepositories;
  /** Registries that speak plain HTTP. */
  readonly insecureHosts: readonly string[];
}

/** Charts of HTTP repositories and of registries, downloaded once per version. */
export interface RepositoryCharts {
  /** `namespace` is where the chart's pull secret is. */
  fetch(source: RepositoryChartSource, namespace: string): Promise<FetchedChart>;
}

export function createRepositoryCharts(ports: RepositoryChartPorts): RepositoryCharts {
  const charts = new Map<string, Promise<FetchedChart>>();
  return {
    fetch: async (source, namespace) => {
      const secret = source.chartPullSecret && { namespace, name: source.chartPullSecret.name };
      const file = cacheFile(ports, source, secret);
      const known = charts.get(file) ?? fetchOne(ports, { source, secret }, file);
      charts.set(file, known);
      try {
        return await known;
      } catch (thrown) {
        charts.delete(file);
        if (!(thrown instanceof KnownError)) throw thrown;
        throw new KnownError(thrown.code, `chart unavailable: ${messageOf(thrown)}`, {
          cause: thrown,
          retry: thrown.retry,
        });
      }
    },
  };
}

interface Wanted {
  readonly source: RepositoryChartSource;
  readonly secret: Key | undefined;
}

async function fetchOne(
  ports: RepositoryChartPorts,
  wanted: Wanted,
  file: string,
): Promise<FetchedChart> {
  const cached = await readFile(file).catch(() => undefined);
  const archive = cached ?? (await download(ports, wanted, file));
  const chart: Chart = await loadChart(archive);
  return {
    chart,
    revision: chart.metadata.version,
    digest: createHash('sha256').update(archive).digest('hex'),
  };
}

async function download(
  ports: RepositoryChartPorts,
  { source, secret }: Wanted,
  file: string,
): Promise<Buffer> {
  const access = await accessTo(ports, { source, secret });
  const archive = isOci(source.repository)
    ? await fetchOciChart({ ...ports, ...access }, source)
    : await fromRepository({ ...ports, ...access }, source);
  await mkdir(join(file, '..'), { recursive: true, mode: 0o750 });
  const part = `${file}.part`;
  await writeFile(part, archive);
  await rename(part, file);
  return archive;
}

async function fromRepository(
  ports: FetchPorts & RepositoryAccess,
  source: RepositoryChartSource,
): Promise<Buffer> {
  const repository = openChartRepository({ ...ports, url: cleanUrl(source.repository) });
  return (await repository.fetchChart(source.name, source.version)).archive;
}

/** The pull secret's, before what the operator was given for everybody. */
async function accessTo(
  ports: RepositoryChartPorts,
  { source, secret }: Wanted,
): Promise<RepositoryAccess> {
  const { transport: plain, tlsTransport: withTls } = ports;
  const url = cleanUrl(source.repository).replace(/^oci:/, 'https:');
  if (secret !== undefined) return readPullSecret(ports.cluster, secret, { url, plain, withTls });
  const known = await ports.known.at(source.repository);
  const credentials = (await ports.repositoryCredentials?.(url)) ?? known?.credentials;
  const tls = known?.tls ?? {};
  return {
    ...(credentials === undefined ? {} : { credentials }),
    ...(Object.keys(tls).length === 0
      ? {}
      : { transport: onlyFor(url, { own: withTls(tls), plain }) }),
  };
}

/** What came by a pull secret is kept apart: who does not have the secret does not get the chart. */
function cacheFile(
  ports: RepositoryChartPorts,
  source: RepositoryChartSource,
  secret: Key | undefined,
): string {
  const { repository, name, version } = source;
  const shared = folderName(cleanUrl(repository));
  const folder =
    secret === undefined
      ? shared
      : createHash('sha256')
          .update(`${keyText(secret)} ${shared}`)
          .digest('hex');
  const plain = `${name}-${version}`;
  // Name and version come from users: what could leave the folder is taken in another form.
  const safe = /^[\w.+~-]+$/.test(plain) ? plain : Buffer.from(plain).toString('base64url');
  return join(ports.dataDir, 'charts', 'v3', folder, `${safe}.tgz`);
}

/** Helm Operator's own name for a repository's folder, unless that is longer than a file name may be. */
function folderName(url: string): string {
  const name = Buffer.from(url).toString('base64url');
  return name.length <= 200 ? name : createHash('sha256').update(url).digest('hex');
}

/** Without query and with exactly one slash at the end. */
function cleanUrl(url: string): string {
  try {
    const parsed = new URL(url);
    parsed.search = '';
    parsed.pathname = `${parsed.pathname.replace(/\/+$/, '')}/`;
    return parsed.href;
  } catch {
    return `${url.replace(/\/+$/, '')}/`;
  }
}
