import { Agent } from 'undici';
import { KnownError, hide, isRecord } from '../../../base/index.ts';
import type { Key } from '../../../base/index.ts';
import type { RepositoryCredentials } from '../../../lib/helm/index.ts';
import type { Transport } from '../../../lib/http/index.ts';
import { kinds } from '../../../lib/kube/index.ts';
import type { Cluster } from '../../../lib/kube/index.ts';

/** PEM texts for talking to one host. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
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
 * `ca.crt`, `tls.crt`, `tls.key`). Credentials and the client certificate go to the repository's own
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
  const read = (field: keyof typeof names): string | undefined => {
    const text = names[field].map((name) => data[name]).find((each) => typeof each === 'string');
    return typeof text === 'string' ? Buffer.from(text, 'base64').toString('utf8') : undefined;
  };
  const { username, password, ca, cert, key } = Object.fromEntries(
    Object.keys(names).map((field) => [field, read(field as keyof typeof names)]),
  );
  if ((username === undefined) !== (password === undefined)) {
    throw halfPair(shown, 'username and password');
  }
  if ((cert === undefined) !== (key === undefined)) throw halfPair(shown, 'certFile and keyFile');
  const tls = { ...(ca ? { ca } : {}), ...(cert && key ? { cert, key } : {}) };
  return {
    ...(username !== undefined && password !== undefined
      ? { credentials: { username: username.trim(), password: hide(password.trim()) } }
      : {}),
    ...(Object.keys(tls).length === 0
      ? {}
      : { transport: onlyFor(url, { own: withTls(tls), plain }) }),
  };
}

function halfPair(secret: string, pair: string): KnownError {
  return new KnownError('invalid', `chart pull secret ${secret} needs both of ${pair}`);
}

/** Another host gets neither our certificate nor our trust in a private authority. */
function onlyFor(home: string, { own, plain }: { own: Transport; plain: Transport }): Transport {
  const { host, protocol } = new URL(home);
  return (request) => {
    const to = new URL(request.url);
    const isHome = to.host === host && to.protocol === protocol;
    return (isHome ? own : plain)(request);
  };
}

/** The runtime's own `fetch` with these files. */
export function tlsTransport(tls: TlsFiles): Transport {
  const dispatcher = new Agent({ connect: { ...tls } });
  return (request) => fetch(request, { dispatcher } as unknown as RequestInit);
}
