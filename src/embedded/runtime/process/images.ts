import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { asKnownError, isRecord, KnownError, messageOf } from '../../../base/index.ts';
import {
  createRegistryClient,
  parseImage,
  pullRootfs,
  registryOf,
  type ImageConfig,
  type RegistryClient,
  type RegistryClientOptions,
} from '../../../lib/oci/index.ts';
import type { PulledImage, PullHow } from '../driver.ts';

/** The label of images that this driver can run; its value is JSON `{"command": […], "workdir": "…"}`. */
export const processLabel = 'dev.trice.process';

/** How an image is run as a process. Paths are relative to the image's root. */
export interface ProcessRecipe {
  readonly command: readonly string[];
  readonly workdir: string;
}

export interface LocalImage extends PulledImage {
  readonly root: string;
  readonly recipe: ProcessRecipe;
  /** `NAME=value`, from the image. */
  readonly env: readonly string[];
  readonly entrypoint: readonly string[];
  readonly workingDir: string;
}

/** The images of this node: `<dir>/<digest>/rootfs`, each unpacked once and shared by all its pods. */
export interface LocalImages {
  pull(image: string, how: PullHow): Promise<LocalImage>;
  /** The configuration, without fetching layers. */
  look(image: string, how: PullHow): Promise<{ digest: string; config: ImageConfig }>;
}

const lookMs = 15_000;

/** Opens the images of a folder. */
export function openLocalImages(dir: string, registry: RegistryClientOptions): LocalImages {
  const plain = createRegistryClient(registry);
  const known = new Map<string, { digest: string; config: ImageConfig }>();
  const fetching = new Map<string, Promise<number>>();
  const clientFor = ({ credentials }: PullHow): RegistryClient => {
    if (credentials === undefined || credentials.size === 0) return plain;
    const ask = registry.credentials;
    return createRegistryClient({
      ...registry,
      credentials: async (host) => credentials.get(host) ?? (await ask?.(host)),
    });
  };
  const look: LocalImages['look'] = async (image, how) => {
    const held = known.get(image);
    // A tag may move; with IfNotPresent what is here is good enough, as on any node.
    if (held !== undefined && how.policy !== 'Always' && existsSync(rootOf(dir, held.digest)))
      return held;
    const client = clientFor(how);
    const ref = parseImage(image);
    const signal = AbortSignal.any([how.signal, AbortSignal.timeout(lookMs)]);
    const { digest } = await client.image(ref, { signal });
    const found =
      (await readConfig(dir, digest)) ??
      ({ digest, config: await client.imageConfig({ ...ref, digest }, { signal }) } as const);
    known.set(image, found);
    return found;
  };
  return {
    look,
    pull: async (image, how) => {
      const { digest, config } = await look(image, how);
      const root = rootOf(dir, digest);
      const cached = existsSync(root);
      if (!cached && how.policy === 'Never')
        throw new KnownError(
          'not-found',
          `Container image "${image}" is not present with pull policy of Never`,
        );
      const work =
        fetching.get(digest) ??
        fetchOnce({ client: clientFor(how), image, digest, dir, signal: how.signal });
      let bytes = 0;
      if (!cached) {
        fetching.set(digest, work);
        bytes = await work.finally(() => fetching.delete(digest));
      }
      const local = localImage(image, { digest, config, root, cached });
      return bytes === 0 ? local : { ...local, bytes };
    },
  };
}

function rootOf(dir: string, digest: string): string {
  return join(dir, digest.replace(':', '-'), 'rootfs');
}

async function readConfig(dir: string, digest: string) {
  const file = join(rootOf(dir, digest), '..', 'config.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : { digest, config: JSON.parse(text) as ImageConfig };
}

interface Fetch {
  readonly client: RegistryClient;
  readonly image: string;
  readonly digest: string;
  readonly dir: string;
  readonly signal: AbortSignal;
}

/** Fetches and unpacks an image; gives the bytes on disk, 0 when it was there already. */
async function fetchOnce({ client, image, digest, dir, signal }: Fetch): Promise<number> {
  const root = rootOf(dir, digest);
  if (existsSync(root)) return 0;
  await mkdir(join(root, '..'), { recursive: true });
  try {
    const ref = { ...parseImage(image), digest };
    const { config, bytes } = await pullRootfs({ client, ref, dir: root, signal });
    const file = join(root, '..', 'config.json');
    await writeFile(`${file}.new`, JSON.stringify(config));
    await rename(`${file}.new`, file);
    return bytes;
  } catch (thrown) {
    // Two pods may fetch the same image at once; whoever comes second finds it there.
    if (asKnownError(thrown).code !== 'exists') throw thrown;
    return 0;
  }
}

function localImage(
  image: string,
  found: { digest: string; config: ImageConfig; root: string; cached: boolean },
): LocalImage {
  const { config, root, cached, digest } = found;
  const recipe = recipeOf(config);
  if (recipe === undefined)
    throw new KnownError('unsupported', `image ${image} has no label ${processLabel}`);
  const ref = parseImage(image);
  return {
    id: `${registryOf(ref)}/${ref.path}@${digest}`,
    cached,
    root,
    recipe,
    env: config.config.Env ?? [],
    entrypoint: config.config.Entrypoint ?? [],
    workingDir: config.config.WorkingDir ?? '',
  };
}

/** What the label says; undefined when there is none. Throws `KnownError('invalid')` when it makes no sense. */
export function recipeOf({ config }: ImageConfig): ProcessRecipe | undefined {
  const text = config.Labels?.[processLabel];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const command = isRecord(value) ? value['command'] : undefined;
    const workdir = isRecord(value) ? (value['workdir'] ?? '') : '';
    const isList = Array.isArray(command) && command.every((each) => typeof each === 'string');
    if (isList && command.length > 0 && typeof workdir === 'string' && isInside(workdir))
      return { command, workdir };
  } catch (thrown) {
    throw new KnownError('invalid', `label ${processLabel} is not JSON: ${messageOf(thrown)}`);
  }
  throw new KnownError(
    'invalid',
    `label ${processLabel} must be {"command": ["node", …], "workdir": "a/relative/folder"}, but is ${text}`,
  );
}

function isInside(path: string): boolean {
  return !normalize(join('/', path)).includes('..') && !path.split('/').includes('..');
}
