import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { KnownError, hide, isRecord } from '../../../base/index.ts';
import type { Hidden, JsonRecord } from '../../../base/index.ts';
import { parseIndex, unmarshal } from '../../../lib/helm/index.ts';
import type { RepositoryIndex } from '../../../lib/helm/index.ts';
import { stringify } from '../../../lib/yaml/index.ts';
import type { Access } from './access.ts';
import type { Call } from '../cobra/index.ts';
import type { CliIo } from '../io.ts';

/** One entry of repositories.yaml. */
export interface KnownRepository {
  readonly name: string;
  readonly url: string;
  readonly username: string;
  readonly password: Hidden<string>;
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
  readonly insecure: boolean;
  readonly passToAll: boolean;
}

type Env = CliIo['env'];

function helmFolder(env: Env, own: string, xdg: string, under: string): string {
  const given = env[own] ?? '';
  if (given !== '') return given;
  const base = env[xdg] ?? '';
  return path.join(base === '' ? path.join(env['HOME'] ?? os.homedir(), under) : base, 'helm');
}

/** Helm's folder of settings. */
export function configFolder({ env }: CliIo): string {
  return helmFolder(env, 'HELM_CONFIG_HOME', 'XDG_CONFIG_HOME', '.config');
}

/** Helm's folder of what can be fetched again. */
export function cacheFolder({ env }: CliIo): string {
  return helmFolder(env, 'HELM_CACHE_HOME', 'XDG_CACHE_HOME', '.cache');
}

/** Helm's folder of what belongs to it: starters. */
export function dataFolder({ env }: CliIo): string {
  return helmFolder(env, 'HELM_DATA_HOME', 'XDG_DATA_HOME', '.local/share');
}

/** Where repositories.yaml is: `--repository-config`, HELM_REPOSITORY_CONFIG, HELM_CONFIG_HOME, XDG, home. */
export function repositoryFile({ flags, io }: Call): string {
  const given = flags.string('repository-config');
  if (given !== '') return path.resolve(io.cwd, given);
  return path.join(configFolder(io), 'repositories.yaml');
}

/** Where indexes are kept. */
export function repositoryCache({ flags, io }: Call): string {
  const given = flags.string('repository-cache');
  if (given !== '') return path.resolve(io.cwd, given);
  return path.join(cacheFolder(io), 'repository');
}

/** What `helm repo add` wrote down; empty when there is no file. */
export async function knownRepositories(call: Call): Promise<KnownRepository[]> {
  const text = await readFile(repositoryFile(call), 'utf8').catch(() => '');
  const data = text === '' ? {} : unmarshal(text);
  const list = isRecord(data) && Array.isArray(data['repositories']) ? data['repositories'] : [];
  return list.filter(isRecord).map((entry) => {
    const said = (field: string): string => String(entry[field] ?? '');
    return {
      name: said('name'),
      url: said('url'),
      username: said('username'),
      password: hide(said('password')),
      certFile: said('certFile'),
      keyFile: said('keyFile'),
      caFile: said('caFile'),
      insecure: entry['insecure_skip_tls_verify'] === true,
      passToAll: entry['pass_credentials_all'] === true,
    };
  });
}

/** Writes repositories.yaml, for its owner only: passwords are in it. */
export async function writeRepositories(
  call: Call,
  list: readonly KnownRepository[],
): Promise<void> {
  const data = {
    apiVersion: '',
    generated: '0001-01-01T00:00:00Z',
    repositories: list.map(entryOf),
  };
  const file = repositoryFile(call);
  await mkdir(path.dirname(file), { recursive: true });
  await replaceFile(file, stringify(data), 0o600);
}

function entryOf(each: KnownRepository): JsonRecord {
  return {
    name: each.name,
    url: each.url,
    username: each.username,
    password: each.password.reveal(),
    certFile: each.certFile,
    keyFile: each.keyFile,
    caFile: each.caFile,
    insecure_skip_tls_verify: each.insecure,
    pass_credentials_all: each.passToAll,
  };
}

/** Writes a file so that a reader finds the old or the new one, never half. */
export async function replaceFile(
  file: string,
  content: string | Uint8Array,
  mode: number = 0o644,
): Promise<void> {
  const part = `${file}.part`;
  await writeFile(part, content, { mode });
  await rename(part, file);
}

/** A repository by its name. */
export async function findRepository(call: Call, name: string): Promise<KnownRepository> {
  const found = (await knownRepositories(call)).find((each) => each.name === name);
  if (found === undefined) throw new KnownError('not-found', `repo ${name} not found`);
  return found;
}

/** How a repository of repositories.yaml is reached. */
export function accessTo(repository: KnownRepository): Access {
  const { username, password, passToAll } = repository;
  if (username === '') return { tls: repository };
  return { tls: repository, credentials: { username, password, passToAll } };
}

/** Where the last index of a repository is kept. */
export function indexFile(call: Call, name: string): string {
  return path.join(repositoryCache(call), `${name}-index.yaml`);
}

/** The index of a repository as it was last fetched; nothing is asked over the network. */
export async function cachedIndex(call: Call, name: string): Promise<RepositoryIndex> {
  const file = indexFile(call, name);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (thrown) {
    throw new KnownError(
      'not-found',
      `no cached repo found. (try 'helm repo update'): open ${file}: no such file or directory`,
      { cause: thrown },
    );
  }
  return parseIndex(text);
}

/** Keeps a fetched index, and the list of its charts that shells complete from. */
export async function keepIndex(
  call: Call,
  name: string,
  fetched: { readonly index: RepositoryIndex; readonly text: string },
): Promise<void> {
  await mkdir(repositoryCache(call), { recursive: true });
  await replaceFile(indexFile(call, name), fetched.text);
  const names = [...fetched.index.entries.keys()].map((chart) => `${chart}\n`).join('');
  await replaceFile(path.join(repositoryCache(call), `${name}-charts.txt`), names);
}
