import { mkdir, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { KnownError, hide, isRecord } from '../../../../base/index.ts';
import type { Hidden, JsonRecord } from '../../../../base/index.ts';
import type { Call } from '../../cobra/index.ts';
import { configFolder, replaceFile } from '../repositories.ts';

/** Who asks a registry. */
export interface RegistryLogin {
  readonly username: string;
  readonly password: Hidden<string>;
}

/** Where logins are kept: `--registry-config`, HELM_REGISTRY_CONFIG, or below Helm's settings. */
export function registryFile({ flags, io }: Call): string {
  const given = flags.string('registry-config');
  const own = given === '' ? path.join(configFolder(io), 'registry', 'config.json') : given;
  return path.resolve(io.cwd, own);
}

/** Name and password that `helm registry login` or `docker login` kept for a registry. */
export async function storedLogin(call: Call, host: string): Promise<RegistryLogin | undefined> {
  const home = call.io.env['HOME'] ?? os.homedir();
  for (const file of [registryFile(call), path.join(home, '.docker', 'config.json')]) {
    const { auths } = await readLogins(file);
    const entry = auths[host];
    if (!isRecord(entry) || typeof entry['auth'] !== 'string') continue;
    const pair = Buffer.from(entry['auth'], 'base64').toString('utf8');
    const colon = pair.indexOf(':');
    if (colon < 0) continue;
    return { username: pair.slice(0, colon), password: hide(pair.slice(colon + 1)) };
  }
  return undefined;
}

/** Keeps a login; `undefined` forgets it. The file is for its owner only. */
export async function keepLogin(
  call: Call,
  host: string,
  login: RegistryLogin | undefined,
): Promise<void> {
  const file = registryFile(call);
  const { all, auths } = await readLogins(file);
  const { [host]: _old, ...others } = auths;
  const pair = login === undefined ? '' : `${login.username}:${login.password.reveal()}`;
  const own = login === undefined ? {} : { [host]: { auth: Buffer.from(pair).toString('base64') } };
  await mkdir(path.dirname(file), { recursive: true });
  const data = { ...all, auths: { ...others, ...own } };
  await replaceFile(file, JSON.stringify(data, undefined, '\t'), 0o600);
}

async function readLogins(file: string): Promise<{ all: JsonRecord; auths: JsonRecord }> {
  const text = await readFile(file, 'utf8').catch(() => '');
  let all: unknown;
  try {
    all = text === '' ? {} : JSON.parse(text);
  } catch (thrown) {
    throw new KnownError('invalid', `${file} is not JSON`, { cause: thrown });
  }
  if (!isRecord(all)) return { all: {}, auths: {} };
  return { all, auths: isRecord(all['auths']) ? all['auths'] : {} };
}
