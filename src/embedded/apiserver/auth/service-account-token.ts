import {
  createPrivateKey,
  createPublicKey,
  createHash,
  generateKeyPair,
  sign,
  verify,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { isRecord, type Clock, type JsonRecord, type KubeObject } from '../../../base/index.ts';
import type { Store } from '../store/store.ts';
import type { User } from './user.ts';

/** What a service account token is made for. */
export interface TokenClaims {
  readonly account: KubeObject;
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  /** The pod or secret whose end is the end of the token. */
  readonly boundTo?: {
    readonly kind: 'Pod' | 'Secret';
    readonly name: string;
    readonly uid: string;
  };
  /** Tokens kept in Secrets do not expire. */
  readonly legacySecret?: string;
}

/** Signs and checks service account tokens (JWT, RS256). */
export interface TokenIssuer {
  issue(claims: TokenClaims): Promise<{ readonly token: string; readonly expires: string }>;
  /**
   * The account a token speaks for; undefined when it is wrong, over, made for nobody among the
   * audiences (this server's when absent), or its account is gone.
   */
  verify(token: string, audiences?: readonly string[]): Promise<Verified | undefined>;
  /** The public keys as a JSON Web Key Set. */
  keySet(): Promise<JsonRecord>;
}

/** Who a token speaks for, and to whom of those that were asked about. */
export interface Verified {
  readonly user: User;
  readonly audiences: readonly string[];
}

/** Issuer named in tokens; also the audience that this server is. */
export const tokenIssuerUrl = 'https://kubernetes.default.svc.cluster.local';
const keyPlace = '/internal/keys/service-account';

/** An issuer whose key is made when the first token is asked for, and kept in the store. */
export function createTokenIssuer(ports: {
  readonly store: Store;
  readonly clock: Clock;
  readonly keyPem?: string;
}): TokenIssuer {
  const { store, clock } = ports;
  let key: Promise<KeyObject> | undefined;
  const signingKey = (): Promise<KeyObject> => (key ??= loadKey(store, ports.keyPem));
  return {
    async issue(claims) {
      const now = Math.floor(clock.now().getTime() / 1000);
      const privateKey = await signingKey();
      const token = signed(payloadOf(claims, now), privateKey);
      const expires = new Date((now + claims.expirationSeconds) * 1000).toISOString();
      return { token, expires: `${expires.slice(0, 19)}Z` };
    },
    async verify(token, audiences = [tokenIssuerUrl]) {
      const payload = checked(token, createPublicKey(await signingKey()));
      const now = clock.now().getTime() / 1000;
      if (!payload || (typeof payload['exp'] === 'number' && payload['exp'] < now))
        return undefined;
      const told = audiencesOf(payload).filter((each) => audiences.includes(each));
      const user = told.length > 0 ? userOf(payload, store) : undefined;
      return user && { user, audiences: told };
    },
    async keySet() {
      const publicKey = createPublicKey(await signingKey());
      const jwk = publicKey.export({ format: 'jwk' });
      return { keys: [{ use: 'sig', alg: 'RS256', kid: keyId(publicKey), ...jwk }] };
    },
  };
}

async function loadKey(store: Store, pem: string | undefined): Promise<KeyObject> {
  if (pem !== undefined) return createPrivateKey(pem);
  const kept = store.get(keyPlace)?.parse();
  if (kept) return createPrivateKey(String(kept['pem']));
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const object: KubeObject = {
    apiVersion: 'internal/v1',
    kind: 'SigningKey',
    metadata: { name: 'service-account' },
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
  store.put(keyPlace, object, 0);
  await store.durable();
  return privateKey;
}

function payloadOf(claims: TokenClaims, now: number): JsonRecord {
  const { account, boundTo } = claims;
  const { name, namespace = '', uid } = account.metadata;
  const subject = `system:serviceaccount:${namespace}:${name}`;
  if (claims.legacySecret !== undefined)
    return {
      iss: 'kubernetes/serviceaccount',
      'kubernetes.io/serviceaccount/namespace': namespace,
      'kubernetes.io/serviceaccount/secret.name': claims.legacySecret,
      'kubernetes.io/serviceaccount/service-account.name': name,
      'kubernetes.io/serviceaccount/service-account.uid': uid,
      sub: subject,
    };
  const bound = boundTo
    ? { [boundTo.kind.toLowerCase()]: { name: boundTo.name, uid: boundTo.uid } }
    : {};
  return {
    aud: claims.audiences,
    exp: now + claims.expirationSeconds,
    iat: now,
    iss: tokenIssuerUrl,
    'kubernetes.io': { namespace, ...bound, serviceaccount: { name, uid } },
    nbf: now,
    sub: subject,
  };
}

function signed(payload: JsonRecord, key: KeyObject): string {
  const header = { alg: 'RS256', kid: keyId(createPublicKey(key)) };
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part(header)}.${part(payload)}`;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
}

function keyId(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('base64url');
}

function checked(token: string, key: KeyObject): JsonRecord | undefined {
  const [header = '', payload = '', signature = '', ...more] = token.split('.');
  if (more.length > 0 || signature === '') return undefined;
  try {
    const { alg } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { alg?: string };
    const text = Buffer.from(`${header}.${payload}`);
    if (alg !== 'RS256' || !verify('RSA-SHA256', text, key, Buffer.from(signature, 'base64url')))
      return undefined;
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    return isRecord(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}

/** Tokens kept in Secrets name no audience: they are for this server. */
function audiencesOf({ aud }: JsonRecord): string[] {
  if (aud === undefined) return [tokenIssuerUrl];
  return [aud].flat().map(String);
}

/** The user a payload names, as long as the account and what the token is bound to are still there. */
function userOf(payload: JsonRecord, store: Store): User | undefined {
  const [, , namespace, name] = String(payload['sub']).split(':');
  if (namespace === undefined || name === undefined) return undefined;
  const facts = isRecord(payload['kubernetes.io']) ? payload['kubernetes.io'] : {};
  const account = isRecord(facts['serviceaccount'])
    ? facts['serviceaccount']
    : { name, uid: payload['kubernetes.io/serviceaccount/service-account.uid'] };
  const alive = (plural: string, of: JsonRecord): boolean =>
    store.get(`/core/${plural}/${namespace}/${of['name']}`)?.parse().metadata.uid === of['uid'];
  if (!alive('serviceaccounts', account)) return undefined;
  const kept = payload['kubernetes.io/serviceaccount/secret.name'];
  if (kept !== undefined && !store.get(`/core/secrets/${namespace}/${String(kept)}`))
    return undefined;
  for (const [kind, plural] of [
    ['pod', 'pods'],
    ['secret', 'secrets'],
  ] as const) {
    const bound = facts[kind];
    if (isRecord(bound) && !alive(plural, bound)) return undefined;
  }
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    uid: String(account['uid']),
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
  };
}
