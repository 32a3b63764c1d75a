import { KnownError } from '../../../base/index.ts';
import type { KubeObject } from '../../../base/index.ts';
import { buildKustomization } from '../../kustomize/index.ts';
import { chartFolders, isInChart, isUnder } from '../../manifest/index.ts';
import type { Manifest, ManifestFailure } from '../../manifest/index.ts';
import type { Decrypt } from '../decrypt.ts';
import { patchManifests } from '../generate/patch-manifests.ts';
import { parentOf } from '../places.ts';
import type { Tree } from '../places.ts';
import type { Maker, Part, Source } from '../reading.ts';
import { kustomizationNames, RepositoryFiles } from './repository-files.ts';

/** What kustomizations stand for, and which files are theirs. */
export interface Kustomized extends Part {
  /** Files that are not to be read by themselves. */
  isTaken(path: string): boolean;
}

/** Builds the kustomizations below git paths. */
export interface Kustomizations {
  read(tree: Tree, roots: readonly string[]): Promise<Kustomized>;
}

interface Built {
  readonly dir: string;
  readonly file: string;
  /** Content ids of all that was read, as one text: the same, the same result. */
  readonly signature: string;
  readonly read: ReadonlySet<string>;
  readonly manifests: readonly Manifest[];
  /** As the kustomization makes them, before the patch file. */
  readonly generated: ReadonlyMap<Manifest, KubeObject>;
  /** It cannot be built. */
  readonly failure?: ManifestFailure;
  /** Patches of objects that it does not make. */
  readonly idle: readonly ManifestFailure[];
  /** Another try may do better although the files are the same: a key was missing. */
  readonly isOpen: boolean;
}

/** What automation changes in a kustomization beyond images stands in this file beside it. */
const patchFileName = 'flux-patch.yaml';

/**
 * A builder that remembers what it built. The topmost folders with a kustomization file are built, each
 * as a whole: what lies below them and what they name is not read by itself. One that another names
 * is its part, not a thing of its own, unless a git path asks for it.
 */
export function createKustomizations(source: Source, decrypt?: Decrypt): Kustomizations {
  let known = new Map<string, Built>();
  let good = new Map<string, readonly Manifest[]>();
  return {
    async read(tree, roots) {
      const dirs = foldersToBuild(tree, roots);
      const files = new RepositoryFiles(source, tree, decrypt);
      const all: Built[] = [];
      for (const dir of dirs) all.push(await buildOne(files, tree, dir, known.get(dir)));
      const isPart = ({ dir, file }: Built): boolean =>
        !roots.includes(dir) && all.some((other) => other.dir !== dir && other.read.has(file));
      const own = all.filter((each) => !isPart(each));
      const lastGood = new Map<string, readonly Manifest[]>();
      for (const { dir, manifests, failure } of own) {
        const kept = failure === undefined ? manifests : good.get(dir);
        if (kept !== undefined) lastGood.set(dir, kept);
      }
      known = new Map(all.map((each) => [each.dir, each]));
      good = lastGood;
      return { ...partOf(own, lastGood), isTaken: takenBy(all) };
    },
  };
}

function takenBy(all: readonly Built[]): (path: string) => boolean {
  return (path) => all.some(({ dir, read }) => isUnder(path, dir) || read.has(path));
}

function partOf(own: readonly Built[], good: ReadonlyMap<string, readonly Manifest[]>): Part {
  const bad = own.filter(({ failure }) => failure !== undefined);
  const makers = own.flatMap(({ dir, file, generated }) =>
    [...generated].map(([manifest, before]): [Manifest, Maker] => [
      manifest,
      {
        is: 'kustomization',
        folder: dir,
        file,
        patchFile: at(dir, patchFileName),
        generated: before,
      },
    ]),
  );
  return {
    manifests: own.flatMap(({ manifests }) => manifests),
    failures: own.flatMap(({ failure, idle }) => [
      ...(failure === undefined ? [] : [failure]),
      ...idle,
    ]),
    lastGood: bad.every(({ dir }) => good.has(dir))
      ? bad.flatMap(({ dir }) => good.get(dir) ?? [])
      : undefined,
    makers: new Map(makers),
  };
}

