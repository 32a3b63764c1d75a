import { hide, isRecord, type Logger } from '../../../base/index.ts';
import { isSameRepository } from '../../../features/sync/index.ts';
import type { Credentials } from '../../../lib/git/index.ts';
import { kinds, type Cluster } from '../../../lib/kube/index.ts';

export interface HttpsCredentials {
  readonly cluster: Cluster;
  readonly log: Logger;
  readonly namespace: string;
  /** Secrets with `username` and `password`, and `url` where they are for more than our repositories. */
  readonly secrets: readonly string[];
  /** URLs of the repositories that are synced. */
  readonly repositories: readonly string[];
}

/**
 * Finds the name and password for an https URL in Secrets, at each use: a new password counts at once.
 * A Secret with `url` is for what lies at or below it; one without is for our own repositories only.
 */
export function httpsCredentials(ports: HttpsCredentials): Credentials {
  return async (url) => {
    if (!isSafe(url)) return undefined;
    for (const name of ports.secrets) {
      const data = await fieldsOf(ports, name);
      const isFor =
        data['url'] === undefined
          ? ports.repositories.some((each) => isSameRepository(each, url))
          : isBelow(url, data['url'].trim());
      if (!isFor || data['password'] === undefined) continue;
      return { username: data['username'] ?? 'git', password: hide(data['password'].trimEnd()) };
    }
    return undefined;
  };
}

/** A password never goes over the network in the clear. */
function isSafe(url: string): boolean {
  return /^https:/i.test(url) || /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]/i.test(url);
}

function isBelow(url: string, above: string): boolean {
  if (!URL.canParse(url) || !URL.canParse(above)) return false;
  const [inner, outer] = [new URL(url), new URL(above)];
  const folder = outer.pathname.endsWith('/') ? outer.pathname : `${outer.pathname}/`;
  const isInside = inner.pathname === outer.pathname || inner.pathname.startsWith(folder);
  return inner.origin === outer.origin && isInside;
}

async function fieldsOf(
  { cluster, namespace, log }: HttpsCredentials,
  name: string,
): Promise<Record<string, string>> {
  const secret = await cluster.get(kinds.Secret, { namespace, name });
  if (secret === undefined) log.warn('the Secret with git credentials is missing', { name });
  const data = isRecord(secret?.['data']) ? secret['data'] : {};
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      Buffer.from(String(value), 'base64').toString('utf8'),
    ]),
  );
}
