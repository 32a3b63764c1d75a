import { Agent } from 'undici';
import { KnownError, hide, isRecord } from '../../../base/index.ts';
import type { JsonRecord, Key } from '../../../base/index.ts';
import type { RepositoryCredentials } from '../../../lib/helm/index.ts';
import type { Transport } from '../../../lib/http/index.ts';
import { kinds } from '../../../lib/kube/index.ts';
import type { Cluster } from '../../../lib/kube/index.ts';

/** PEM texts for talking to one host. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Anybody may say that they are that host. */
  readonly insecure?: boolean;
}

/** What a chart repository is opened with. */
export interface RepositoryAccess {
  readonly credentials?: RepositoryCredentials;
  readonly transport?: Transport;
}

/** Keys of either convention: Helm's and Flux's own, and that of kubernetes.io/tls. */
const names = {
  username: ['username'],
  password: ['password'],
  ca: ['caFile', 'ca.crt'],
  cert: ['certFile', 'tls.crt'],
  key: ['keyFile', 'tls.key'],
} as const;

export interface PullSecretHow {
  /** The repository's. */
  readonly url: string;
  /** For every other host. */
  readonly plain: Transport;
  readonly withTls: (tls: TlsFiles) => Transport;
}

/**
 * Reads a chart's pull secret: `username` and `password`, `caFile`, `certFile` and `keyFile` (or
 * `ca.crt`, `tls.crt`, `tls.key`), or `.dockerconfigjson`. Credentials and the client certificate go to the repository's own
 * host only. Throws `not-found` when there is no such Secret, `invalid` when it holds half a pair.
 */
export async function readPullSecret(
  cluster: Cluster,
  secret: Key,
  { url, plain, withTls }: PullSecretHow,
): Promise<RepositoryAccess> {
  const object = await cluster.get(kinds.Secret, secret);
  const shown = `${secret.namespace ?? ''}/${secret.name}`;
  if (object === undefined) {
    throw new KnownError('not-found', `chart pull secret ${shown} not found`);
  }
  const data = isRecord(object['data']) ? object['data'] : {};
  const login = loginIn(data['.dockerconfigjson'], new URL(url).host);
  const credentials = pairOf(data, shown) ?? login;
  const tls = tlsOf(data, shown);
  return {
    ...(credentials === undefined ? {} : { credentials }),
    ...(Object.keys(tls).length === 0
      ? {}
      : { transport: onlyFor(url, { own: withTls(tls), plain }) }),
  };
}

function fieldOf(data: JsonRecord, field: keyof typeof names): string | undefined {
  const text = names[field].map((name) => data[name]).find((each) => typeof each === 'string');
  return typeof text === 'string' ? Buffer.from(text, 'base64').toString('utf8') : undefined;
}

function pairOf(data: JsonRecord, shown: string): RepositoryCredentials | undefined {
  const [username, password] = [fieldOf(data, 'username'), fieldOf(data, 'password')];
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined || password === undefined) {
    throw halfPair(shown, 'username and password');
  }
  return { username: username.trim(), password: hide(password.trim()) };
}

function tlsOf(data: JsonRecord, shown: string): TlsFiles {
  const [ca, cert, key] = [fieldOf(data, 'ca'), fieldOf(data, 'cert'), fieldOf(data, 'key')];
  if ((cert === undefined) !== (key === undefined)) throw halfPair(shown, 'certFile and keyFile');
  return { ...(ca ? { ca } : {}), ...(cert && key ? { cert, key } : {}) };
}

/** A Secret of type kubernetes.io/dockerconfigjson, as registries' logins are kept. */
function loginIn(value: unknown, host: string): RepositoryCredentials | undefined {
  if (typeof value !== 'string') return undefined;
  const text = Buffer.from(value, 'base64').toString('utf8');
  const config: unknown = parseJson(text);
  const auths = isRecord(config) && isRecord(config['auths']) ? config['auths'] : {};
  const entry = auths[host] ?? auths[`https://${host}`];
  if (!isRecord(entry)) return undefined;
  const auth = typeof entry['auth'] === 'string' ? entry['auth'] : '';
  const [, user = '', password = ''] =
    /^([^:]*):([\s\S]*)$/.exec(Buffer.from(auth, 'base64').toString('utf8')) ?? [];
  return {
    username: String(entry['username'] ?? user),
    password: hide(String(entry['password'] ?? password)),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new KnownError('invalid', 'the .dockerconfigjson of a chart pull secret is not JSON');
  }
}

function halfPair(secret: string, pair: string): KnownError {
  return new KnownError('invalid', `chart pull secret ${secret} needs both of ${pair}`);
}

/** Another host gets neither our certificate nor our trust in a private authority. */
export function onlyFor(
  home: string,
  { own, plain }: { own: Transport; plain: Transport },
): Transport {
  const { host, protocol } = new URL(home);
  return (request) => {
    const to = new URL(request.url);
    const isHome = to.host === host && to.protocol === protocol;
    return (isHome ? own : plain)(request);
  };
}

/** The runtime's own `fetch` with these files. */
export function tlsTransport(tls: TlsFiles): Transport {
  const { insecure = false, ...files } = tls;
  const dispatcher = new Agent({ connect: { ...files, rejectUnauthorized: !insecure } });
  return (request) => fetch(request, { dispatcher } as unknown as RequestInit);
}
