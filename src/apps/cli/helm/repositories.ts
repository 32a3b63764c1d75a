import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { KnownError, hide, isRecord } from '../../../base/index.ts';
import type { Hidden } from '../../../base/index.ts';
import { unmarshal } from '../../../lib/helm/index.ts';
import type { RepositoryCredentials } from '../../../lib/helm/index.ts';
import type { Call } from '../cobra/index.ts';
import type { CliIo } from '../io.ts';

/** One entry of repositories.yaml. */
export interface KnownRepository {
  readonly name: string;
  readonly url: string;
  readonly username: string;
  readonly password: Hidden<string>;
  readonly passToAll: boolean;
}

type Env = CliIo['env'];

function helmFolder(env: Env, own: string, xdg: string, under: string): string {
  const given = env[own] ?? '';
  if (given !== '') return given;
  const base = env[xdg] ?? '';
  return path.join(base === '' ? path.join(env['HOME'] ?? os.homedir(), under) : base, 'helm');
}

/** Where repositories.yaml is: `--repository-config`, HELM_REPOSITORY_CONFIG, HELM_CONFIG_HOME, XDG, home. */
export function repositoryFile({ flags, io }: Call): string {
  const given = flags.string('repository-config');
  if (given !== '') return path.resolve(io.cwd, given);
  const folder = helmFolder(io.env, 'HELM_CONFIG_HOME', 'XDG_CONFIG_HOME', '.config');
  return path.join(folder, 'repositories.yaml');
}

/** Where indexes are kept. */
export function repositoryCache({ flags, io }: Call): string {
  const given = flags.string('repository-cache');
  if (given !== '') return path.resolve(io.cwd, given);
  const folder = helmFolder(io.env, 'HELM_CACHE_HOME', 'XDG_CACHE_HOME', '.cache');
  return path.join(folder, 'repository');
}

/** What `helm repo add` wrote down; empty when there is no file. */
export async function knownRepositories(call: Call): Promise<KnownRepository[]> {
  const text = await readFile(repositoryFile(call), 'utf8').catch(() => '');
  const data = text === '' ? {} : unmarshal(text);
  const list = isRecord(data) && Array.isArray(data['repositories']) ? data['repositories'] : [];
  return list.filter(isRecord).map((entry) => ({
    name: String(entry['name'] ?? ''),
    url: String(entry['url'] ?? ''),
    username: String(entry['username'] ?? ''),
    password: hide(String(entry['password'] ?? '')),
    passToAll: entry['pass_credentials_all'] === true,
  }));
}

/** URL and credentials of a repository by its name. */
export async function findRepository(
  call: Call,
  name: string,
): Promise<{ url: string; credentials?: RepositoryCredentials }> {
  const found = (await knownRepositories(call)).find((each) => each.name === name);
  if (found === undefined) throw new KnownError('not-found', `repo ${name} not found`);
  const { url, username, password, passToAll } = found;
  return username === '' ? { url } : { url, credentials: { username, password, passToAll } };
}
