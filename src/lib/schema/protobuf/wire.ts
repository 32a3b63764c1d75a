import { invalid } from '../../../base/index.ts';

/** One field of a message as it stands on the wire; `bytes` for length-delimited and fixed ones. */
export interface WireField {
  readonly number: number;
  readonly varint: bigint;
  readonly bytes: Uint8Array | undefined;
}

/** The fields of a message in the order they stand. Throws KnownError('invalid') when the bytes end early. */
export function* wireFields(bytes: Uint8Array): Generator<WireField> {
  const at = { offset: 0 };
  while (at.offset < bytes.length) {
    const tag = Number(readVarint(bytes, at));
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    if (wire === 0) yield { number, varint: readVarint(bytes, at), bytes: undefined };
    else yield { number, varint: 0n, bytes: readBytes(bytes, at, lengthOf(wire, bytes, at)) };
  }
}

interface At {
  offset: number;
}

function lengthOf(wire: number, bytes: Uint8Array, at: At): number {
  if (wire === 2) return Number(readVarint(bytes, at));
  if (wire === 1) return 8;
  if (wire === 5) return 4;
  throw invalid(`protobuf: wire type ${wire} is not known`);
}

function readBytes(bytes: Uint8Array, at: At, length: number): Uint8Array {
  const end = at.offset + length;
  if (end > bytes.length) throw invalid('protobuf: unexpected EOF');
  const part = bytes.subarray(at.offset, end);
  at.offset = end;
  return part;
}

function readVarint(bytes: Uint8Array, at: At): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = bytes[at.offset];
    if (byte === undefined) throw invalid('protobuf: unexpected EOF');
    at.offset += 1;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw invalid('protobuf: integer overflow');
}

/** The varints of a packed list. */
export function packedVarints(bytes: Uint8Array): bigint[] {
  const at = { offset: 0 };
  const values: bigint[] = [];
  while (at.offset < bytes.length) values.push(readVarint(bytes, at));
  return values;
}

/** A varint as a signed 64-bit integer. */
export function signed(varint: bigint): number {
  return Number(BigInt.asIntN(64, varint));
}

/** The bytes of a length-delimited field; none when it was a varint. */
export function bytesOf(field: WireField): Uint8Array {
  return field.bytes ?? new Uint8Array();
}

const decoder = new TextDecoder();

export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
