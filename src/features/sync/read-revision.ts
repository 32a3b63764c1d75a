import { KnownError } from '../../base/index.ts';
import type { Mirror, TreeFile } from '../../lib/git/index.ts';
import { cleanRoot, parseManifests, selectFiles } from '../../lib/manifest/index.ts';
import type { Manifest, ManifestFailure } from '../../lib/manifest/index.ts';

/** What one revision of a repository declares. */
export interface Reading {
  readonly revision: string;
  readonly manifests: readonly Manifest[];
  readonly failures: readonly ManifestFailure[];
  /**
   * What the files that cannot be read now declared when they last could: those objects stay as they
   * are. `undefined`: some file never was readable, so nobody knows what it stands for.
   */
  readonly lastGood: readonly Manifest[] | undefined;
}

interface ReadFile {
  readonly oid: string;
  readonly manifests: readonly Manifest[];
  readonly failure?: ManifestFailure;
}

type Source = Pick<Mirror, 'files' | 'read' | 'load' | 'log'>;

/** Reads revisions; files whose content did not change are not read again, and keep their objects' identity. */
export interface RevisionReader {
  /** The signal ends commands that make manifests. */
  read(revision: string, signal?: AbortSignal): Promise<Reading>;
}

/** How far back a file that cannot be read is followed to find what it declared. */
const historyLimit = 20;

/** A reader of the manifests below `paths`. Throws `KnownError('not-found')` when one of them is not there. */
export function createRevisionReader(mirror: Source, paths: readonly string[]): RevisionReader {
  let known = new Map<string, ReadFile>();
  let good = new Map<string, readonly Manifest[]>();
  return {
    async read(revision) {
      const files = await manifestFiles(mirror, revision, paths);
      const now = new Map<string, ReadFile>();
      for (const file of files) {
        const before = known.get(file.path);
        const isSame = before?.oid === file.oid && file.mode !== '120000';
        now.set(file.path, isSame ? before : await readFile(mirror, revision, file));
      }
      const all = [...now];
      const lastGood = new Map<string, readonly Manifest[]>();
      for (const [path, { manifests, failure }] of all) {
        const kept =
          failure === undefined
            ? manifests
            : (good.get(path) ?? (await historyOf(mirror, revision, path)));
        if (kept !== undefined) lastGood.set(path, kept);
      }
      known = now;
      good = lastGood;
      return readingOf(revision, all, lastGood);
    },
  };
}

function readingOf(
  revision: string,
  all: ReadonlyArray<readonly [string, ReadFile]>,
  good: ReadonlyMap<string, readonly Manifest[]>,
): Reading {
  const bad = all.filter(([, { failure }]) => failure !== undefined);
  return {
    revision,
    manifests: all.flatMap(([, { manifests }]) => manifests),
    failures: bad.flatMap(([, { failure }]) => failure ?? []),
    lastGood: bad.every(([path]) => good.has(path))
      ? bad.flatMap(([path]) => good.get(path) ?? [])
      : undefined,
  };
}

async function manifestFiles(
  mirror: Source,
  revision: string,
  paths: readonly string[],
): Promise<TreeFile[]> {
  const { files, missing } = selectFiles(await mirror.files(revision), paths);
  if (missing.length > 0) {
    throw new KnownError(
      'not-found',
      `unable to read root path "${missing[0]}": it is not in revision ${revision.slice(0, 7)}`,
      { retry: 'when-changed' },
    );
  }
  return files.filter(({ mode }) => mode !== '160000');
}

async function readFile(mirror: Source, revision: string, file: TreeFile): Promise<ReadFile> {
  const { oid, path } = file;
  const bytes = await contentOf(mirror, revision, file);
  if (bytes === undefined) return { oid, manifests: [] };
  const { manifests, failures } = parseManifests([{ path, text: bytes.toString('utf8') }]);
  const [failure] = failures;
  return failure === undefined ? { oid, manifests } : { oid, manifests: [], failure };
}

/** A link to a folder or out of the repository has no content. */
async function contentOf(
  mirror: Source,
  revision: string,
  file: TreeFile,
): Promise<Buffer | undefined> {
  if (file.mode !== '120000') return mirror.read(file.oid);
  const [target] = await mirror.load({ revision, paths: [file.path] });
  return target?.content;
}

/** What a file declared when it could last be read; undefined when it never could, as far as we look. */
async function historyOf(
  mirror: Source,
  revision: string,
  path: string,
): Promise<readonly Manifest[] | undefined> {
  const commits = await mirror.log({ to: revision, paths: [cleanRoot(path)], limit: historyLimit });
  for (const commit of commits) {
    const [file] = await mirror.files(commit.revision, [path]);
    if (file === undefined) continue;
    const read = await readFile(mirror, commit.revision, file);
    if (read.failure === undefined) return read.manifests;
  }
  return undefined;
}
