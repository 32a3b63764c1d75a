import { createHash } from 'node:crypto';
import type { FunctionTable } from '../../signature.ts';
import { GoError } from '../../template-error.ts';
import { fromBytes, toBytes } from '../../value/index.ts';
import { fn } from '../define.ts';

function corrupt(base: number, at: number): GoError {
  return new GoError(`illegal base${base} data at input byte ${at}`);
}

const alphabet64 = /[A-Za-z0-9+/]/;

/** Where Go's decoder finds a fault in base64 text; line breaks count but are skipped. */
function fault64(text: string): number | undefined {
  let inQuantum = 0;
  const skip = (from: number): number => {
    let at = from;
    while (text[at] === '\n' || text[at] === '\r') at++;
    return at;
  };
  for (let at = skip(0); at < text.length; at = skip(at)) {
    const char = text[at++]!;
    if (alphabet64.test(char)) {
      inQuantum = (inQuantum + 1) % 4;
      continue;
    }
    if (char !== '=' || inQuantum < 2) return at - 1;
    if (inQuantum === 2) {
      at = skip(at);
      if (at === text.length) return text.length;
      if (text[at] !== '=') return at - 1;
      at++;
    }
    at = skip(at);
    return at < text.length ? at : undefined;
  }
  return inQuantum === 0 ? undefined : text.length - inQuantum;
}

/** base64.StdEncoding.DecodeString. Throws `GoError` with Go's text. */
export function decode64(text: string): Buffer {
  const at = fault64(text);
  if (at !== undefined) throw corrupt(64, at);
  return Buffer.from(text, 'base64');
}

/** base64.StdEncoding.EncodeToString of a text's bytes. */
export function encode64(text: string): string {
  return toBytes(text).toString('base64');
}

const alphabet32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function encode32(text: string): string {
  const bytes = toBytes(text);
  let out = '';
  for (let i = 0; i < bytes.length; i += 5) {
    const part = bytes.subarray(i, i + 5);
    const bits = Array.from(part, (byte) => byte.toString(2).padStart(8, '0')).join('');
    const digits = bits
      .match(/.{1,5}/g)!
      .map((five) => alphabet32[Number.parseInt(five.padEnd(5, '0'), 2)]);
    out += digits.join('').padEnd(8, '=');
  }
  return out;
}

/** How many characters of a last group of eight stand before its padding; throws where Go does. */
function paddingAt(text: string, at: number, inGroup: number): number {
  const left = text.length - at - 1;
  if (left + inGroup < 7) throw corrupt(32, text.length);
  for (let k = 0; k < 7 - inGroup; k++) {
    if (left > k && text[at + 1 + k] !== '=') throw corrupt(32, at + k);
  }
  if (inGroup === 1 || inGroup === 3 || inGroup === 6) throw corrupt(32, at);
  return inGroup;
}

function decode32(encoded: string): string {
  const text = encoded.replaceAll(/[\r\n]/g, '');
  let bits = '';
  let inGroup = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === '=' && inGroup >= 2 && text.length - at - 1 < 8) {
      paddingAt(text, at, inGroup);
      inGroup = 0;
      break;
    }
    const digit = alphabet32.indexOf(char);
    if (digit < 0) throw corrupt(32, at);
    bits += digit.toString(2).padStart(5, '0');
    inGroup = (inGroup + 1) % 8;
  }
  if (inGroup !== 0) throw corrupt(32, text.length - inGroup);
  const bytes = bits.match(/.{8}/g) ?? [];
  return fromBytes(Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 2)));
}

/** The text decoded, or the error's text: Sprig hands errors on as results. */
function orMessage(run: () => string): string {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof GoError) return thrown.message;
    throw thrown;
  }
}

function hash(algorithm: string) {
  return fn(['string'], (text: string) =>
    createHash(algorithm).update(toBytes(text)).digest('hex'),
  );
}

function adler32(text: string): string {
  let [a, b] = [1, 0];
  for (const byte of toBytes(text)) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return String(b * 65536 + a);
}

const one = ['string'] as const;

/** Encodings and digests. */
export const encodingFunctions: FunctionTable = {
  b64enc: fn(one, encode64),
  b64dec: fn(one, (text: string) => orMessage(() => fromBytes(decode64(text)))),
  b32enc: fn(one, encode32),
  b32dec: fn(one, (text: string) => orMessage(() => decode32(text))),
  sha1sum: hash('sha1'),
  sha256sum: hash('sha256'),
  sha512sum: hash('sha512'),
  adler32sum: fn(one, adler32),
};
