import { KnownError } from '../../base/index.ts';
import type { TreeFile } from '../git/index.ts';
import { cleanRoot, parseManifests } from '../manifest/index.ts';
import type { Manifest, ManifestFailure } from '../manifest/index.ts';
import type { Decrypt } from './decrypt.ts';
import type { Part, Source } from './reading.ts';

interface ReadFile {
  readonly oid: string;
  readonly manifests: readonly Manifest[];
  readonly failure?: ManifestFailure;
  /** Another try may do better although the file is the same: a key was missing. */
  readonly isOpen?: boolean;
}

/** Reads files as they are; one that cannot be read is set aside, the others go on. */
export interface PlainFiles {
  read(revision: string, files: readonly TreeFile[]): Promise<Part>;
}

/** How far back a file that cannot be read is followed to find what it declared. */
const historyLimit = 20;

/** A reader that remembers what it read by object id. */
export function createPlainFiles(source: Source, decrypt?: Decrypt): PlainFiles {
  let known = new Map<string, ReadFile>();
  let good = new Map<string, readonly Manifest[]>();
  const at = { source, ...(decrypt === undefined ? {} : { decrypt }) };
  return {
    async read(revision, files) {
      const now = new Map<string, ReadFile>();
      for (const file of files) {
        if (file.mode === '160000') continue;
        const before = known.get(file.path);
        const isSame = before?.oid === file.oid && file.mode !== '120000' && !before.isOpen;
        now.set(file.path, isSame ? before : await readFile(at, revision, file));
      }
      const all = [...now];
      const lastGood = new Map<string, readonly Manifest[]>();
      for (const [path, { manifests, failure }] of all) {
        const kept =
          failure === undefined
            ? manifests
            : (good.get(path) ?? (await historyOf(at, revision, path)));
        if (kept !== undefined) lastGood.set(path, kept);
      }
      known = now;
      good = lastGood;
      return partOf(all, lastGood);
    },
  };
}

function partOf(
  all: ReadonlyArray<readonly [string, ReadFile]>,
  good: ReadonlyMap<string, readonly Manifest[]>,
): Part {
  const bad = all.filter(([, { failure }]) => failure !== undefined);
  return {
    manifests: all.flatMap(([, { manifests }]) => manifests),
    failures: bad.flatMap(([, { failure }]) => failure ?? []),
    lastGood: bad.every(([path]) => good.has(path))
      ? bad.flatMap(([path]) => good.get(path) ?? [])
      : undefined,
    makers: new Map(),
  };
}

interface At {
  readonly source: Source;
  readonly decrypt?: Decrypt;
}

async function readFile(
  { source, decrypt }: At,
  revision: string,
  file: TreeFile,
): Promise<ReadFile> {
  const { oid, path } = file;
  const bytes = await contentOf(source, revision, file);
  if (bytes === undefined) return { oid, manifests: [] };
  const text = bytes.toString('utf8');
  if (decrypt?.formatOf(path, text) === 'yaml') return readEncrypted(decrypt, { oid, path, text });
  const { manifests, failures } = parseManifests([{ path, text }]);
  const [failure] = failures;
  return failure === undefined ? { oid, manifests } : { oid, manifests: [], failure };
}

/** No text of the opened file may stand in an error, so what is wrong in it is not told in detail. */
async function readEncrypted(
  decrypt: Decrypt,
  { oid, path, text }: { readonly oid: string; readonly path: string; readonly text: string },
): Promise<ReadFile> {
  const failed = (message: string): ReadFile => ({
    oid,
    manifests: [],
    failure: { file: path, message: `${path}: ${message}` },
    isOpen: true,
  });
  let opened: string;
  try {
    opened = await decrypt.open(text, path, 'yaml');
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    return failed(thrown.message);
  }
  const { manifests, failures } = parseManifests([{ path, text: opened }]);
  if (failures.length > 0) return failed('what was encrypted in it is no Kubernetes object');
  return { oid, manifests: manifests.map((each) => ({ ...each, isDecrypted: true })) };
}

/** A link to a folder or out of the repository has no content. */
async function contentOf(
  source: Source,
  revision: string,
  file: TreeFile,
): Promise<Buffer | undefined> {
  if (file.mode !== '120000') return source.read(file.oid);
  const [target] = await source.load({ revision, paths: [file.path] });
  return target?.content;
}

/** What a file declared when it could last be read; undefined when it never could, as far as we look. */
async function historyOf(
  at: At,
  revision: string,
  path: string,
): Promise<readonly Manifest[] | undefined> {
  const paths = [cleanRoot(path)];
  const commits = await at.source.log({ to: revision, paths, limit: historyLimit });
  for (const commit of commits) {
    const [file] = await at.source.files(commit.revision, [path]);
    if (file === undefined) continue;
    const read = await readFile(at, commit.revision, file);
    if (read.failure === undefined) return read.manifests;
  }
  return undefined;
}
