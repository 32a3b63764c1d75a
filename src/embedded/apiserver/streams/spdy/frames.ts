/** A frame of SPDY/3.1, its header read. */
export type Frame =
  | { readonly is: 'data'; readonly stream: number; readonly fin: boolean; readonly bytes: Buffer }
  | {
      readonly is: 'control';
      readonly type: number;
      readonly flags: number;
      readonly bytes: Buffer;
    };

/** Types of control frames. */
export const controlType = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  ping: 6,
  goAway: 7,
} as const;

/** The flag that ends a stream. */
export const finFlag = 1;
const headerSize = 8;
/** Both ends send far less; a longer frame is a broken client. */
const maxFrame = 4 * 1024 * 1024;

/** Cuts frames off the front of what has come; gives the rest back. Throws on a frame beyond 4 MiB. */
export function cutFrames(bytes: Buffer): { readonly frames: Frame[]; readonly rest: Buffer } {
  const frames: Frame[] = [];
  let rest = bytes;
  while (rest.length >= headerSize) {
    const length = rest.readUIntBE(5, 3);
    if (length > maxFrame) throw new RangeError(`a SPDY frame of ${length} bytes is too long`);
    if (rest.length < headerSize + length) break;
    frames.push(frameOf(rest, rest.subarray(headerSize, headerSize + length)));
    rest = rest.subarray(headerSize + length);
  }
  return { frames, rest };
}

function frameOf(head: Buffer, bytes: Buffer): Frame {
  const first = head.readUInt32BE(0);
  const flags = head[4]!;
  if (first >= 0x8000_0000) return { is: 'control', type: first & 0xffff, flags, bytes };
  return { is: 'data', stream: first, fin: (flags & finFlag) !== 0, bytes };
}

/** Bytes of a control frame. */
export function controlFrame(type: number, bytes: Uint8Array, flags = 0): Buffer {
  return withHeader(0x8003_0000 + type, flags, bytes);
}

/** Bytes of a data frame. */
export function dataFrame(stream: number, bytes: Uint8Array, fin: boolean): Buffer {
  return withHeader(stream, fin ? finFlag : 0, bytes);
}

function withHeader(first: number, flags: number, bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(headerSize);
  head.writeUInt32BE(first, 0);
  head[4] = flags;
  head.writeUIntBE(bytes.length, 5, 3);
  return Buffer.concat([head, bytes]);
}
