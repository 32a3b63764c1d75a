import { KnownError } from '../../../base/index.ts';

/**
 * Decodes standard base64 as Go's library does: line breaks are skipped, everything else must fit.
 * @throws {KnownError} `invalid` with Go's text, which names the byte.
 */
export function decodeBase64(text: string): Buffer {
  const bad = badByteOf(text);
  if (bad !== undefined) {
    throw new KnownError('invalid', `illegal base64 data at input byte ${bad}`);
  }
  return Buffer.from(text, 'base64');
}

/** Where the first group of four goes wrong, counted in bytes; undefined when all is well. */
function badByteOf(text: string): number | undefined {
  if (text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text);
  const isBreak = (at: number): boolean => bytes[at] === 0x0a || bytes[at] === 0x0d;
  let inGroup = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    if (isBreak(at)) continue;
    const byte = String.fromCharCode(bytes[at]!);
    if (byte === '=') return badPadding(bytes, at, inGroup);
    if (!/[A-Za-z0-9+/]/.test(byte)) return at;
    inGroup = (inGroup + 1) % 4;
  }
  return inGroup === 0 ? undefined : bytes.length - inGroup;
}

/** Judges everything from the first `=` on, which stands at `at` as the digit `digit` of its group. */
function badPadding(bytes: Buffer, at: number, digit: number): number | undefined {
  if (digit < 2) return at;
  const next = (from: number): number => {
    let to = from;
    while (bytes[to] === 0x0a || bytes[to] === 0x0d) to += 1;
    return to;
  };
  let after = next(at + 1);
  if (digit === 2) {
    if (after === bytes.length) return bytes.length;
    if (bytes[after] !== 0x3d) return after - 1;
    after = next(after + 1);
  }
  return after < bytes.length ? after : undefined;
}
