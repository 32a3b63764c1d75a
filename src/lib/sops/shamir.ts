/**
 * Puts a secret together from parts, as HashiCorp's Shamir sharing made them: each part is a byte of the
 * polynomial for every byte of the secret, and the point's x at its end. Fewer parts than the threshold
 * give another text, not an error: the caller's decryption then fails.
 */
export function combineParts(parts: readonly Uint8Array[]): Uint8Array {
  const length = (parts[0]?.length ?? 1) - 1;
  const secret = new Uint8Array(length);
  const xs = parts.map((part) => part[length] ?? 0);
  for (let at = 0; at < length; at += 1) {
    const ys = parts.map((part) => part[at] ?? 0);
    secret[at] = interpolate(xs, ys);
  }
  return secret;
}

/** The polynomial through the points, at zero; addition is XOR. */
function interpolate(xs: readonly number[], ys: readonly number[]): number {
  let sum = 0;
  for (const [i, y] of ys.entries()) {
    let basis = 1;
    for (const [j, x] of xs.entries()) {
      if (i !== j) basis = multiply(basis, divide(x, x ^ (xs[i] ?? 0)));
    }
    sum ^= multiply(y, basis);
  }
  return sum;
}

/** In the field of AES: polynomials over two elements, modulo x^8 + x^4 + x^3 + x + 1. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    const carry = product >> 7;
    product = ((product << 1) & 0xff) ^ (carry * 0x1b);
    if ((b >> bit) & 1) product ^= a;
  }
  return product;
}

function divide(a: number, b: number): number {
  // b^254 is the inverse of b.
  let inverse = 1;
  for (let count = 0; count < 254; count += 1) inverse = multiply(inverse, b);
  return multiply(a, inverse);
}
