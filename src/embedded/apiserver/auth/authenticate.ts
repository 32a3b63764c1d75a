import type { ApiRequest } from '../http/api-request.ts';
import { createHash } from 'node:crypto';
import type { Peer } from '../../../lib/http/index.ts';
import { forbidden, unauthorized } from '../http/status-error.ts';
import { refusal, type Authorizer } from './authorizer.ts';
import type { TokenIssuer } from './service-account-token.ts';
import type { StaticTokens } from './token-file.ts';
import { impersonatedUser, questioned, questions } from './impersonation.ts';
import { anonymous, authenticated, systemAdmin, type User } from './user.ts';

/** How callers over the network prove who they are. */
export interface Authentication {
  readonly tokens: TokenIssuer;
  readonly authorizer: Authorizer;
  readonly staticTokens: StaticTokens;
  readonly anonymousIsAdmin: boolean;
}

/** The user of a request: by client certificate, then by bearer token; 401 for a token that is wrong. */
export async function authenticate(
  how: Authentication,
  request: ApiRequest,
  peer: Peer | undefined,
): Promise<User> {
  return impersonated(how, request, await callerOf(how, request, peer));
}

async function callerOf(
  how: Authentication,
  request: ApiRequest,
  peer: Peer | undefined,
): Promise<User> {
  const certificate = peer?.certificate;
  if (certificate)
    return authenticated({ name: certificate.commonName, groups: certificate.organizations });
  const token = /^Bearer\s+(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  if (token === undefined) return how.anonymousIsAdmin ? systemAdmin : anonymous;
  const user = staticUser(how.staticTokens, token) ?? (await how.tokens.verify(token))?.user;
  if (!user) throw unauthorized();
  return authenticated(user);
}

/** Known tokens are compared by digest, so that the time taken tells nothing about them. */
export function staticUser(known: StaticTokens, token: string): User | undefined {
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
  const given = digest(token);
  for (const [each, user] of known) if (digest(each) === given) return user;
  return undefined;
}

/** `kubectl --as`: whoever may impersonate acts as the other. */
function impersonated(how: Authentication, request: ApiRequest, caller: User): User {
  const wanted = impersonatedUser(request.headers);
  if (!wanted) return caller;
  for (const each of questions(caller, wanted))
    if (how.authorizer.allows(each) === undefined)
      throw forbidden({ group: each.group, plural: questioned(each) }, each.name, refusal(each));
  return wanted;
}
