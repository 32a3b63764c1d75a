import { KnownError } from '../../base/index.ts';
import type { ErrorCode } from '../../base/index.ts';
import { lastLines } from './git-program.ts';

// Texts of git, curl and OpenSSH (LC_ALL=C). Order matters: the first that fits names the error.
const kinds: ReadonlyArray<readonly [RegExp, ErrorCode, string]> = [
  [
    /could not resolve host(name)?|name or service not known|temporary failure in name resolution/i,
    'unreachable',
    'the host name cannot be resolved',
  ],
  [
    /host key verification failed/i,
    'denied',
    'the host key is not in known_hosts; add it if it is the right one',
  ],
  [
    /authentication failed|could not read (username|password)|permission denied|access denied|returned error: 40[13]|invalid credentials/i,
    'denied',
    'the credentials are missing, wrong or lack the right',
  ],
  [
    /repository not found|does not appear to be a git repository|not found|does not exist|returned error: 404|not a git repository/i,
    'not-found',
    'there is no such repository, or the credentials may not see it',
  ],
  [
    /connection refused|timed out|network is unreachable|no route to host|failed to connect|couldn't connect|could not connect|unable to connect|connection (was )?reset|returned error: 5\d\d|hung up unexpectedly|ssl|tls/i,
    'unreachable',
    'the host cannot be reached',
  ],
];

/** The failure of a network operation as a `KnownError`, by what git wrote. `url` must be safe to show. */
export function remoteError(operation: string, url: string, stderr: string): KnownError {
  const said = withoutLogins(lastLines(stderr));
  const [, code, why] = kinds.find(([pattern]) => pattern.test(stderr)) ?? [];
  const reason = why === undefined ? said : `${why} (${said})`;
  return new KnownError(code ?? 'failed', `git ${operation} ${url}: ${reason}`);
}

function withoutLogins(text: string): string {
  return text
    .replaceAll(/([a-z+]+:\/\/)[^\s/@']*@/gi, '$1')
    .replaceAll(/\bauthorization:[^;]*/gi, '');
}
