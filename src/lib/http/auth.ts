import { createHash, timingSafeEqual } from 'node:crypto';
import { hide, type Hidden } from '../../base/index.ts';

/** Whether two secrets are the same, in a time that tells nothing about where they differ. */
export function sameText(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

/** User name and password of an `Authorization: Basic …` header (RFC 7617); undefined when it is absent or malformed. */
export function basicAuthOf(
  headers: Headers,
): { readonly username: string; readonly password: Hidden<string> } | undefined {
  const [scheme, coded] = (headers.get('authorization') ?? '').split(' ', 2);
  if (scheme?.toLowerCase() !== 'basic' || coded === undefined) return undefined;
  const text = Buffer.from(coded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  return { username: text.slice(0, colon), password: hide(text.slice(colon + 1)) };
}
