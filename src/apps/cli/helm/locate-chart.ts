import { stat } from 'node:fs/promises';
import path from 'node:path';
import { KnownError, hide } from '../../../base/index.ts';
import { loadChart, openChartRepository } from '../../../lib/helm/index.ts';
import type { Chart, ChartRepository, RepositoryCredentials } from '../../../lib/helm/index.ts';
import type { Call } from '../cobra/index.ts';
import { findRepository } from './repositories.ts';

/** A chart that was asked for, and where it was found. */
export interface LocatedChart {
  readonly chart: Chart;
  /** Path or URL, for texts. */
  readonly source: string;
}

/** Finds a chart as Helm does: a path, `--repo URL`, `repository/name`, or an absolute URL. */
export async function locateChart(call: Call, name: string): Promise<LocatedChart> {
  const { io, flags } = call;
  const local = path.resolve(io.cwd, name.trim());
  if (await isThere(local)) return { chart: await loadChart(local), source: name };
  if (path.isAbsolute(name) || name.startsWith('.')) {
    throw new KnownError('not-found', `path ${JSON.stringify(name)} not found`);
  }
  const archive = await downloadChart(call, name, flags.string('version'));
  return { chart: await loadChart(archive), source: name };
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** The archive of a chart that is not on disk. */
export async function downloadChart(call: Call, name: string, version: string): Promise<Buffer> {
  if (name.startsWith('oci://')) {
    throw new KnownError('unsupported', 'charts in OCI registries are not supported yet');
  }
  const wanted = version === '' && call.flags.bool('devel') ? '>0.0.0-0' : version;
  const url = call.flags.string('repo');
  if (url !== '') return (await repositoryAt(call, url).fetchChart(name, wanted)).archive;
  if (/^https?:\/\//.test(name)) return fetchAbsolute(call, name);
  const slash = name.indexOf('/');
  if (slash <= 0) {
    throw new KnownError(
      'invalid',
      `non-absolute URLs should be in form of repo_name/path_to_chart, got: ${name}`,
    );
  }
  const known = await findRepository(call, name.slice(0, slash));
  const repository = openChartRepository({ ...fetching(call), ...known });
  return (await repository.fetchChart(name.slice(slash + 1), wanted)).archive;
}

function repositoryAt(call: Call, url: string): ChartRepository {
  const credentials = credentialsOf(call);
  return openChartRepository({
    ...fetching(call),
    url,
    ...(credentials === undefined ? {} : { credentials }),
  });
}

function fetchAbsolute(call: Call, url: string): Promise<Buffer> {
  const repository = repositoryAt(call, new URL('.', url).href);
  const metadata = { name: url, version: '', apiVersion: 'v2' };
  return repository.download({ metadata, urls: [url], created: '', digest: '', raw: {} });
}

/** What a request of the command line is made with. */
export function fetching({
  io,
}: Call): Pick<Parameters<typeof openChartRepository>[0], 'transport' | 'clock' | 'signal'> {
  return { transport: (request) => fetch(request), clock: io.clock, signal: io.signal };
}

function credentialsOf({ flags }: Call): RepositoryCredentials | undefined {
  const username = flags.string('username');
  if (username === '') return undefined;
  return {
    username,
    password: hide(flags.string('password')),
    passToAll: flags.bool('pass-credentials'),
  };
}
