import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownError, messageOf } from '../../../base/index.ts';
import type { ChartSource } from '../../../api/helm-release/index.ts';
import { loadChart, openChartRepository } from '../../../lib/helm/index.ts';
import type { Chart, FetchPorts, RepositoryCredentials } from '../../../lib/helm/index.ts';
import type { FetchedChart } from '../wanted.ts';

export type RepositoryChartSource = Extract<ChartSource, { type: 'repository' }>;

export interface RepositoryChartPorts extends FetchPorts {
  /** Downloaded archives are kept below it. */
  readonly dataDir: string;
  readonly repositoryCredentials?: (url: string) => Promise<RepositoryCredentials | undefined>;
}

/** Charts of HTTP repositories, downloaded once per version. */
export interface RepositoryCharts {
  fetch(source: RepositoryChartSource): Promise<FetchedChart>;
}

export function createRepositoryCharts(ports: RepositoryChartPorts): RepositoryCharts {
  const charts = new Map<string, Promise<FetchedChart>>();
  return {
    fetch: async (source) => {
      const file = cacheFile(ports, source);
      const known = charts.get(file) ?? fetchOne(ports, source, file);
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

async function fetchOne(
  ports: RepositoryChartPorts,
  source: RepositoryChartSource,
  file: string,
): Promise<FetchedChart> {
  const cached = await readFile(file).catch(() => undefined);
  const archive = cached ?? (await download(ports, source, file));
  const chart: Chart = await loadChart(archive);
  return {
    chart,
    revision: chart.metadata.version,
    digest: createHash('sha256').update(archive).digest('hex'),
  };
}

async function download(
  ports: RepositoryChartPorts,
  source: RepositoryChartSource,
  file: string,
): Promise<Buffer> {
  const url = cleanUrl(source.repository);
  const credentials = await ports.repositoryCredentials?.(url);
  const repository = openChartRepository({
    ...ports,
    url,
    ...(credentials === undefined ? {} : { credentials }),
  });
  const { archive } = await repository.fetchChart(source.name, source.version);
  await mkdir(join(file, '..'), { recursive: true, mode: 0o750 });
  const part = `${file}.part`;
  await writeFile(part, archive);
  await rename(part, file);
  return archive;
}

function cacheFile(ports: RepositoryChartPorts, source: RepositoryChartSource): string {
  const { repository, name, version } = source;
  const folder = folderName(cleanUrl(repository));
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
