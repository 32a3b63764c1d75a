import { RegistryRefusal } from './errors.ts';

const part = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const namePattern = new RegExp(`^${part}(?:/${part})*$`);
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const digestPattern = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** A repository's name, checked; a name that passes is also a path that stays in its folder. */
export function repositoryName(text: string): string {
  if (namePattern.test(text) && text.length <= 255) return text;
  throw new RegistryRefusal(
    'NAME_INVALID',
    `${JSON.stringify(text)} is not a repository name: lower-case letters, digits, '.', '_', '-' and '/'`,
  );
}

/** A digest, checked; sha256 and sha512 are kept. */
export function digestName(text: string | null): string {
  if (text !== null && digestPattern.test(text)) return text;
  throw new RegistryRefusal(
    'DIGEST_INVALID',
    `${JSON.stringify(text)} is not a sha256 or sha512 digest`,
  );
}

/** What a manifest is asked for by. */
export function isDigest(text: string): boolean {
  return digestPattern.test(text);
}

/** How a digest is computed. */
export type Algorithm = 'sha256' | 'sha512';

/** The algorithm of a digest. */
export function algorithmOf(digest: string): Algorithm {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256';
}

/** The digits of a digest; their number tells the algorithm. */
export function hexOf(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1);
}

/** The digest of these digits. */
export function digestOfHex(hex: string): string {
  return `${hex.length === 128 ? 'sha512' : 'sha256'}:${hex}`;
}

/** A tag, checked. */
export function tagName(text: string): string {
  if (tagPattern.test(text)) return text;
  throw new RegistryRefusal('TAG_INVALID', `${JSON.stringify(text)} is not a tag`);
}
