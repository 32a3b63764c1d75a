import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { hide, isRecord, KnownError } from '../../../base/index.ts';
import type { Hidden } from '../../../base/index.ts';
import { parse, stringify } from '../../../lib/yaml/index.ts';
import type { CliIo } from '../io.ts';

/** One login of `config.yml`. */
export interface Login {
  readonly gateway: string;
  readonly auth: 'basic' | 'oauth2';
  /** Base64 of `user:password`, or a bearer token. */
  readonly token: Hidden<string>;
}

/** `~/.openfaas/config.yml`; `$OPENFAAS_CONFIG` names another folder, and in CI it is `./.openfaas`. */
function configPath({ env, cwd }: CliIo): string {
  const isCi = env.CI === 'true' || env.CI === '1';
  const home = env.HOME ?? os.homedir();
  const chosen = env.OPENFAAS_CONFIG?.replace(/^~(?=\/|$)/, home);
  const dir = chosen || (isCi ? '.openfaas' : path.join(home, '.openfaas'));
  return path.resolve(cwd, dir, 'config.yml');
}

async function readLogins(io: CliIo): Promise<Login[]> {
  const file = configPath(io);
  const text = await readFile(file, 'utf8').catch(() => '');
  const value = parse(text, { file });
  const auths = isRecord(value) && Array.isArray(value.auths) ? value.auths.filter(isRecord) : [];
  return auths.map(({ gateway, auth, token }) => ({
    gateway: String(gateway),
    auth: auth === 'oauth2' ? 'oauth2' : 'basic',
    token: hide(String(token)),
  }));
}

async function writeLogins(io: CliIo, logins: readonly Login[]): Promise<void> {
  const file = configPath(io);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const auths = logins.map(({ gateway, auth, token }) => ({
    gateway,
    auth,
    token: token.reveal(),
  }));
  await writeFile(file, stringify({ auths }), { mode: 0o600 });
  await chmod(file, 0o600);
}

/** The login of a gateway, when there is one. */
export async function findLogin(io: CliIo, gateway: string): Promise<Login | undefined> {
  return (await readLogins(io)).find((each) => each.gateway === gateway);
}

/** Keeps a login, in place of the one of the same gateway. The file is for its owner alone. */
export async function saveLogin(io: CliIo, login: Login): Promise<void> {
  const others = (await readLogins(io)).filter((each) => each.gateway !== login.gateway);
  await writeLogins(io, [...others, login]);
}

/** Forgets a login. Throws `KnownError('not-found')` when there is none. */
export async function removeLogin(io: CliIo, gateway: string): Promise<void> {
  const all = await readLogins(io);
  const others = all.filter((each) => each.gateway !== gateway);
  if (others.length === all.length) {
    throw new KnownError('not-found', `gateway ${gateway} not found in config`);
  }
  await writeLogins(io, others);
}
