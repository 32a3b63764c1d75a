import { stat } from 'node:fs/promises';
import path from 'node:path';
import { KnownError } from '../../../base/index.ts';
import { findChart, loadChart, openChartRepository, resolveUrl } from '../../../lib/helm/index.ts';
import type { Chart, ChartRepository, IndexEntry } from '../../../lib/helm/index.ts';
import { accessOf, fetching } from './access.ts';
import { refuse } from './refuse.ts';
import type { Access } from './access.ts';
import type { Call } from '../cobra/index.ts';
import { missingDependencies } from './check-chart.ts';
import { accessTo, cachedIndex, findRepository } from './repositories.ts';

/** A chart that was asked for, and where it was found. */
export interface LocatedChart {
  readonly chart: Chart;
  /** Path or URL, for texts. */
  readonly source: string;
}

/** A chart's archive, and the name it has as a file. */
export interface DownloadedChart {
  readonly archive: Buffer;
  readonly filename: string;
  /** The signature beside it, when it was asked for and is there. */
  readonly provenance?: Buffer;
}

/**
 * Finds a chart as Helm does: a path, `--repo URL`, an OCI registry, `repository/name` in the index
 * that was last fetched, or an absolute URL. `--dependency-update` fetches what is missing in charts/.
 */
export async function locateChart(call: Call, name: string): Promise<LocatedChart> {
  const { io, flags } = call;
  refuse(call, ['verify', 'keyring']);
  const local = path.resolve(io.cwd, name.trim());
  if (await isThere(local)) return { chart: await localChart(call, local), source: name };
  if (path.isAbsolute(name) || name.startsWith('.')) {
    throw new KnownError('not-found', `path ${JSON.stringify(name)} not found`);
  }
  const { archive } = await downloadChart(call, name, flags.string('version'));
  return { chart: await loadChart(archive), source: name };
}

async function localChart(call: Call, folder: string): Promise<Chart> {
  const chart = await loadChart(folder);
  if (!call.flags.changed('dependency-update') || !call.flags.bool('dependency-update'))
    return chart;
  if (missingDependencies(chart).length === 0) return chart;
  const { updateDependencies } = await import('./charts/update-dependencies.ts');
  await updateDependencies(call, folder, { skipRefresh: false });
  return loadChart(folder);
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** The archive of a chart that is not on disk. */
export async function downloadChart(
  call: Call,
  name: string,
  version: string,
): Promise<DownloadedChart> {
  const { flags } = call;
  const wanted = version === '' && flags.bool('devel') ? '>0.0.0-0' : version;
  if (name.startsWith('oci://')) {
    const { pullChart } = await import('./charts/registry.ts');
    return pullChart(call, name, wanted);
  }
  const url = flags.string('repo');
  if (url !== '') {
    const repository = repositoryAt(call, url, accessOf(call));
    const { entry, archive } = await repository.fetchChart(name, wanted);
    return { archive, filename: filenameOf(entry), ...(await signature(call, repository, entry)) };
  }
  if (/^https?:\/\//.test(name)) return downloadAbsolute(call, name);
  return downloadKnown(call, name, wanted);
}

/** `repository/chart` of repositories.yaml. */
async function downloadKnown(call: Call, name: string, version: string): Promise<DownloadedChart> {
  const slash = name.indexOf('/');
  if (slash <= 0) {
    throw new KnownError(
      'invalid',
      `non-absolute URLs should be in form of repo_name/path_to_chart, got: ${name}`,
    );
  }
  const known = await findRepository(call, name.slice(0, slash));
  const index = await cachedIndex(call, known.name);
  const chart = name.slice(slash + 1);
  const entry = findChart(index, chart, version);
  if (entry === undefined) {
    const why = index.entries.has(chart)
      ? `no chart version found for ${chart}-${version}`
      : 'no chart name found';
    throw new KnownError(
      'not-found',
      `chart ${JSON.stringify(chart)} matching ${version} not found in ${known.name} index. (try 'helm repo update'): ${why}`,
    );
  }
  const given = accessOf(call);
  const own = accessTo(known);
  const repository = repositoryAt(call, known.url, { ...given, ...own });
  const archive = await repository.download(entry);
  return { archive, filename: filenameOf(entry), ...(await signature(call, repository, entry)) };
}

async function downloadAbsolute(call: Call, url: string): Promise<DownloadedChart> {
  const repository = repositoryAt(call, new URL('.', url).href, accessOf(call));
  const entry = entryAt(url, url);
  const archive = await repository.download(entry);
  return { archive, filename: filenameOf(entry), ...(await signature(call, repository, entry)) };
}

function entryAt(name: string, url: string): IndexEntry {
  return {
    metadata: { name, version: '', apiVersion: 'v2' },
    urls: [url],
    created: '',
    digest: '',
    raw: {},
  };
}

function filenameOf({ urls }: IndexEntry): string {
  const { pathname } = new URL(urls[0] ?? '', 'http://none/');
  return decodeURIComponent(pathname.slice(pathname.lastIndexOf('/') + 1));
}

async function signature(
  call: Call,
  repository: ChartRepository,
  entry: IndexEntry,
): Promise<{ provenance?: Buffer }> {
  if (!call.flags.changed('prov') || !call.flags.bool('prov')) return {};
  const url = new URL(resolveUrl('http://none/', entry.urls[0] ?? ''));
  url.pathname += '.prov';
  const place = url.host === 'none' ? url.pathname.slice(1) + url.search : url.href;
  return { provenance: await repository.download(entryAt(entry.metadata.name, place)) };
}

/** A repository by its URL. */
export function repositoryAt(call: Call, url: string, access: Access): ChartRepository {
  const { credentials, tls } = access;
  return openChartRepository({
    ...fetching(call.io, url, tls),
    url,
    ...(credentials === undefined ? {} : { credentials }),
  });
}
