import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { hide, isRecord, KnownError } from '../../../base/index.ts';
import type { Hidden, JsonRecord } from '../../../base/index.ts';

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);
const format = 'trice-seal-backup/1';
const keyBytes = 32;
const saltBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;
// 128 MiB and about half a second: what a guess costs too.
const cost = 2 ** 17;
const blockSize = 8;
const largestCost = 2 ** 20;

/**
 * Encrypts a text under a password: scrypt makes the key, AES-256-GCM encrypts, and the parameters are
 * authenticated with it. The result is JSON of one object, so that a file tells what it is.
 */
export async function lockArchive(text: Hidden<string>, password: Hidden<string>): Promise<string> {
  const [salt, nonce] = [randomBytes(saltBytes), randomBytes(nonceBytes)];
  const head = { format, kdf: 'scrypt', cost, salt: salt.toString('base64') };
  const cipher = createCipheriv('aes-256-gcm', await keyOf(password, salt, cost), nonce);
  cipher.setAAD(Buffer.from(JSON.stringify(head)));
  const sealed = [nonce, cipher.update(text.reveal(), 'utf8'), cipher.final(), cipher.getAuthTag()];
  return `${JSON.stringify({ ...head, data: Buffer.concat(sealed).toString('base64') }, null, 2)}\n`;
}

/**
 * Opens what `lockArchive` made.
 * @throws {KnownError} `invalid` for another file, `denied` for a wrong password or a changed file.
 */
export async function unlockArchive(
  archive: string,
  password: Hidden<string>,
): Promise<Hidden<string>> {
  const { head, data } = read(archive);
  const key = await keyOf(password, Buffer.from(head.salt, 'base64'), head.cost);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, nonceBytes));
    decipher.setAAD(Buffer.from(JSON.stringify(head)));
    decipher.setAuthTag(data.subarray(data.length - tagBytes));
    const body = data.subarray(nonceBytes, data.length - tagBytes);
    return hide(Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8'));
  } catch {
    throw new KnownError('denied', 'the password is wrong, or the backup was changed');
  }
}

interface Head {
  readonly format: string;
  readonly kdf: string;
  readonly cost: number;
  readonly salt: string;
}

function read(archive: string): { head: Head; data: Buffer } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(archive);
  } catch {
    parsed = undefined;
  }
  if (!isRecord(parsed) || parsed.format !== format) {
    throw new KnownError('invalid', `not a backup made by trice seal backup (${format})`);
  }
  const { kdf, cost: given, salt, data } = parsed as JsonRecord;
  const isCost = typeof given === 'number' && given <= largestCost && Math.log2(given) % 1 === 0;
  const bytes = Buffer.from(String(data), 'base64');
  if (
    kdf !== 'scrypt' ||
    !isCost ||
    typeof salt !== 'string' ||
    bytes.length < nonceBytes + tagBytes
  ) {
    throw new KnownError('invalid', 'the backup is damaged: its parameters make no sense');
  }
  return { head: { format, kdf, cost: given, salt }, data: bytes };
}

function keyOf(password: Hidden<string>, salt: Buffer, N: number): Promise<Buffer> {
  const maxmem = 256 * N * blockSize;
  return derive(password.reveal(), salt, keyBytes, { N, r: blockSize, p: 1, maxmem });
}
