import { RegistryRefusal } from './errors.ts';

const part = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const namePattern = new RegExp(`^${part}(?:/${part})*$`);
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const digestPattern = /^sha256:[0-9a-f]{64}$/;

/** A repository's name, checked; a name that passes is also a path that stays in its folder. */
export function repositoryName(text: string): string {
  if (namePattern.test(text) && text.length <= 255) return text;
  throw new RegistryRefusal(
    'NAME_INVALID',
    `${JSON.stringify(text)} is not a repository name: lower-case letters, digits, '.', '_', '-' and '/'`,
  );
}

/** A digest, checked; sha256 is the only kind kept. */
export function digestName(text: string | null): string {
  if (text !== null && digestPattern.test(text)) return text;
  throw new RegistryRefusal('DIGEST_INVALID', `${JSON.stringify(text)} is not a sha256 digest`);
}

/** What a manifest is asked for by. */
export function isDigest(text: string): boolean {
  return digestPattern.test(text);
}

/** A tag, checked. */
export function tagName(text: string): string {
  if (tagPattern.test(text)) return text;
  throw new RegistryRefusal('TAG_INVALID', `${JSON.stringify(text)} is not a tag`);
}
