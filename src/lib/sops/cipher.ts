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
  const scalar = scalarOf(type, bytes);
  if (scalar === undefined) throw wrong(path, `it is no value of type ${JSON.stringify(type)}`);
  return scalar;
}

/** Undefined for an unknown type, and for a number that is none. */
function scalarOf(type: string, bytes: Buffer): Scalar | undefined {
  const plain = bytes.toString('utf8');
  if (type === 'str') return { type, text: plain };
  if (type === 'bytes') return { type, text: bytes.toString('latin1') };
  if (type === 'bool') return { type, isTrue: /^(1|t|true)$/i.test(plain) };
  if (type === 'time') return { type, text: plain, canonical: plain };
  if (type === 'int' && /^[+-]?\d+$/.test(plain)) {
    return { type, text: BigInt(plain.replace(/^\+/, '')).toString() };
  }
  const isNumber = plain.trim() !== '' && !Number.isNaN(Number(plain));
  return type === 'float' && isNumber ? { type, text: floatText(Number(plain)) } : undefined;
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
