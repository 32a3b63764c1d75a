/** One line of the results. */
export interface Figure {
  readonly what: string;
  /** With its unit. */
  readonly value: string;
  readonly goal?: string;
}

/** The middle one. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
