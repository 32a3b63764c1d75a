/** A value with its tag and length; the contents are put together. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag), lengthOf(body.length), body]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.of(0x80 | bytes.length, ...bytes);
}

/** SEQUENCE. */
export function sequence(...items: readonly Uint8Array[]): Buffer {
  return der(0x30, ...items);
}

/** SET. */
export function set(...items: readonly Uint8Array[]): Buffer {
  return der(0x31, ...items);
}

/** INTEGER of a number that is not negative, from its big-endian bytes; leading zeros are dropped. */
export function integer(bytes: Uint8Array): Buffer {
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) from += 1;
  const body = bytes.subarray(from);
  const isHigh = (body[0] ?? 0) >= 0x80;
  return der(0x02, ...(isHigh ? [Buffer.of(0)] : []), body);
}

/** OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(0x06, Buffer.of(first * 40 + second, ...rest.flatMap(base128)));
}

function base128(number: number): number[] {
  const bytes = [number % 128];
  for (let rest = Math.floor(number / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift((rest % 128) | 0x80);
  }
  return bytes;
}

/** UTF8String. */
export function utf8(text: string): Buffer {
  return der(0x0c, Buffer.from(text, 'utf8'));
}

/** BOOLEAN true. */
export const yes: Buffer = der(0x01, Buffer.of(0xff));

/** NULL. */
export const nothing: Buffer = der(0x05);

/** OCTET STRING. */
export function octets(...bytes: readonly Uint8Array[]): Buffer {
  return der(0x04, ...bytes);
}

/** BIT STRING; `unused` bits of the last byte do not count. */
export function bits(bytes: Uint8Array, unused = 0): Buffer {
  return der(0x03, Buffer.of(unused), bytes);
}

/** `[n] EXPLICIT`: context-specific and constructed. */
export function explicit(n: number, ...contents: readonly Uint8Array[]): Buffer {
  return der(0xa0 | n, ...contents);
}

/** A moment to the second: UTCTime from 1950 through 2049, GeneralizedTime otherwise (RFC 5280, 4.1.2.5). */
export function time(at: Date): Buffer {
  const digits = at.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  const year = at.getUTCFullYear();
  return year >= 1950 && year < 2050
    ? der(0x17, Buffer.from(digits.slice(2)))
    : der(0x18, Buffer.from(digits));
}

/** A value that was read: its tag, its content, and all of its bytes. */
export interface Element {
  readonly tag: number;
  readonly body: Buffer;
  readonly whole: Buffer;
}

/** The values in some bytes, one after another. Throws a `RangeError` when they are not DER. */
export function elements(bytes: Buffer): Element[] {
  const out: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes.readUInt8(at);
    let length = bytes.readUInt8(at + 1);
    let from = at + 2;
    if (length >= 0x80) {
      const count = length - 0x80;
      length = bytes.readUIntBE(from, count);
      from += count;
    }
    if (from + length > bytes.length) throw new RangeError('truncated DER');
    const body = bytes.subarray(from, from + length);
    out.push({ tag, body, whole: bytes.subarray(at, from + length) });
    at = from + length;
  }
  return out;
}
