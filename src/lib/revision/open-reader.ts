import { KnownError } from '../../base/index.ts';
import { cleanRoot, isUnder, selectFiles } from '../manifest/index.ts';
import type { Decrypt } from './decrypt.ts';
import { sopsDecrypt } from './decrypt.ts';
import type { SopsKeySource } from '../sops/index.ts';
import { readGenerated } from './generate/generated.ts';
import type { Generating } from './generate/generated.ts';
import { createKustomizations } from './kustomize/kustomizations.ts';
import type { Kustomizations } from './kustomize/kustomizations.ts';
import { placesOf } from './places.ts';
import type { Place, Tree } from './places.ts';
import { createPlainFiles } from './plain-files.ts';
import type { PlainFiles } from './plain-files.ts';
import { joinParts } from './reading.ts';
import type { Part, RevisionReader, Source } from './reading.ts';

export type { Generating } from './generate/generated.ts';

export interface ReaderOptions {
  readonly source: Source;
  /** Folders or files to read; empty is the whole repository. */
  readonly paths: readonly string[];
  /** Follow `.flux.yaml` files and build kustomizations; absent: every file is read as it is. */
  readonly generating?: Generating;
  /** Open files that SOPS encrypted. */
  readonly sopsKeys?: SopsKeySource;
}

interface Readers {
  readonly plain: PlainFiles;
  readonly scanned: PlainFiles;
  readonly kustomizations: Kustomizations;
}

/**
 * A reader of revisions. With `generating` each git path is read by the `.flux.yaml` in it or in the
 * nearest folder above, as fluxd does with `--manifest-generation`; where there is none, folders with a
 * kustomization file are built and the other files read as they are.
 */
export function openReader(options: ReaderOptions): RevisionReader {
  const { source, generating, sopsKeys } = options;
  const roots = options.paths.length === 0 ? [''] : options.paths.map(cleanRoot);
  const decrypt: Decrypt | undefined = sopsKeys && sopsDecrypt(sopsKeys);
  const readers: Readers = {
    plain: createPlainFiles(source, decrypt),
    scanned: createPlainFiles(source, decrypt),
    kustomizations: createKustomizations(source, decrypt),
  };
  return {
    async read(revision, signal = new AbortController().signal) {
      const tree: Tree = new Map((await source.files(revision)).map((file) => [file.path, file]));
      refuseMissing(tree, roots, revision);
      if (generating === undefined) {
        return joinParts(revision, [await readFiles(readers.plain, revision, tree, roots)]);
      }
      const places = await placesOf(source, tree, roots);
      const parts = await readPlain(readers, revision, tree, places);
      const commands = places.filter((place) => place.is === 'commands');
      if (commands.length > 0) {
        const making = { how: generating, source, revision, tree, signal };
        parts.push(...(await readGenerated(making, commands)));
      }
      return joinParts(revision, parts);
    },
  };
}

/** The git paths that no command reads: kustomizations, and files. */
async function readPlain(
  { plain, scanned, kustomizations }: Readers,
  revision: string,
  tree: Tree,
  places: readonly Place[],
): Promise<Part[]> {
  const files = places.filter((place) => place.is === 'files');
  const scan = files.filter(({ isScan }) => isScan).map(({ root }) => root);
  const rest = files.filter(({ isScan }) => !isScan).map(({ root }) => root);
  const parts: Part[] = [];
  if (scan.length > 0) parts.push(await readFiles(scanned, revision, tree, scan));
  if (rest.length === 0) return parts;
  const kustomized = await kustomizations.read(tree, rest);
  const others = new Map([...tree].filter(([path]) => !kustomized.isTaken(path)));
  parts.push(kustomized, await readFiles(plain, revision, others, rest));
  return parts;
}

function readFiles(
  reader: PlainFiles,
  revision: string,
  tree: Tree,
  roots: readonly string[],
): Promise<Part> {
  const wanted = roots.includes('') ? [] : roots;
  return reader.read(revision, selectFiles([...tree.values()], wanted).files);
}

function refuseMissing(tree: Tree, roots: readonly string[], revision: string): void {
  const missing = roots.find(
    (root) => root !== '' && ![...tree.keys()].some((path) => isUnder(path, root)),
  );
  if (missing === undefined) return;
  throw new KnownError(
    'not-found',
    `unable to read root path "${missing}": it is not in revision ${revision.slice(0, 7)}`,
    { retry: 'when-changed' },
  );
}
