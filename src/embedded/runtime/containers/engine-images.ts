import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KnownError } from '../../../base/index.ts';
import { parseImage, registryOf } from '../../../lib/oci/index.ts';
import type { PulledImage, PullHow } from '../driver.ts';
import type { Engine } from './engine.ts';

/** An image that the engine has. */
export interface EngineImage extends PulledImage {
  /** Who runs in it, as the image says; empty is root. */
  readonly user: string;
}

/** Makes sure that the engine has an image, by the pull policy. Registries named insecure are plain http. */
export async function pullImage(
  engine: Engine,
  image: string,
  how: PullHow,
  insecure: readonly string[],
): Promise<EngineImage> {
  const full = fullName(image);
  const held = how.policy === 'Always' ? undefined : await lookAt(engine, full);
  if (held !== undefined) return { ...held, cached: true };
  if (how.policy === 'Never')
    throw new KnownError(
      'not-found',
      `Container image "${image}" is not present with pull policy of Never`,
    );
  await withLogin(engine, full, how, async (login) => {
    const isInsecure = engine.name === 'podman' && insecure.includes(hostOf(full));
    const plain = isInsecure ? ['--tls-verify=false'] : [];
    const args =
      engine.name === 'podman'
        ? ['pull', '--quiet', ...plain, ...login, full]
        : [...login, 'pull', '--quiet', full];
    await engine.run(args, { signal: how.signal });
  });
  const pulled = await lookAt(engine, full);
  if (pulled !== undefined) return { ...pulled, cached: false };
  throw new KnownError('failed', `${engine.name} has pulled ${image}, and yet does not have it`);
}

/** With its registry written out, so that the engine asks no other one. */
export function fullName(image: string): string {
  const ref = parseImage(image);
  const host = registryOf(ref);
  const name = host === 'registry-1.docker.io' ? 'docker.io' : host;
  const version = ref.digest === undefined ? `:${ref.tag ?? 'latest'}` : `@${ref.digest}`;
  return `${name}/${ref.path}${version}`;
}

function hostOf(full: string): string {
  return full.slice(0, full.indexOf('/'));
}

interface InspectedImage {
  readonly Id: string;
  readonly RepoDigests?: readonly string[] | null;
  readonly Size?: number;
  readonly Config?: { readonly User?: string } | null;
}

async function lookAt(
  engine: Engine,
  full: string,
): Promise<Omit<EngineImage, 'cached'> | undefined> {
  const { code, stdout } = await engine.ask(['image', 'inspect', full]);
  if (code !== 0) return undefined;
  const [found] = JSON.parse(stdout) as InspectedImage[];
  if (found === undefined) return undefined;
  const { RepoDigests: digests, Size: bytes = 0, Id: id } = found;
  return {
    id: digests?.[0] ?? (id.startsWith('sha256:') ? id : `sha256:${id}`),
    bytes,
    user: found.Config?.User ?? '',
  };
}

/** Name and password go through a file that is ours alone, never through arguments. */
async function withLogin(
  engine: Engine,
  full: string,
  { credentials }: PullHow,
  work: (login: readonly string[]) => Promise<void>,
): Promise<void> {
  const host = hostOf(full);
  const found = credentials?.get(host) ?? credentials?.get('index.docker.io');
  if (found === undefined) return work([]);
  const dir = await mkdtemp(join(tmpdir(), 'trice-login-'));
  try {
    const auth = Buffer.from(`${found.username}:${found.password.reveal()}`).toString('base64');
    const key =
      host === 'docker.io' && engine.name === 'docker' ? 'https://index.docker.io/v1/' : host;
    const file = join(dir, 'config.json');
    await writeFile(file, JSON.stringify({ auths: { [key]: { auth } } }), { mode: 0o600 });
    await work(engine.name === 'podman' ? ['--authfile', file] : ['--config', dir]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
