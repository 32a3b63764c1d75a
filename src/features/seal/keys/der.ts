// The few pieces of ASN.1 (DER, X.690) that a self-signed certificate is made of.

/** A value with its tag and length. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = Buffer.from(
    length
      .toString(16)
      .padStart(2, '0')
      .replace(/^(.(..)*)$/, '0$1'),
    'hex',
  );
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]): Buffer => der(0x31, ...parts);
export const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text));
export const octets = (bytes: Uint8Array): Buffer => der(0x04, bytes);
export const boolean = (value: boolean): Buffer => der(0x01, Buffer.from([value ? 0xff : 0]));
export const nothing: Buffer = der(0x05);

/** Context-specific and constructed: `[n] EXPLICIT`. */
export const explicit = (n: number, part: Uint8Array): Buffer => der(0xa0 | n, part);

/** A whole number that is not negative. */
export function integer(bytes: Uint8Array): Buffer {
  const isHigh = (bytes[0] ?? 0) >= 0x80;
  return der(0x02, ...(isHigh ? [Buffer.alloc(1)] : []), bytes);
}

/** Bits; `unused` of the last byte do not count. */
export function bits(bytes: Uint8Array, unused = 0): Buffer {
  return der(0x03, Buffer.from([unused]), bytes);
}

/** `1.2.840.…` */
export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const base128 = (value: number): number[] => {
    const digits = [value & 0x7f];
    for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  };
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

const lastYearOfUtcTime = 2049;

/** A moment, to the second: UTCTime through 2049 and GeneralizedTime after, as RFC 5280 has it. */
export function time(moment: Date): Buffer {
  const digits = moment.toISOString().slice(0, 19).replaceAll(/[-T:]/g, '');
  return moment.getUTCFullYear() <= lastYearOfUtcTime
    ? der(0x17, Buffer.from(`${digits.slice(2)}Z`))
    : der(0x18, Buffer.from(`${digits}Z`));
}
