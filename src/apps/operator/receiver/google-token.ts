import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import { isRecord, KnownError, type Clock } from '../../../base/index.ts';
import type { Transport } from '../../../lib/http/index.ts';

const keysUrl = 'https://www.googleapis.com/oauth2/v3/certs';
const issuers: readonly unknown[] = ['https://accounts.google.com', 'accounts.google.com'];
const keptMs = 3_600_000;

/** Checks the bearer token of a Pub/Sub push. Throws a `KnownError('denied')` that says what is wrong. */
export type CheckToken = (authorization: string, audience: string) => Promise<void>;

/** A check that asks Google for its keys once an hour. */
export function googleTokens(clock: Clock, transport: Transport): CheckToken {
  let kept: { readonly keys: readonly unknown[]; readonly untilMs: number } | undefined;
  const keys = async (): Promise<readonly unknown[]> => {
    const nowMs = clock.now().getTime();
    if (kept !== undefined && nowMs < kept.untilMs) return kept.keys;
    const answer = await transport(new Request(keysUrl));
    const body = (await answer.json()) as unknown;
    if (!answer.ok || !isRecord(body) || !Array.isArray(body['keys'])) {
      throw new KnownError('unreachable', 'the keys of Google could not be read');
    }
    kept = { keys: body['keys'], untilMs: nowMs + keptMs };
    return kept.keys;
  };
  return async (authorization, audience) => {
    const token = /^Bearer (\S+)$/i.exec(authorization)?.[1] ?? '';
    const [head = '', claims = '', signature = ''] = token.split('.');
    const header = decoded(head);
    if (header['alg'] !== 'RS256') throw denied('it is not signed with RS256');
    const key = (await keys()).find((each) => isRecord(each) && each['kid'] === header['kid']);
    if (key === undefined) throw denied('its key is unknown');
    const publicKey = createPublicKey({ key: key as JsonWebKey, format: 'jwk' });
    const signed = Buffer.from(`${head}.${claims}`);
    const isSigned = verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url'));
    if (!isSigned) throw denied('its signature is wrong');
    checkClaims(decoded(claims), audience, clock.now().getTime() / 1000);
  };
}

function checkClaims(claims: Record<string, unknown>, audience: string, now: number): void {
  if (claims['aud'] !== audience) throw denied('it is for another audience');
  if (!issuers.includes(claims['iss'])) throw denied('it is not from Google');
  if (typeof claims['exp'] !== 'number' || claims['exp'] < now) throw denied('it is over');
}

function decoded(part: string): Record<string, unknown> {
  try {
    const value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as unknown;
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function denied(why: string): KnownError {
  return new KnownError('denied', `the token is not accepted: ${why}`);
}
