import { KnownError, hide, isRecord } from '../../base/index.ts';
import type { Key } from '../../base/index.ts';
import type { Credentials } from '../../lib/git/index.ts';
import { kinds } from '../../lib/kube/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';

/** Name and password from a Secret, for one https URL and its host; asked again at every use. */
export function secretCredentials(cluster: Cluster, secret: Key, home: string): Credentials {
  return async (url) => {
    if (hostOf(url) !== hostOf(home) || !url.toLowerCase().startsWith('https:')) return undefined;
    const object = await cluster.get(kinds.Secret, secret);
    const data = isRecord(object?.['data']) ? object['data'] : {};
    const read = (key: string): string => {
      const value = data[key];
      if (typeof value === 'string') return Buffer.from(value, 'base64').toString('utf8');
      throw new KnownError(
        'not-found',
        `git auth error: could not find ${key} key in secret ${secret.namespace ?? ''}/${secret.name}`,
      );
    };
    return { username: read('username').trim(), password: hide(read('password').trim()) };
  };
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}
