import { KnownError } from '../../../base/index.ts';

/** An entry of a tar archive. `data` is a view into the archive. */
export interface TarEntry {
  readonly name: string;
  readonly type: 'file' | 'folder' | 'link' | 'other';
  readonly size: number;
  readonly data: Uint8Array;
}

const block = 512;

/** Reads ustar, pax and GNU long names from memory. Throws on a broken header. */
export function* tarEntries(archive: Uint8Array): Generator<TarEntry> {
  let at = 0;
  let long: string | undefined;
  while (at + block <= archive.length) {
    const header = archive.subarray(at, at + block);
    if (header.every((byte) => byte === 0)) return;
    checkSum(header);
    const size = numberAt(header, 124, 12);
    const data = archive.subarray(at + block, at + block + size);
    if (data.length < size) throw new KnownError('invalid', 'unexpected EOF in the chart archive');
    at += block + Math.ceil(size / block) * block;
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'L') {
      long = textAt(data, 0, data.length);
    } else if (type === 'x') {
      long = paxPath(data) ?? long;
    } else if (type !== 'g' && type !== 'K') {
      yield { name: long ?? nameOf(header), type: typeOf(type), size, data };
      long = undefined;
    }
  }
}

function typeOf(flag: string): TarEntry['type'] {
  if (flag === '0' || flag === '\0' || flag === '7') return 'file';
  if (flag === '5') return 'folder';
  return flag === '1' || flag === '2' ? 'link' : 'other';
}

function nameOf(header: Uint8Array): string {
  const name = textAt(header, 0, 100);
  const isUstar = textAt(header, 257, 6).startsWith('ustar');
  const prefix = isUstar ? textAt(header, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function textAt(bytes: Uint8Array, from: number, length: number): string {
  const all = bytes.subarray(from, from + length);
  const end = all.indexOf(0);
  return Buffer.from(end === -1 ? all : all.subarray(0, end)).toString('utf8');
}

function numberAt(header: Uint8Array, from: number, length: number): number {
  if (((header[from] ?? 0) & 0x80) !== 0) {
    return header.subarray(from + 1, from + length).reduce((sum, byte) => sum * 256 + byte, 0);
  }
  const text = textAt(header, from, length).trim();
  if (!/^[0-7]*$/.test(text)) throw new KnownError('invalid', 'archive/tar: invalid tar header');
  return Number.parseInt(text === '' ? '0' : text, 8);
}

function checkSum(header: Uint8Array): void {
  const isInSum = (at: number): boolean => at >= 148 && at < 156;
  const sum = header.reduce((total, byte, at) => total + (isInSum(at) ? 32 : byte), 0);
  if (sum !== numberAt(header, 148, 8)) {
    throw new KnownError('invalid', 'archive/tar: invalid tar header');
  }
}

function paxPath(data: Uint8Array): string | undefined {
  const text = Buffer.from(data).toString('utf8');
  return /^\d+ path=([^\n]*)$/m.exec(text)?.[1];
}
