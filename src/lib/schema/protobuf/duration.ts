const units: readonly [bigint, string][] = [
  [3_600_000_000_000n, 'h'],
  [60_000_000_000n, 'm'],
];

/** Nanoseconds as Go prints a duration: `1h30m0s`, `1.5s`, `250ms`, `0s`. */
export function durationText(varint: bigint): string {
  const nanos = BigInt.asIntN(64, varint);
  if (nanos < 0n) return `-${positive(-nanos)}`;
  return positive(nanos);
}

function positive(nanos: bigint): string {
  if (nanos === 0n) return '0s';
  if (nanos < 1000n) return `${nanos}ns`;
  if (nanos < 1_000_000n) return `${decimal(nanos, 3)}µs`;
  if (nanos < 1_000_000_000n) return `${decimal(nanos, 6)}ms`;
  let rest = nanos;
  let text = '';
  for (const [size, unit] of units) {
    const count = rest / size;
    if (count > 0n || text !== '') text += `${count}${unit}`;
    rest %= size;
  }
  return `${text}${decimal(rest, 9)}s`;
}

/** A fixed-point number without trailing zeros. */
function decimal(value: bigint, digits: number): string {
  const text = value.toString().padStart(digits + 1, '0');
  const fraction = text.slice(-digits).replace(/0+$/, '');
  const whole = text.slice(0, -digits);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}
