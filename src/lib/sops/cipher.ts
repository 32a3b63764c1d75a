import { createDecipheriv } from 'node:crypto';
import { KnownError } from '../../base/index.ts';
import { floatText } from './tree/tree.ts';
import type { Scalar } from './tree/tree.ts';

const form = /^ENC\[AES256_GCM,data:(.+),iv:(.+),tag:(.+),type:(.+)\]/s;

/** Whether a text has the form of an encrypted value. */
export function looksEncrypted(text: string): boolean {
  return form.test(text);
}

/**
 * Opens one value; `path` is bound into it, so that values cannot change places. An empty text stands for
 * itself. Throws a `KnownError('invalid')` that names the place and nothing of the value.
 */
export function openValue(text: string, key: Uint8Array, path: string): Scalar {
  if (text === '') return { type: 'str', text: '' };
  const found = form.exec(text);
  if (found === null) throw wrong(path, 'it is not encrypted');
  const [, data = '', iv = '', tag = '', type = ''] = found;
  const bytes = decrypted({ data, iv, tag }, key, path);
  const plain = bytes.toString('utf8');
  switch (type) {
    case 'str':
      return { type, text: plain };
    case 'bytes':
      return { type, text: bytes.toString('latin1') };
    case 'int':
      if (!/^[+-]?\d+$/.test(plain)) throw wrong(path, 'it is no number');
      return { type, text: BigInt(plain.replace(/^\+/, '')).toString() };
    case 'float':
      if (plain.trim() === '' || Number.isNaN(Number(plain))) throw wrong(path, 'it is no number');
      return { type, text: floatText(Number(plain)) };
    case 'bool':
      return { type, isTrue: /^(1|t|true)$/i.test(plain) };
    case 'time':
      return { type, text: plain, canonical: plain };
    default:
      throw wrong(path, `its type ${JSON.stringify(type)} is unknown`);
  }
}

function decrypted(
  parts: { readonly data: string; readonly iv: string; readonly tag: string },
  key: Uint8Array,
  path: string,
): Buffer {
  try {
    const iv = Buffer.from(parts.iv, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 });
    decipher.setAAD(Buffer.from(path, 'utf8'));
    decipher.setAuthTag(Buffer.from(parts.tag, 'base64'));
    return Buffer.concat([decipher.update(Buffer.from(parts.data, 'base64')), decipher.final()]);
  } catch {
    throw wrong(path, 'it was changed, or is encrypted with another key');
  }
}

function wrong(path: string, why: string): KnownError {
  return new KnownError(
    'invalid',
    `the value at ${path.replace(/:$/, '')} cannot be opened: ${why}`,
  );
}
