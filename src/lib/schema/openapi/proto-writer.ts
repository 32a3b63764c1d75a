/** Writes protobuf messages. Fields may be written in any order; nothing is left out by itself. */
export class ProtoWriter {
  readonly #parts: Uint8Array[] = [];
  #size = 0;

  varint(number: number, value: number | bigint): void {
    this.#push(smallVarint(number * 8));
    this.#push(varintBytes(BigInt.asUintN(64, BigInt(value))));
  }

  double(number: number, value: number): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    this.#push(smallVarint(number * 8 + 1));
    this.#push(bytes);
  }

  bytes(number: number, value: Uint8Array): void {
    this.#push(smallVarint(number * 8 + 2));
    this.#push(smallVarint(value.length));
    this.#push(value);
  }

  text(number: number, value: string): void {
    this.bytes(number, Buffer.from(value));
  }

  finish(): Uint8Array {
    const all = new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  #push(part: Uint8Array): void {
    this.#parts.push(part);
    this.#size += part.length;
  }
}

/** A varint below 2^31: tags and lengths, which are most of them. */
function smallVarint(value: number): Uint8Array {
  if (value < 0x80) return Uint8Array.of(value);
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function varintBytes(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}
