import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { hide, isRecord } from '../../../base/index.ts';
import type { Hidden } from '../../../base/index.ts';
import { createRegistryClient, openImageStore } from '../../../lib/oci/index.ts';
import type { ImageStore, RegistryClient } from '../../../lib/oci/index.ts';
import type { CliIo } from '../io.ts';

/** Where built images lie until they are pushed: `~/.trice/images`. */
export function imageStore({ env }: CliIo): ImageStore {
  return openImageStore({ dir: path.join(env.HOME ?? os.homedir(), '.trice', 'images') });
}

/** A registry client with the logins that docker, podman and `registry-login` have left. */
export function registryClient(io: CliIo): RegistryClient {
  return createRegistryClient({ credentials: (registry) => credentialsFor(registry, io) });
}

async function credentialsFor(
  registry: string,
  { env, cwd }: CliIo,
): Promise<{ username: string; password: Hidden<string> } | undefined> {
  const home = env.HOME ?? os.homedir();
  const files = [
    path.join(cwd, 'credentials', 'config.json'),
    path.join(env.DOCKER_CONFIG ?? path.join(home, '.docker'), 'config.json'),
  ];
  const names = [registry, `https://${registry}`, `https://${registry}/v1/`, `${registry}/v1/`];
  for (const file of files) {
    const auths = await readAuths(file);
    const entry = names.map((name) => auths[name]).find(isRecord);
    const coded = entry?.auth;
    if (typeof coded !== 'string') continue;
    const [username = '', ...rest] = Buffer.from(coded, 'base64').toString().split(':');
    return { username, password: hide(rest.join(':')) };
  }
  return undefined;
}

async function readAuths(file: string): Promise<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isRecord(value) && isRecord(value.auths) ? value.auths : {};
  } catch {
    return {};
  }
}
