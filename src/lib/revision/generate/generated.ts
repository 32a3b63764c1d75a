import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { KnownError, messageOf } from '../../../base/index.ts';
import type { Clock, KubeObject } from '../../../base/index.ts';
import type { Environment } from '../../git/index.ts';
import { buildKustomization } from '../../kustomize/index.ts';
import { parseManifestFile } from '../../manifest/index.ts';
import type { Manifest } from '../../manifest/index.ts';
import { RepositoryFiles } from '../kustomize/repository-files.ts';
import type { Place, Tree } from '../places.ts';
import type { Maker, Part, Source } from '../reading.ts';
import type { Command } from './flux-yaml.ts';
import { patchManifests } from './patch-manifests.ts';
import { runCommand } from './run-command.ts';

/** How commands of a repository are run. */
export interface Generating {
  /** Folder of our own; work trees come and go below it. */
  readonly dir: string;
  readonly environment: Environment;
  readonly clock: Clock;
}

/** A git path that is read by commands. */
export type CommandPlace = Extract<Place, { is: 'commands' }>;

/** A copy of a revision in which commands run. */
export interface WorkTree {
  readonly root: string;
  /** An empty folder, for `HOME`. */
  readonly home: string;
}

/** Lays a revision down in a folder of its own, and removes it when the work is over. */
export async function withWorkTree<T>(
  { dir }: Generating,
  source: Pick<Source, 'export'>,
  revision: string,
  work: (tree: WorkTree) => Promise<T>,
): Promise<T> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const scratch = await mkdtemp(path.join(dir, 'tree-'));
  try {
    const tree = { root: path.join(scratch, 'tree'), home: path.join(scratch, 'home') };
    await mkdir(tree.home);
    await source.export({ revision, dir: tree.root });
    return await work(tree);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Making {
  readonly how: Generating;
  readonly source: Source;
  readonly revision: string;
  readonly tree: Tree;
  readonly signal: AbortSignal;
}

/** Reads places whose manifests are printed by commands. A command that fails fails all of it. */
export async function readGenerated(
  making: Making,
  places: readonly CommandPlace[],
): Promise<Part[]> {
  return withWorkTree(making.how, making.source, making.revision, async (work) => {
    const parts: Part[] = [];
    for (const place of places) parts.push(await partOf(making, place, work));
    return parts;
  });
}

async function partOf(making: Making, place: CommandPlace, work: WorkTree): Promise<Part> {
  const { file, config } = place;
  const text = await printed(making, place, work);
  const manifests = parseManifestFile({ path: file, text });
  const isEmpty = manifests.length === 0 && config.generators.length > 0;
  const message = `${file}: its generators printed no object; nothing is deleted`;
  const failures = isEmpty ? [{ file, message }] : [];
  const lastGood = isEmpty ? undefined : [];
  if (config.is === 'command') {
    const { folder } = place;
    const maker: Maker = { is: 'commands', folder, file, updaters: config.updaters };
    return {
      manifests,
      failures,
      lastGood,
      makers: new Map(manifests.map((each) => [each, maker])),
    };
  }
  const patched = await patchedPart(place, work, manifests);
  return { ...patched, failures: [...failures, ...patched.failures], lastGood };
}

async function patchedPart(
  place: CommandPlace,
  work: WorkTree,
  manifests: readonly Manifest[],
): Promise<Part> {
  const { folder, file, config } = place;
  const patchFile = path.posix.join(folder, config.is === 'patch' ? config.patchFile : '');
  const makerOf = (generated: KubeObject): Maker => ({
    is: 'patch',
    folder,
    file,
    patchFile,
    generated,
  });
  const text = await patchText(work.root, patchFile);
  if (text === undefined) {
    const makers = new Map(manifests.map((each) => [each, makerOf(each.object)]));
    return { manifests, failures: [], lastGood: [], makers };
  }
  const patched = patchManifests(manifests, { path: patchFile, text });
  const makers = new Map([...patched.generated].map(([each, before]) => [each, makerOf(before)]));
  return { manifests: patched.manifests, failures: patched.failures, lastGood: [], makers };
}

/** What the generators of a place print, put together. */
async function printed(making: Making, place: CommandPlace, work: WorkTree): Promise<string> {
  const { folder, config } = place;
  const cwd = path.join(work.root, folder);
  if (!(await stat(cwd).catch(() => undefined))?.isDirectory()) {
    throw new KnownError('not-found', `unable to read root path "${folder}"`, {
      retry: 'when-changed',
    });
  }
  const outputs: string[] = [];
  for (const generator of config.generators) {
    outputs.push(await outputOf(making, { generator, place, cwd }, work));
  }
  return outputs.join('\n---\n');
}

async function outputOf(
  making: Making,
  { generator, place, cwd }: { generator: Command; place: CommandPlace; cwd: string },
  { home }: WorkTree,
): Promise<string> {
  const { how, signal } = making;
  const { clock, environment } = how;
  try {
    const dir = builtHere(place, environment);
    if (dir !== undefined) return await builtText(making, path.posix.join(place.folder, dir));
    return await runCommand({ ...generator, cwd, home, environment, clock, signal });
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    throw new KnownError(
      thrown instanceof KnownError ? thrown.code : 'failed',
      `error executing generator command "${generator.command}" from file "${place.file}": ${messageOf(thrown)}`,
      { cause: thrown },
    );
  }
}

const kustomizeLine = /^(kustomize build|kubectl kustomize)(?:\s+([\w./-]+))?\s*$/;

/**
 * The folder when the only command of a place builds a kustomization and its program is not there: it
 * is built here then. That is what most `.flux.yaml` files say.
 */
function builtHere({ config }: CommandPlace, environment: Environment): string | undefined {
  const [only, ...more] = config.generators;
  const match = kustomizeLine.exec(only?.command.trim() ?? '');
  if (match === null || more.length > 0) return undefined;
  const [program = ''] = (match[1] ?? '').split(' ');
  return isOnPath(program, environment) ? undefined : (match[2] ?? '.');
}

function isOnPath(program: string, environment: Environment): boolean {
  const folders = (environment['PATH'] ?? '').split(path.delimiter).filter((each) => each !== '');
  return folders.some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function builtText({ source, tree }: Making, joined: string): Promise<string> {
  const dir = joined.replace(/\/+$/, '');
  const files = new RepositoryFiles(source, tree);
  const built = await files.run(dir === '.' ? '' : dir, () => {
    try {
      return { text: buildKustomization({ files, dir }).text };
    } catch (thrown) {
      return { thrown };
    }
  });
  if ('thrown' in built.result) throw built.result.thrown;
  return built.result.text;
}

/** The patch file's text; undefined when there is none. It must lie in the work tree. */
async function patchText(root: string, name: string): Promise<string | undefined> {
  const real = await realpath(path.join(root, name)).catch(() => undefined);
  if (real === undefined) return undefined;
  const inside = path.relative(await realpath(root), real);
  if (inside.startsWith('..') || path.isAbsolute(inside)) {
    throw new KnownError('invalid', `patch file ${name} is outside the repository`);
  }
  return readFile(real, 'utf8');
}
