import { createHash } from 'node:crypto';
import { KnownError, messageOf } from '../../../base/index.ts';
import { maxChartBytes } from '../chart/archive.ts';
import { fetchBytes, shown } from './fetch.ts';
import type { FetchPorts, RepositoryCredentials } from './fetch.ts';
import { findChart, parseIndex } from './index-file.ts';
import type { IndexEntry, RepositoryIndex } from './index-file.ts';

/** An index larger than this is refused. */
const maxIndexBytes = 256 * 1024 * 1024;

export interface ChartRepositoryOptions extends FetchPorts {
  /** Where index.yaml is; a query is kept on every request. */
  readonly url: string;
  readonly credentials?: RepositoryCredentials;
}

/** A chart repository over HTTP. Nothing is cached. */
export interface ChartRepository {
  index(): Promise<{ index: RepositoryIndex; text: string }>;
  /** The archive of a version of a chart; its digest is checked when the index tells one. */
  download(entry: IndexEntry): Promise<Buffer>;
  /** Both in one: throws Helm's text when there is no such version. */
  fetchChart(name: string, version?: string): Promise<{ entry: IndexEntry; archive: Buffer }>;
}

/** A client for one repository. */
export function openChartRepository(options: ChartRepositoryOptions): ChartRepository {
  const home = options.url;
  const get = (url: string, maxBytes: number): Promise<Buffer> =>
    fetchBytes(options, {
      url,
      home,
      maxBytes,
      ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    });
  const index = async (): ReturnType<ChartRepository['index']> => {
    try {
      const text = (await get(resolveUrl(home, 'index.yaml'), maxIndexBytes)).toString('utf8');
      return { index: parseIndex(text), text };
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
      throw new KnownError(
        thrown.code,
        `looks like ${JSON.stringify(shown(home))} is not a valid chart repository or cannot be reached: ${messageOf(thrown)}`,
        { cause: thrown },
      );
    }
  };
  const download = async (entry: IndexEntry): Promise<Buffer> => {
    const [url] = entry.urls;
    const { name } = entry.metadata;
    if (url === undefined) {
      throw new KnownError('not-found', `chart ${JSON.stringify(name)} has no downloadable URLs`);
    }
    const archive = await get(resolveUrl(home, url), maxChartBytes);
    checkDigest(archive, entry);
    return archive;
  };
  return {
    index,
    download,
    fetchChart: async (name, version = '') => {
      const entry = findChart((await index()).index, name, version);
      if (entry === undefined) {
        const which = version === '' ? '' : ` version ${JSON.stringify(version)}`;
        throw new KnownError(
          'not-found',
          `chart ${JSON.stringify(name)}${which} not found in ${shown(home)} repository`,
        );
      }
      return { entry, archive: await download(entry) };
    },
  };
}

function checkDigest(archive: Uint8Array, { digest, metadata }: IndexEntry): void {
  const wanted = digest.replace(/^sha256:/, '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(wanted)) return;
  const found = createHash('sha256').update(archive).digest('hex');
  if (found === wanted) return;
  throw new KnownError(
    'invalid',
    `the archive of chart ${metadata.name} ${metadata.version} has digest ${found}, but the index says ${wanted}`,
  );
}

/** An absolute URL as it is; a relative one below the repository's, whose query is kept. */
export function resolveUrl(home: string, url: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return url;
  const base = new URL(home);
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  const resolved = new URL(url, base);
  if (resolved.search === '') resolved.search = base.search;
  return resolved.href;
}
