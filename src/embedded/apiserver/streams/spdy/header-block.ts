import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib';
import { headerDictionary } from './dictionary.ts';

/** Name and value pairs of one connection: compressed with one context each way, so order matters. */
export interface HeaderBlocks {
  decode(block: Uint8Array): Promise<ReadonlyMap<string, string>>;
  encode(headers: ReadonlyMap<string, string>): Promise<Buffer>;
  close(): void;
}

/** The contexts of a new connection. */
export function createHeaderBlocks(): HeaderBlocks {
  const dictionary = headerDictionary();
  const options = {
    dictionary,
    flush: constants.Z_SYNC_FLUSH,
    finishFlush: constants.Z_SYNC_FLUSH,
  };
  const inflate = createInflate(options);
  const deflate = createDeflate(options);
  return {
    decode: async (block) => parse(await through(inflate, block)),
    encode: (headers) => through(deflate, format(headers)),
    close() {
      inflate.close();
      deflate.close();
    },
  };
}

function through(stream: Inflate | Deflate, bytes: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject);
    stream.write(bytes, () => {
      stream.off('error', reject);
      const parts: Buffer[] = [];
      for (let part = stream.read() as Buffer | null; part; part = stream.read() as Buffer | null)
        parts.push(part);
      resolve(Buffer.concat(parts));
    });
  });
}

function parse(block: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 4;
  const text = (): string => {
    const length = block.readUInt32BE(at);
    at += 4 + length;
    return block.subarray(at - length, at).toString('utf8');
  };
  const count = block.length >= 4 ? block.readUInt32BE(0) : 0;
  for (let pair = 0; pair < count; pair++) headers.set(text().toLowerCase(), text());
  return headers;
}

function format(headers: ReadonlyMap<string, string>): Buffer {
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const parts = [number(headers.size)];
  for (const [name, value] of headers)
    for (const text of [name, value])
      parts.push(number(Buffer.byteLength(text)), Buffer.from(text));
  return Buffer.concat(parts);
}
