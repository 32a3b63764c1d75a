const WORDS = 18 + 4 * 256;

/** arctan(1/x) as a fixed-point number. */
function arctan(inverse: bigint, one: bigint): bigint {
  const square = inverse * inverse;
  let term = one / inverse;
  let sum = term;
  for (let n = 3n, sign = -1n; term !== 0n; n += 2n, sign = -sign) {
    term /= square;
    sum += (sign * term) / n;
  }
  return sum;
}

/**
 * Blowfish's starting tables are the binary digits of pi after the point, 32 at a time: first the
 * 18 subkeys, then four boxes of 256.
 */
export function piWords(): Uint32Array {
  const bits = BigInt(WORDS * 32);
  const guard = 64n;
  const one = 1n << (bits + guard);
  const pi = 4n * (4n * arctan(5n, one) - arctan(239n, one));
  let fraction = (pi - 3n * one) >> guard;
  const words = new Uint32Array(WORDS);
  for (let i = WORDS - 1; i >= 0; i--) {
    words[i] = Number(fraction & 0xffffffffn);
    fraction >>= 32n;
  }
  return words;
}
