import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownError, isRecord } from '../../base/index.ts';
import { buildImage, buildLayer } from '../../lib/oci/index.ts';
import type { Image, ImageStore, LayerFile, LayerNames, RunConfig } from '../../lib/oci/index.ts';
import type { Builder, BuildTask, BuiltImage } from './builder.ts';
import { fetchBase, noBase } from './base-image.ts';
import type { BaseParts } from './base-image.ts';
import { readFiles } from './read-files.ts';
import type { ProcessCommand } from './template.ts';

/** The label by which the process driver knows an image it can run, and how. */
export const processLabel = 'dev.trice.process';

const notInImage = /^(template\.ya?ml|Dockerfile|\.dockerignore)$/;

/**
 * Makes images of templates that say how their program is started, with no container tool: three layers
 * (template, dependencies, handler) and a configuration. The same content gives the same digest: a build that
 * changes nothing keeps the time of the one before.
 */
export const daemonlessBuilder: Builder = {
  name: 'trice',
  build: async (task) => {
    const { process, handlerFolder } = task.template;
    if (process === undefined) {
      throw new KnownError(
        'unsupported',
        `template ${task.template.language} has no process section`,
      );
    }
    const files = await readFiles(task.context, (path) => notInImage.test(path));
    const layers: Array<LayerNames & { readonly isCached: boolean }> = [];
    for (const [createdBy, some] of layersOf(files, handlerFolder)) {
      layers.push(await cachedLayer(task, createdBy, atRoot(some, process)));
    }
    const { base: wanted, store, signal } = task;
    const base = wanted === undefined ? noBase : await fetchBase(wanted, store, signal);
    const image = await imageOf(task, { process, base, layers: [...base.layers, ...layers] });
    await task.store.save(task.ref, image);
    return {
      image: task.ref.text,
      digest: image.digest,
      builder: 'trice',
      cachedLayers: layers.filter(({ isCached }) => isCached).length,
      layers: layers.length,
      warnings: warningsFor(files, handlerFolder),
    } satisfies BuiltImage;
  },
};

/** What changes seldom lies below what changes often. */
function layersOf(
  files: readonly LayerFile[],
  folder: string,
): Array<readonly [string, LayerFile[]]> {
  const kinds = { template: [], dependencies: [], handler: [] } as Record<string, LayerFile[]>;
  for (const file of files) {
    const isHandler = file.path.startsWith(`${folder}/`);
    const isDependency = file.path.startsWith(`${folder}/node_modules/`);
    const kind = isDependency ? 'dependencies' : isHandler && 'handler';
    kinds[kind || 'template']?.push(file);
  }
  return Object.entries(kinds).filter(([, some]) => some.length > 0);
}

function atRoot(files: readonly LayerFile[], { workdir }: ProcessCommand): LayerFile[] {
  return files.map((file) => ({
    ...file,
    path: workdir === '' ? file.path : `${workdir}/${file.path}`,
  }));
}

/** A layer from its files, or the one an earlier build made of the same files. */
async function cachedLayer(
  { store, noCache }: BuildTask,
  createdBy: string,
  files: readonly LayerFile[],
): Promise<LayerNames & { isCached: boolean }> {
  const note = join(store.dir, 'layers', `${contentKey(files)}.json`);
  const known = noCache ? undefined : await readNote(note);
  if (known !== undefined && (await store.hasBlob(known.digest))) {
    return { ...known, createdBy, isCached: true };
  }
  const { digest, diffId, size, bytes } = await buildLayer(files);
  await store.putBlob(digest, bytes);
  await mkdir(join(store.dir, 'layers'), { recursive: true });
  // Functions built side by side share the template's layer: each writes a file of its own.
  const fresh = `${note}.${randomUUID()}`;
  await writeFile(fresh, JSON.stringify({ digest, diffId, size }));
  await rename(fresh, note);
  return { digest, diffId, size, createdBy, isCached: false };
}

async function readNote(path: string): Promise<LayerNames | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as LayerNames);
}

/** Names, modes and contents; the lengths keep neighbours apart. */
function contentKey(files: readonly LayerFile[]): string {
  const hash = createHash('sha256');
  for (const { path, mode, link, content } of files) {
    hash.update(`${JSON.stringify([path, mode, link ?? false, content.length])}\n`).update(content);
  }
  return hash.digest('hex');
}

interface Parts {
  readonly layers: readonly LayerNames[];
  readonly process: ProcessCommand;
  readonly base: BaseParts;
}

async function imageOf(task: BuildTask, parts: Parts): Promise<Image> {
  const { architecture, os } = parts.base;
  const config = configOf(task, parts);
  const make = (created: Date): Image =>
    buildImage({ layers: parts.layers, config, created, architecture, os });
  if (task.created !== undefined) return make(task.created);
  const before = await createdBefore(task.store, task);
  const same = before === undefined ? undefined : make(before.created);
  return same !== undefined && same.digest === before?.digest ? same : make(task.clock.now());
}

async function createdBefore(
  store: ImageStore,
  { ref }: BuildTask,
): Promise<{ digest: string; created: Date } | undefined> {
  const image = await store.find(ref).catch(() => undefined);
  if (image === undefined) return undefined;
  const config: unknown = JSON.parse(
    (await store.readBlob(image.manifest.config.digest)).toString(),
  );
  const created = new Date(isRecord(config) ? String(config['created']) : '');
  return Number.isNaN(created.getTime()) ? undefined : { digest: image.digest, created };
}

const usualPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The base's environment and user stay; its entry point does not, since the template says what to start. */
function configOf({ template, labels }: BuildTask, { process, base }: Parts): RunConfig {
  const { Env = [usualPath], User, Labels, ExposedPorts } = base.config;
  return {
    Env: [...Env, `fprocess=${template.fprocess}`],
    Cmd: process.command,
    WorkingDir: `/${process.workdir}`,
    ExposedPorts: { ...ExposedPorts, '8080/tcp': {} },
    Labels: { ...Labels, ...labels, [processLabel]: JSON.stringify(process) },
    ...(User === undefined ? {} : { User }),
  };
}

function warningsFor(files: readonly LayerFile[], folder: string): string[] {
  const settings = files.find(({ path }) => path === `${folder}/package.json`);
  const hasModules = files.some(({ path }) => path.startsWith(`${folder}/node_modules/`));
  if (settings === undefined || hasModules) return [];
  const names = dependenciesIn(settings.content.toString());
  if (names.length === 0) return [];
  return [
    `package.json names ${names.join(', ')} but node_modules is missing: run \`npm install\` in the handler's folder`,
  ];
}

function dependenciesIn(text: string): string[] {
  try {
    const { dependencies } = JSON.parse(text) as { dependencies?: Record<string, string> };
    return Object.keys(dependencies ?? {});
  } catch {
    throw new KnownError('invalid', "the handler's package.json is not JSON");
  }
}
