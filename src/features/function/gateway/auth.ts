import { randomBytes } from 'node:crypto';
import { hide, isRecord, KnownError } from '../../../base/index.ts';
import type { Hidden, KubeObject, Run } from '../../../base/index.ts';
import { basicAuthOf, sameText } from '../../../lib/http/index.ts';
import { kinds, watchCache } from '../../../lib/kube/index.ts';
import type { Cluster } from '../../../lib/kube/index.ts';

const secretName = 'basic-auth';
const userKey = 'basic-auth-user';
const passwordKey = 'basic-auth-password';
const passwordBytes = 24;

/** Whether a request carries the user and password of the Secret `basic-auth`. */
export interface Gate {
  allows(headers: Headers): boolean;
  readonly ready: Promise<void>;
}

/** Follows the Secret, so that a changed password holds at once. Without the Secret nobody gets in. */
export function watchGate(cluster: Cluster, namespace: string, run: Run): Gate {
  const query = { namespace, fieldSelector: `metadata.name=${secretName}` };
  const secrets = watchCache(cluster, kinds.Secret, run, query);
  return {
    ready: secrets.ready,
    allows(headers) {
      const wanted = credentialsOf(secrets.get({ namespace, name: secretName }));
      const given = basicAuthOf(headers);
      if (wanted === undefined || given === undefined) return false;
      // Both are always compared: the time taken tells nothing about which one was wrong.
      const user = sameText(given.username, wanted.user);
      const password = sameText(given.password.reveal(), wanted.password.reveal());
      return user && password;
    },
  };
}

function credentialsOf(
  secret: KubeObject | undefined,
): { user: string; password: Hidden<string> } | undefined {
  const data = isRecord(secret?.data) ? secret.data : {};
  const read = (key: string): string | undefined => {
    const coded = data[key];
    return typeof coded === 'string' ? Buffer.from(coded, 'base64').toString().trim() : undefined;
  };
  const [user, password] = [read(userKey), read(passwordKey)];
  return user && password ? { user, password: hide(password) } : undefined;
}

/** Makes the Secret with user `admin` and a random password when it is not there; its namespace must exist. */
export async function ensureBasicAuth(cluster: Cluster, namespace = 'openfaas'): Promise<void> {
  const key = { namespace, name: secretName };
  if ((await cluster.get(kinds.Secret, key)) !== undefined) return;
  const coded = (text: string): string => Buffer.from(text).toString('base64');
  try {
    await cluster.create(kinds.Secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: key,
      type: 'Opaque',
      data: {
        [userKey]: coded('admin'),
        [passwordKey]: coded(randomBytes(passwordBytes).toString('base64url')),
      },
    });
  } catch (thrown) {
    if (!(thrown instanceof KnownError && thrown.code === 'exists')) throw thrown;
  }
}

/** The answer to who may not come in. */
export function refuse(): Response {
  return new Response('invalid credentials', {
    status: 401,
    headers: { 'WWW-Authenticate': 'Basic realm="Restricted"' },
  });
}
