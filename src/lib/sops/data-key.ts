import { armor, Decrypter } from 'age-encryption';
import { KnownError } from '../../base/index.ts';
import type { SopsKeys } from './keys.ts';
import type { EncryptedKey, SopsMetadata } from './metadata.ts';
import { combineParts } from './shamir.ts';

/** The key that all values of a file are encrypted with. Throws a `KnownError('denied')` that names the keys asked for. */
export async function dataKeyOf(
  { groups, threshold }: SopsMetadata,
  keys: SopsKeys,
  file: string,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const missing: EncryptedKey[] = [];
  for (const group of groups) {
    const part = await partOf(group, keys);
    if (part === undefined) missing.push(...group);
    else parts.push(part);
    if (parts.length === (groups.length === 1 ? 1 : threshold)) break;
  }
  const [first] = parts;
  if (groups.length === 1 && first !== undefined) return first;
  if (groups.length > 1 && parts.length >= threshold) return combineParts(parts);
  throw new KnownError(
    'denied',
    `${file}: no key opens it; it is encrypted for ${named(missing)}`,
    {
      retry: 'backoff',
    },
  );
}

/** Any key of the group will do. */
async function partOf(
  group: readonly EncryptedKey[],
  keys: SopsKeys,
): Promise<Uint8Array | undefined> {
  for (const each of group) {
    const part = await opened(each, keys);
    if (part !== undefined) return part;
  }
  return undefined;
}

/** Whatever goes wrong with one key: another one may fit. */
async function opened(key: EncryptedKey, keys: SopsKeys): Promise<Uint8Array | undefined> {
  try {
    if (key.for === 'pgp') return await keys.pgp?.(key.text);
    if (key.for === 'age') return await openedByAge(key.text, keys);
    return undefined;
  } catch {
    return undefined;
  }
}

async function openedByAge(text: string, { age }: SopsKeys): Promise<Uint8Array | undefined> {
  const identities = (age?.reveal() ?? '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.startsWith('AGE-SECRET-KEY-'));
  if (identities.length === 0) return undefined;
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  return decrypter.decrypt(armor.decode(text));
}

function named(missing: readonly EncryptedKey[]): string {
  const clouds = missing.filter((each) => each.for === 'cloud').map(({ name }) => name);
  const names = missing
    .filter((each) => each.for !== 'cloud')
    .map((each) => `${each.for} ${each.name}`);
  if (clouds.length > 0) names.push(`${clouds.join(', ')} (key services are not supported)`);
  return names.length === 0 ? 'nobody' : names.join(', ');
}
