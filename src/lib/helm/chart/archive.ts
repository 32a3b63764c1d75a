import { gunzipSync } from 'node:zlib';
import { posix } from 'node:path';
import { KnownError } from '../../../base/index.ts';
import type { ChartFile } from './chart.ts';
import { tarEntries } from './tar.ts';

/** Helm's limits, in bytes: all of an unpacked archive, and one file. */
export const maxChartBytes: number = 100 * 1024 * 1024;
export const maxFileBytes: number = 5 * 1024 * 1024;

/**
 * What an archive and the archives in it may unpack to, all together. Helm bounds each of them only, so
 * that one of a few megabytes can fill any memory, or hold itself without end.
 */
const maxNestedBytes = 256 * 1024 * 1024;

/** How much may still be unpacked. */
export interface UnpackBudget {
  left: number;
}

/** The budget of one chart. */
export function unpackBudget(): UnpackBudget {
  return { left: maxNestedBytes };
}

/** More entries than any real chart has; bounds the work an archive of empty files can make. */
const maxEntries = 50_000;

/** The files of a packaged chart, without its top folder. Nothing is written to disk. */
export function archiveFiles(
  archive: Uint8Array,
  budget: UnpackBudget = unpackBudget(),
): ChartFile[] {
  const files: ChartFile[] = [];
  let entries = 0;
  for (const entry of tarEntries(unzip(archive, budget))) {
    if ((entries += 1) > maxEntries) {
      throw new KnownError('too-large', `the chart archive has more than ${maxEntries} entries`);
    }
    if (entry.type === 'folder') continue;
    if (entry.type !== 'file') {
      throw new KnownError(
        'invalid',
        `cannot load irregular file ${entry.name} from the chart archive: it is a link or device`,
      );
    }
    const name = chartPath(entry.name);
    if (entry.size > maxFileBytes) {
      throw new KnownError(
        'too-large',
        `decompressed chart file ${JSON.stringify(entry.name)} is larger than the maximum file size ${maxFileBytes}`,
      );
    }
    files.push({ name, data: withoutBom(entry.data) });
  }
  if (files.length === 0) throw new KnownError('invalid', 'no files in chart archive');
  return files;
}

function unzip(archive: Uint8Array, budget: UnpackBudget): Uint8Array {
  const most = Math.max(1, Math.min(maxChartBytes, budget.left));
  try {
    const tar = gunzipSync(archive, { maxOutputLength: most });
    budget.left -= tar.length;
    return tar;
  } catch (thrown) {
    const code = (thrown as { code?: unknown }).code;
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      throw new KnownError(
        'too-large',
        most < maxChartBytes
          ? `the charts in charts/ are larger together than the maximum size ${maxNestedBytes}`
          : `decompressed chart is larger than the maximum size ${maxChartBytes}`,
      );
    }
    throw new KnownError(
      'invalid',
      'file does not appear to be a gzipped archive; got an unreadable header',
      { cause: thrown },
    );
  }
}

function chartPath(entryName: string): string {
  const delimiter = entryName.includes('\\') ? '\\' : '/';
  const parts = entryName.split(delimiter);
  const rest = parts.slice(1).join('/');
  if (rest.startsWith('/')) {
    throw new KnownError('invalid', 'chart illegally contains absolute paths');
  }
  const name = posix.normalize(rest);
  if (name === '.') {
    throw new KnownError(
      'invalid',
      `chart illegally contains content outside the base directory: ${JSON.stringify(entryName)}`,
    );
  }
  if (name.startsWith('..')) {
    throw new KnownError('invalid', 'chart illegally references parent directory');
  }
  if (/^[a-zA-Z]:\//.test(name)) {
    throw new KnownError('invalid', 'chart contains illegally named files');
  }
  if (parts[0] === 'Chart.yaml') {
    throw new KnownError('invalid', 'chart yaml not in base directory');
  }
  return name;
}

/** The bytes without a leading UTF-8 byte order mark. */
export function withoutBom(data: Uint8Array): Uint8Array {
  const hasBom = data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf;
  return hasBom ? data.subarray(3) : data;
}
