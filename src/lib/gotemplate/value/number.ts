/** Go's number kinds that are neither `int` (bigint) nor `float64` (number). */
export type NumberKind =
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float32';

/** A number of one of Go's less usual kinds. Its value fits the kind. */
export class GoNumber {
  readonly kind: NumberKind;
  readonly value: bigint | number;

  constructor(kind: NumberKind, value: bigint | number) {
    this.kind = kind;
    this.value = value;
  }
}

/** A complex128, which only a literal such as `1i` makes. */
export class GoComplex {
  readonly re: number;
  readonly im: number;

  constructor(re: number, im: number) {
    this.re = re;
    this.im = im;
  }
}

/** An int64; the value wraps around at 64 bits as in Go. */
export function int64(value: bigint | number): GoNumber {
  return new GoNumber('int64', BigInt.asIntN(64, BigInt(value)));
}

/** A byte. */
export function uint8(value: number): GoNumber {
  return new GoNumber('uint8', BigInt(value & 0xff));
}

/** Whether the kind is one of the unsigned ones. */
export function isUnsigned(kind: string): boolean {
  return kind.startsWith('uint');
}
