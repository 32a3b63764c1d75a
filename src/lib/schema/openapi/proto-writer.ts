/** Writes protobuf messages. Fields may be written in any order; nothing is left out by itself. */
export class ProtoWriter {
  readonly #parts: Uint8Array[] = [];
  #size = 0;

  varint(number: number, value: number | bigint): void {
    this.#push(varintBytes(BigInt(number) << 3n));
    this.#push(varintBytes(BigInt.asUintN(64, BigInt(value))));
  }

  double(number: number, value: number): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    this.#push(varintBytes((BigInt(number) << 3n) | 1n));
    this.#push(bytes);
  }

  bytes(number: number, value: Uint8Array): void {
    this.#push(varintBytes((BigInt(number) << 3n) | 2n));
    this.#push(varintBytes(BigInt(value.length)));
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
