/** A span as kubectl shows ages: `5s`, `3m2s`, `2d3h`. */
export function humanDuration(ms: number): string {
  return String(ms);
}
