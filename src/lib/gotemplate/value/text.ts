import { Buffer } from 'node:buffer';

const lone = /[\ud800-\udfff]/;

/** Whether a string holds bytes that are not valid UTF-8 (or anything beyond the BMP, to be quick). */
export function mayHoldBytes(text: string): boolean {
  return lone.test(text);
}

/** The bytes of a string: UTF-8, with U+DC80 … U+DCFF standing for the single bytes 0x80 … 0xFF. */
export function toBytes(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0xd800 || code > 0xdfff) continue;
    if (code < 0xdc00 && text.codePointAt(i)! > 0xffff) {
      i++;
      continue;
    }
    parts.push(Buffer.from(text.slice(from, i), 'utf8'));
    const isByte = code >= 0xdc80 && code <= 0xdcff;
    parts.push(isByte ? Buffer.from([code - 0xdc00]) : Buffer.from('\ufffd', 'utf8'));
    from = i + 1;
  }
  parts.push(Buffer.from(text.slice(from), 'utf8'));
  return Buffer.concat(parts);
}

/** The length of a UTF-8 sequence and the bounds of its second byte, by its first byte (Go's rules). */
function shapeOf(lead: number): readonly [length: number, low: number, high: number] {
  if (lead < 0xc2 || lead > 0xf4) return [0, 0, 0];
  if (lead < 0xe0) return [2, 0x80, 0xbf];
  if (lead < 0xf0) return [3, lead === 0xe0 ? 0xa0 : 0x80, lead === 0xed ? 0x9f : 0xbf];
  return [4, lead === 0xf0 ? 0x90 : 0x80, lead === 0xf4 ? 0x8f : 0xbf];
}

/** How many bytes the UTF-8 sequence at `at` has, or 0 when it is not one. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  const [length, low, high] = shapeOf(lead);
  const second = bytes[at + 1] ?? 0;
  if (length === 0 || second < low || second > high) return 0;
  for (let i = 2; i < length; i++) {
    if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return length;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The string of some bytes; bytes that are not UTF-8 become U+DC80 … U+DCFF. */
export function fromBytes(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeLoosely(bytes);
  }
}

function decodeLoosely(bytes: Uint8Array): string {
  let out = '';
  let from = 0;
  for (let i = 0; i < bytes.length;) {
    const length = sequenceLength(bytes, i);
    if (length > 0) {
      i += length;
      continue;
    }
    out += strict.decode(bytes.subarray(from, i)) + String.fromCharCode(0xdc00 + bytes[i]!);
    i++;
    from = i;
  }
  return out + strict.decode(bytes.subarray(from));
}

/** Joins bytes that were apart in two strings and together are valid UTF-8. */
export function normalize(text: string): string {
  return text.isWellFormed() ? text : fromBytes(toBytes(text));
}

const ascii = /^[\x00-\x7f]*$/;

/** Whether a string's length in bytes is its length. */
export function isAscii(text: string): boolean {
  return ascii.test(text);
}

/** The length in bytes. */
export function byteLength(text: string): number {
  if (isAscii(text)) return text.length;
  return text.isWellFormed() ? Buffer.byteLength(text) : toBytes(text).length;
}

/** The bytes from `start` to `end` as a string. */
export function byteSlice(text: string, start: number, end?: number): string {
  if (isAscii(text)) return text.slice(start, end);
  return fromBytes(toBytes(text).subarray(start, end));
}

/** The code points as strings; a byte that is not UTF-8 is one of them. */
export function runesOf(text: string): string[] {
  return Array.from(text);
}

/** Orders two strings by their bytes. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  if (!lone.test(a) && !lone.test(b)) return a < b ? -1 : 1;
  return toBytes(a).compare(toBytes(b));
}

/** Keys in bytewise order. */
export function sortText(items: string[]): string[] {
  return items.some((item) => lone.test(item)) ? items.sort(compareText) : items.sort();
}

/** The text with U+FFFD for each byte that is not UTF-8. */
export function validText(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}
