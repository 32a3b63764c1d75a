import { mkdir, mkdtemp, readFile, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { KnownError, messageOf } from '../../../base/index.ts';
import type { Clock } from '../../../base/index.ts';
import type { Environment, Mirror } from '../../../lib/git/index.ts';
import { cleanRoot, parseManifestFile } from '../../../lib/manifest/index.ts';
import type { Manifest, ManifestFailure } from '../../../lib/manifest/index.ts';
import { createRevisionReader } from '../read-revision.ts';
import type { Reading, RevisionReader } from '../read-revision.ts';
import { parseFluxConfig } from './flux-yaml.ts';
import type { FluxConfig, Generator } from './flux-yaml.ts';
import { patchManifests } from './patch-manifests.ts';
import { runCommand } from './run-command.ts';

export interface GeneratingPorts {
  readonly mirror: Mirror;
  /** Folders or files to read; empty is the whole repository. */
  readonly paths: readonly string[];
  /** Folder of our own; work trees come and go below it. */
  readonly dir: string;
  readonly environment: Environment;
  readonly clock: Clock;
}

/** A git path with the `.flux.yaml` that is used for it. */
interface Place {
  /** The folder commands run in, `''` the root. */
  readonly folder: string;
  readonly file: string;
  readonly config: FluxConfig;
}

interface Part {
  readonly manifests: readonly Manifest[];
  readonly failures: readonly ManifestFailure[];
  /** Commands that printed no object at all: nobody knows whether that is meant. */
  readonly isEmpty: boolean;
}

interface WorkTree {
  readonly root: string;
  readonly home: string;
  readonly signal: AbortSignal;
}

const fileName = '.flux.yaml';

/**
 * Reads revisions as fluxd does with `--manifest-generation`: each git path by the `.flux.yaml` in it or
 * in the nearest folder above, and file by file where there is none. A command that fails, or a
 * `.flux.yaml` that is wrong, makes the whole revision unreadable: nothing is applied or deleted.
 */
export function createGeneratingReader(ports: GeneratingPorts): RevisionReader {
  const { mirror, paths } = ports;
  const raw = new Map<string, RevisionReader>();
  const rawReader = (roots: readonly string[]): RevisionReader => {
    const key = JSON.stringify(roots);
    const known = raw.get(key) ?? createRevisionReader(mirror, roots);
    raw.set(key, known);
    return known;
  };
  return {
    async read(revision, signal = new AbortController().signal) {
      const roots = paths.length === 0 ? [''] : paths.map(cleanRoot);
      const { places, scanned } = await placesOf(mirror, revision, roots);
      const readings: Reading[] = [];
      // A root of '' is the whole repository, which the reader writes as no root at all.
      if (scanned.length > 0) {
        const wanted = scanned.includes('') ? [] : scanned;
        readings.push(await rawReader(wanted).read(revision));
      }
      if (places.length > 0) readings.push(await generated(ports, revision, places, signal));
      return joined(revision, readings);
    },
  };
}

function joined(revision: string, readings: readonly Reading[]): Reading {
  const isKnown = readings.every(({ lastGood }) => lastGood !== undefined);
  return {
    revision,
    manifests: readings.flatMap(({ manifests }) => manifests),
    failures: readings.flatMap(({ failures }) => failures),
    lastGood: isKnown ? readings.flatMap(({ lastGood }) => lastGood ?? []) : undefined,
  };
}

async function placesOf(
  mirror: Mirror,
  revision: string,
  roots: readonly string[],
): Promise<{ places: Place[]; scanned: string[] }> {
  const files = new Map((await mirror.files(revision)).map((file) => [file.path, file]));
  const places: Place[] = [];
  const scanned: string[] = [];
  for (const root of roots) {
    const folder = files.has(root) ? parentOf(root) : root;
    const found = candidates(folder)
      .map((file) => files.get(file))
      .find((file) => file !== undefined);
    if (found === undefined) {
      scanned.push(root);
      continue;
    }
    const text = (await mirror.read(found.oid)).toString('utf8');
    const config = parseFluxConfig(text, found.path);
    if (config.is === 'scan') scanned.push(root);
    else places.push({ folder, file: found.path, config });
  }
  return { places, scanned };
}

function parentOf(name: string): string {
  const parent = path.posix.dirname(name);
  return parent === '.' ? '' : parent;
}

/** The folder's own `.flux.yaml`, then those of the folders above. */
function candidates(folder: string): string[] {
  const found: string[] = [];
  for (let at = folder; ; at = parentOf(at)) {
    found.push(at === '' ? fileName : `${at}/${fileName}`);
    if (at === '') return found;
  }
}

async function generated(
  ports: GeneratingPorts,
  revision: string,
  places: readonly Place[],
  signal: AbortSignal,
): Promise<Reading> {
  await mkdir(ports.dir, { recursive: true, mode: 0o700 });
  const scratch = await mkdtemp(path.join(ports.dir, 'tree-'));
  try {
    const root = path.join(scratch, 'tree');
    const home = path.join(scratch, 'home');
    await mkdir(home);
    await ports.mirror.export({ revision, dir: root });
    const parts: Part[] = [];
    for (const place of places) parts.push(await partOf(ports, place, { root, home, signal }));
    return {
      revision,
      manifests: parts.flatMap(({ manifests }) => manifests),
      failures: parts.flatMap(({ failures }) => failures),
      lastGood: parts.some(({ isEmpty }) => isEmpty) ? undefined : [],
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function partOf(ports: GeneratingPorts, place: Place, tree: WorkTree): Promise<Part> {
  const { file, folder, config } = place;
  if (config.is === 'scan') return { manifests: [], failures: [], isEmpty: false };
  const cwd = path.join(tree.root, folder);
  if (!(await stat(cwd).catch(() => undefined))?.isDirectory()) {
    throw new KnownError('not-found', `unable to read root path "${folder}"`, {
      retry: 'when-changed',
    });
  }
  const outputs: string[] = [];
  for (const generator of config.generators) {
    outputs.push(await outputOf(ports, { generator, file, cwd }, tree));
  }
  const text = outputs.join('\n---\n');
  const manifests = parseManifestFile({ path: file, text });
  const isEmpty = manifests.length === 0 && config.generators.length > 0;
  const message = `${file}: its generators printed no object; nothing is deleted`;
  const failures = isEmpty ? [{ file, message }] : [];
  if (config.is === 'command') return { manifests, failures, isEmpty };
  const patch = await patchText(tree.root, cwd, config.patchFile);
  if (patch === undefined) return { manifests, failures, isEmpty };
  const name = path.posix.join(folder, config.patchFile);
  const patched = patchManifests(manifests, { path: name, text: patch });
  return {
    manifests: patched.manifests,
    failures: [...failures, ...patched.failures],
    isEmpty,
  };
}

async function outputOf(
  { environment, clock }: GeneratingPorts,
  { generator, file, cwd }: { generator: Generator; file: string; cwd: string },
  { home, signal }: WorkTree,
): Promise<string> {
  try {
    return await runCommand({ ...generator, cwd, home, environment, clock, signal });
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    throw new KnownError(
      thrown instanceof KnownError ? thrown.code : 'failed',
      `error executing generator command "${generator.command}" from file "${file}": ${messageOf(thrown)}`,
      { cause: thrown },
    );
  }
}

/** The patch file's text; undefined when there is none. It must lie in the work tree. */
async function patchText(root: string, cwd: string, name: string): Promise<string | undefined> {
  const real = await realpath(path.join(cwd, name)).catch(() => undefined);
  if (real === undefined) return undefined;
  const inside = path.relative(await realpath(root), real);
  if (inside.startsWith('..') || path.isAbsolute(inside)) {
    throw new KnownError('invalid', `patch file ${name} is outside the repository`);
  }
  return readFile(real, 'utf8');
}
