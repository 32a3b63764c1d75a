/** One DER element. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  const { length } = body;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), body]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.concat([Buffer.of(tag, 0x80 | bytes.length, ...bytes), body]);
}

export const sequence = (...items: readonly Uint8Array[]): Buffer => der(0x30, ...items);

/** A positive INTEGER of big-endian bytes. */
export function integer(bytes: Uint8Array): Buffer {
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) from++;
  const body = bytes.subarray(from);
  return (body[0] ?? 0) & 0x80 ? der(2, Buffer.of(0), body) : der(2, body);
}

/** An OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      groups.unshift((left % 128) | 0x80);
    }
    bytes.push(...groups);
  }
  return der(6, Buffer.from(bytes));
}

export const octets = (...bytes: readonly Uint8Array[]): Buffer => der(4, ...bytes);

export const bits = (bytes: Uint8Array, unused = 0): Buffer => der(3, Buffer.of(unused), bytes);

/** A UTCTime up to 2049, a GeneralizedTime from then on. */
export function time(date: Date): Buffer {
  const text = `${date.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`;
  const year = date.getUTCFullYear();
  return year >= 1950 && year < 2050
    ? der(0x17, Buffer.from(text.slice(2)))
    : der(0x18, Buffer.from(text));
}

/** An element read from DER: its tag, content, and whole encoding. */
export interface Element {
  readonly tag: number;
  readonly body: Buffer;
  readonly whole: Buffer;
}

/** The elements in some bytes. Throws a `RangeError` when they are not DER. */
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
    out.push({
      tag,
      body: bytes.subarray(from, from + length),
      whole: bytes.subarray(at, from + length),
    });
    at = from + length;
  }
  return out;
}