/** The topmost folders below the roots that have a kustomization file and are in no chart. */
function foldersToBuild(tree: Tree, roots: readonly string[]): string[] {
  const charts = chartFolders([...tree.values()]);
  const found = new Set<string>();
  for (const path of tree.keys()) {
    const isOne = kustomizationNames.includes(path.slice(path.lastIndexOf('/') + 1));
    if (!isOne || isInChart(path, charts)) continue;
    const dir = parentOf(path);
    if (roots.some((root) => isUnder(dir, root) || root === path)) found.add(dir);
  }
  const chosen: string[] = [];
  for (const dir of [...found].toSorted((a, b) => a.length - b.length)) {
    const isInside = chosen.some((above) => isUnder(dir, above));
    if (!isInside || roots.includes(dir)) chosen.push(dir);
  }
  return chosen.toSorted();
}

/** Builds a folder, unless nothing that went into it has changed. */
async function buildOne(
  files: RepositoryFiles,
  tree: Tree,
  dir: string,
  before: Built | undefined,
): Promise<Built> {
  if (before?.isOpen === false && before.signature === signatureOf(before.read, tree))
    return before;
  const file =
    kustomizationNames.map((name) => at(dir, name)).find((path) => tree.has(path)) ?? dir;
  const { result, read } = await files.run(dir, () => attempt(files, dir, file));
  // Who cannot be built may still lead to others, which must not be taken for things of their own.
  const isBad = result.failure !== undefined;
  const all = isBad ? new Set([...read, ...(await files.references(dir))]) : read;
  const manifests = [...result.generated.keys()];
  return { dir, file, read: all, signature: signatureOf(all, tree), manifests, ...result };
}

type Attempt = Pick<Built, 'generated' | 'failure' | 'idle' | 'isOpen'>;

function attempt(files: RepositoryFiles, dir: string, file: string): Attempt {
  try {
    const { objects } = buildKustomization({ files, dir });
    if (objects.length === 0) return failed(file, 'it makes no object; nothing is deleted');
    const sealed = objects.find((object) => 'sops' in object);
    if (sealed !== undefined) return failed(file, encrypted(sealed));
    const isSecret = files.encrypted === 'opened' ? { isDecrypted: true } : {};
    const manifests = objects.map((object, document): Manifest => ({
      object,
      file,
      line: 1,
      document,
      at: [],
      ...isSecret,
    }));
    return { ...patched(files, at(dir, patchFileName), manifests), isOpen: false };
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    const why = `the kustomization cannot be built: ${thrown.message}`;
    if (files.encrypted === 'none') return failed(file, why);
    if (files.encrypted === 'closed') return { ...failed(file, why), isOpen: true };
    // kustomize's words may quote what was encrypted.
    return failed(file, 'the kustomization cannot be built from what was encrypted');
  }
}

/** With the patch file laid over, unless the kustomization names it itself. */
function patched(
  files: RepositoryFiles,
  patchFile: string,
  manifests: readonly Manifest[],
): Pick<Attempt, 'generated' | 'idle'> {
  if (!files.has(patchFile) || files.wasRead(patchFile)) {
    return { generated: new Map(manifests.map((each) => [each, each.object])), idle: [] };
  }
  const text = Buffer.from(files.get(patchFile) ?? []).toString('utf8');
  const { generated, failures } = patchManifests(manifests, { path: patchFile, text });
  return { generated, idle: failures };
}

function failed(file: string, why: string): Attempt {
  const message = `${file}: ${why}`;
  return { generated: new Map(), idle: [], failure: { file, message }, isOpen: false };
}

function encrypted({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.name} is encrypted: switch decryption on`;
}

function signatureOf(read: ReadonlySet<string>, tree: Tree): string {
  const folders = new Set([...read].map(parentOf));
  const names = [...folders].flatMap((dir) => kustomizationNames.map((name) => at(dir, name)));
  return [...read, ...names.filter((path) => tree.has(path))]
    .toSorted()
    .map((path) => `${path}\0${tree.get(path)?.oid ?? ''}`)
    .join('\n');
}

function at(dir: string, name: string): string {
  return dir === '' ? name : `${dir}/${name}`;
}
