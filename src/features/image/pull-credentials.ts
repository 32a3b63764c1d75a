import { hide, isRecord } from '../../base/index.ts';
import type { Hidden, KubeObject } from '../../base/index.ts';
import { kinds } from '../../lib/kube/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { isHelmRelease } from '../../lib/manifest/index.ts';
import type { RegistryCredentials } from '../../lib/oci/index.ts';

interface Login {
  readonly username: string;
  readonly password: Hidden<string>;
}

const hubNames = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);

/**
 * The logins a workload pulls with: the pull secrets of its service account, then its own, which win.
 * A HelmRelease uses its namespace's default account. Secrets that are not there are passed over.
 */
export async function pullCredentials(
  cluster: Cluster,
  workload: KubeObject,
): Promise<RegistryCredentials> {
  const { namespace = 'default' } = workload.metadata;
  const spec = isHelmRelease(workload) ? {} : podSpecOf(workload);
  const account = spec['serviceAccountName'];
  const name = typeof account === 'string' && account !== '' ? account : 'default';
  const owner = await cluster.get(kinds.ServiceAccount, { namespace, name });
  const secrets = [
    ...secretNames(owner?.['imagePullSecrets']),
    ...secretNames(spec['imagePullSecrets']),
  ];
  const logins = new Map<string, Login>();
  for (const secret of secrets) {
    const object = await cluster.get(kinds.Secret, { namespace, name: secret });
    if (object !== undefined) for (const [host, login] of loginsOf(object)) logins.set(host, login);
  }
  return async (registry) => logins.get(registry);
}

function podSpecOf(workload: KubeObject): Record<string, unknown> {
  const keys = workload.kind === 'CronJob' ? ['spec', 'jobTemplate'] : [];
  const path = [...keys, 'spec', 'template', 'spec'];
  const found = path.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), workload);
  return isRecord(found) ? found : {};
}

function secretNames(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.filter(isRecord).map(({ name }) => String(name));
}

/** The logins of a pull secret of either type, by registry; entries that cannot be read are left out. */
export function loginsOf(secret: KubeObject): Map<string, Login> {
  const data = isRecord(secret['data']) ? secret['data'] : {};
  const found = new Map<string, Login>();
  const config = decoded(data['.dockerconfigjson']);
  const auths = isRecord(config) ? config['auths'] : decoded(data['.dockercfg']);
  if (!isRecord(auths)) return found;
  for (const [host, entry] of Object.entries(auths)) {
    const login = isRecord(entry) ? loginOf(entry) : undefined;
    if (login !== undefined) found.set(registryName(host), login);
  }
  return found;
}

function decoded(value: unknown): unknown {
  if (typeof value !== 'string') return undefined;
  try {
    return JSON.parse(Buffer.from(value, 'base64').toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function loginOf(entry: Record<string, unknown>): Login | undefined {
  const { auth, username, password } = entry;
  if (typeof auth === 'string') {
    const text = Buffer.from(auth, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    if (colon < 1) return undefined;
    return { username: text.slice(0, colon), password: hide(text.slice(colon + 1)) };
  }
  if (typeof username !== 'string' || typeof password !== 'string') return undefined;
  return { username, password: hide(password) };
}

/** The registry that a key of a docker configuration means: scheme and path do not count. */
function registryName(key: string): string {
  const host = key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return hubNames.has(host) ? 'index.docker.io' : host;
}
