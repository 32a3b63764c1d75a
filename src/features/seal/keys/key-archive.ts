import { hide, KnownError, messageOf } from '../../../base/index.ts';
import type { Hidden } from '../../../base/index.ts';

/** Who may open an archive: whoever knows a password, or holders of age keys. */
export type Lock =
  | { readonly password: Hidden<string> }
  /** Public keys: `age1…`. */
  | { readonly recipients: readonly string[] };

/** What opens an archive: the password, or private keys. */
export type Unlock =
  | { readonly password: Hidden<string> }
  /** `AGE-SECRET-KEY-1…` */
  | { readonly identities: ReadonlyArray<Hidden<string>> };

/**
 * Encrypts a text as an age file in armour, so that the program `age` opens it too where Trice is not
 * at hand (age-encryption.org/v1; a password goes through scrypt and takes a second on purpose).
 * @throws {KnownError} `invalid` for a recipient that is none.
 */
export async function lockArchive(text: Hidden<string>, lock: Lock): Promise<string> {
  const { armor, Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  if ('password' in lock) encrypter.setPassphrase(lock.password.reveal());
  else for (const each of lock.recipients) addRecipient(encrypter, each);
  return `${armor.encode(await encrypter.encrypt(text.reveal())).trimEnd()}\n`;
}

function addRecipient(to: { addRecipient(recipient: string): void }, recipient: string): void {
  try {
    to.addRecipient(recipient);
  } catch (thrown) {
    const shown = JSON.stringify(recipient);
    throw new KnownError('invalid', `${shown} is no age recipient (age1…): ${messageOf(thrown)}`);
  }
}

/**
 * Opens what `lockArchive` or the program `age` made, with armour or without.
 * @throws {KnownError} `invalid` for another file or a bad identity, `denied` for a wrong password or
 *   key, or a changed file.
 */
export async function unlockArchive(archive: Uint8Array, unlock: Unlock): Promise<Hidden<string>> {
  const { armor, Decrypter } = await import('age-encryption');
  const file = ageFileIn(archive, armor.decode);
  const decrypter = new Decrypter();
  if ('password' in unlock) decrypter.addPassphrase(unlock.password.reveal());
  else for (const each of unlock.identities) addIdentity(decrypter, each);
  try {
    return hide(await decrypter.decrypt(file, 'text'));
  } catch {
    const what = 'password' in unlock ? 'the password is wrong' : 'no identity fits';
    throw new KnownError('denied', `${what}, or the backup was changed`);
  }
}

const magic = 'age-encryption.org/';

function ageFileIn(archive: Uint8Array, decode: (text: string) => Uint8Array): Uint8Array {
  if (Buffer.from(archive.subarray(0, magic.length)).toString() === magic) return archive;
  try {
    return decode(Buffer.from(archive).toString());
  } catch (thrown) {
    throw new KnownError('invalid', `not an age file: ${messageOf(thrown)}`);
  }
}

function addIdentity(to: { addIdentity(identity: string): void }, identity: Hidden<string>): void {
  try {
    to.addIdentity(identity.reveal());
  } catch {
    throw new KnownError('invalid', 'an identity is no age private key (AGE-SECRET-KEY-1…)');
  }
}
