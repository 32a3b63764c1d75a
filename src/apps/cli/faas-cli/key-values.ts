import { KnownError } from '../../../base/index.ts';

/**
 * The pairs of a repeated flag `key=value`, without space around either. Texts name the key at most: a
 * value may be a secret.
 * @throws {KnownError} `invalid` for one without `=`, key or value.
 */
export function keyValues(texts: readonly string[], flag: string): Record<string, string> {
  const pairs = texts.map((text): [string, string] => {
    const equals = text.indexOf('=');
    const [key, value] = [text.slice(0, equals).trim(), text.slice(equals + 1).trim()];
    if (equals < 0) throw new KnownError('invalid', `each ${flag} must take the form key=value`);
    if (key === '') throw new KnownError('invalid', `${flag} must have a non-empty key`);
    if (value === '') throw new KnownError('invalid', `${flag} must have a non-empty value`);
    return [key, value];
  });
  return Object.fromEntries(pairs);
}
