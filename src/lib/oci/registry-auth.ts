import { KnownError, hide } from '../../base/index.ts';
import type { Clock, Hidden } from '../../base/index.ts';
import type { Transport } from '../http/index.ts';
import { parseChallenge } from './challenge.ts';
import type { RegistryCredentials } from './client.ts';

interface Token {
  readonly header: Hidden<string>;
  readonly until: number;
}

/** Where a request goes and which right it needs (`repository:a/b:pull`). */
export interface Target {
  /** Name in settings and secrets. */
  readonly registry: string;
  /** Where its API is, such as `https://registry-1.docker.io`. */
  readonly base: string;
  readonly scope: string;
}

/** The answers to a registry's challenges, kept as long as they last. */
export interface RegistryAuth {
  /** The `Authorization` header for a target, as far as it is known by now. */
  headerFor(target: Target): string | undefined;
  /** Answers a 401; false when there is nothing (more) to offer. */
  answer(target: Target, challenge: string | null, signal?: AbortSignal): Promise<boolean>;
}

// A token without a stated life lasts a minute (the distribution token specification).
const defaultLifeSeconds = 60;

/** Basic and token authentication. */
export function createRegistryAuth(options: {
  readonly transport: Transport;
  readonly credentials: RegistryCredentials | undefined;
  readonly clock: Clock;
}): RegistryAuth {
  const tokens = new Map<string, Token>();
  const keyOf = (target: Target): string => `${target.base} ${target.scope}`;
  return {
    headerFor: (target) => {
      const token = tokens.get(keyOf(target));
      if (token === undefined || token.until <= options.clock.now().getTime()) return undefined;
      return token.header.reveal();
    },
    answer: async (target, header, signal) => {
      const challenge = parseChallenge(header);
      const login = await options.credentials?.(target.registry);
      const basic =
        login === undefined
          ? undefined
          : `Basic ${Buffer.from(`${login.username}:${login.password.reveal()}`).toString('base64')}`;
      if (challenge?.scheme === 'bearer') {
        const { realm = '', service } = challenge.parameters;
        const token = await fetchToken(options, { target, realm, service, basic, signal });
        tokens.set(keyOf(target), token);
        return true;
      }
      if (basic === undefined || challenge === undefined) return false;
      const hadIt = tokens.get(keyOf(target))?.header.reveal() === basic;
      tokens.set(keyOf(target), { header: hide(basic), until: Number.POSITIVE_INFINITY });
      return !hadIt;
    },
  };
}

async function fetchToken(
  { transport, clock }: { readonly transport: Transport; readonly clock: Clock },
  how: {
    readonly target: Target;
    readonly realm: string;
    readonly service: string | undefined;
    readonly basic: string | undefined;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Token> {
  const { target, basic, service, signal } = how;
  const url = realmOf(how.realm, target);
  if (service !== undefined) url.searchParams.set('service', service);
  if (target.scope !== '') url.searchParams.set('scope', target.scope);
  const headers = basic === undefined ? {} : { authorization: basic };
  const init = { headers, ...(signal === undefined ? {} : { signal }) };
  const response = await transport(new Request(url, init));
  if (!response.ok) {
    await response.body?.cancel();
    const why = `the token server of ${target.registry} (${url.host}) answered ${response.status}`;
    throw new KnownError('denied', `${why}; check the credentials`, { status: response.status });
  }
  const body = (await response.json()) as {
    token?: string;
    access_token?: string;
    expires_in?: number;
  };
  const seconds = Math.max(body.expires_in ?? 0, defaultLifeSeconds) - 5;
  const header = hide(`Bearer ${body.token ?? body.access_token ?? ''}`);
  return { header, until: clock.now().getTime() + seconds * 1000 };
}

/** The token server gets the password: it must be as well protected as the registry. */
function realmOf(realm: string, target: Target): URL {
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  const isSafe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && target.base.startsWith('http:'));
  if (url !== undefined && isSafe) return url;
  throw new KnownError(
    'denied',
    `${target.registry} names ${JSON.stringify(realm)} as its token server; https is needed`,
  );
}
