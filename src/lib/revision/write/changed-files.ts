import { KnownError } from '../../../base/index.ts';
import type { FileChange, Mirror } from '../../git/index.ts';
import { editFile, imageEdits, policyEdits } from '../../manifest/index.ts';
import type { FileEdit, Manifest, NewImage } from '../../manifest/index.ts';
import type { Generating } from '../generate/generated.ts';
import type { Maker, Reading } from '../reading.ts';
import { imagesInKustomization } from './kustomization-images.ts';
import { patchFileText } from './patch-file.ts';
import { runUpdaters } from './run-updaters.ts';

/** What is to become different in one object. */
export interface ObjectChange {
  readonly manifest: Manifest;
  /** `ns:kind/name`, with the namespace that it will have. */
  readonly id: string;
  readonly images?: ReadonlyArray<{ readonly container: string; readonly image: NewImage }>;
  /** Policies to set, and to remove where the value is undefined. */
  readonly policies?: Readonly<Record<string, string | undefined>>;
}

export interface WritePorts {
  readonly mirror: Pick<Mirror, 'load' | 'export' | 'changesIn'>;
  /** Needed for what commands make. */
  readonly generating?: Generating;
  readonly signal: AbortSignal;
}

/**
 * The files of a repository that make these changes true, each where its object comes from: the file
 * it stands in (no other byte changes), the kustomization, the patch file, or whatever the updaters of
 * a `.flux.yaml` change. Empty when nothing has to change. That nothing else changes is for the caller
 * to check, by reading the result.
 */
export async function changedFiles(
  ports: WritePorts,
  reading: Reading,
  changes: readonly ObjectChange[],
): Promise<FileChange[]> {
  const made = new Map<Maker['is'] | 'file', ObjectChange[]>();
  for (const change of changes) {
    const is = reading.makers.get(change.manifest)?.is ?? 'file';
    made.set(is, [...(made.get(is) ?? []), change]);
  }
  const files = await inFiles(ports, reading, made.get('file') ?? []);
  files.push(...(await inKustomizations(ports, reading, made.get('kustomization') ?? [])));
  files.push(...(await inPatches(ports, reading, made.get('patch') ?? [])));
  files.push(...(await runUpdaters(ports, reading, made.get('commands') ?? [])));
  return files;
}

/** The edits of one object that a change asks for. */
export function editsOf({ manifest, images = [], policies }: ObjectChange): FileEdit[] {
  return [
    ...images.flatMap(({ container, image }) => imageEdits(manifest, container, image)),
    ...(policies === undefined ? [] : policyEdits(manifest, policies)),
  ];
}

async function inFiles(
  ports: WritePorts,
  reading: Reading,
  changes: readonly ObjectChange[],
): Promise<FileChange[]> {
  const edits = new Map<string, FileEdit[]>();
  for (const change of changes) {
    const { file, isDecrypted } = change.manifest;
    if (isDecrypted === true) {
      throw new KnownError('unsupported', `${file} is encrypted: it cannot be edited here`);
    }
    edits.set(file, [...(edits.get(file) ?? []), ...editsOf(change)]);
  }
  const texts = await textsOf(ports, reading.revision, [...edits.keys()]);
  return [...edits].flatMap(([path, each]) => {
    const before = texts.get(path);
    if (before === undefined) throw new KnownError('not-found', `${path} is not in the repository`);
    return changed(path, before, editFile(before, each));
  });
}

async function inPatches(
  ports: WritePorts,
  reading: Reading,
  changes: readonly ObjectChange[],
): Promise<FileChange[]> {
  const patchFiles = new Set(
    changes.map(({ manifest }) => {
      const maker = reading.makers.get(manifest);
      return maker?.is === 'patch' ? maker.patchFile : '';
    }),
  );
  const texts = await textsOf(ports, reading.revision, [...patchFiles]);
  return [...patchFiles].flatMap((path) => {
    const before = texts.get(path) ?? '';
    return changed(path, before, patchFileText(reading, path, changes));
  });
}

async function inKustomizations(
  ports: WritePorts,
  reading: Reading,
  changes: readonly ObjectChange[],
): Promise<FileChange[]> {
  const byFile = new Map<string, { patchFile: string; changes: ObjectChange[] }>();
  for (const change of changes) {
    const maker = reading.makers.get(change.manifest);
    if (maker?.is !== 'kustomization') continue;
    const { file, patchFile } = maker;
    const before = byFile.get(file)?.changes ?? [];
    byFile.set(file, { patchFile, changes: [...before, change] });
  }
  const paths = [...byFile].flatMap(([file, { patchFile }]) => [file, patchFile]);
  const texts = await textsOf(ports, reading.revision, paths);
  return [...byFile].flatMap(([file, { patchFile, changes: own }]) => {
    const text = texts.get(file) ?? '';
    const written = imagesInKustomization(reading, { file, text }, own);
    const patch = patchFileText(reading, patchFile, own, written.bases);
    return [
      ...changed(file, text, written.text),
      ...changed(patchFile, texts.get(patchFile) ?? '', patch),
    ];
  });
}

async function textsOf(
  { mirror }: WritePorts,
  revision: string,
  paths: readonly string[],
): Promise<Map<string, string>> {
  const loaded = paths.length === 0 ? [] : await mirror.load({ revision, paths });
  return new Map(loaded.map(({ path, content }) => [path, content.toString('utf8')]));
}

function changed(path: string, before: string, after: string): FileChange[] {
  return before === after ? [] : [{ path, content: after }];
}
