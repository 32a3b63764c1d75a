const steps: readonly [below: number, show: (seconds: number) => string][] = [
  [120, (s) => `${s}s`],
  [600, (s) => pair(s, 60, 'm', 's')],
  [3 * 3600, (s) => `${Math.floor(s / 60)}m`],
  [8 * 3600, (s) => pair(Math.floor(s / 60), 60, 'h', 'm')],
  [48 * 3600, (s) => `${Math.floor(s / 3600)}h`],
  [8 * 86400, (s) => pair(Math.floor(s / 3600), 24, 'd', 'h')],
  [2 * 365 * 86400, (s) => `${Math.floor(s / 86400)}d`],
  [8 * 365 * 86400, (s) => pair(Math.floor(s / 86400), 365, 'y', 'd')],
];

function pair(value: number, base: number, big: string, small: string): string {
  const rest = value % base;
  return `${Math.floor(value / base)}${big}${rest === 0 ? '' : `${rest}${small}`}`;
}

/** A span as kubectl shows ages: `5s`, `3m2s`, `2d3h`. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  const step = steps.find(([below]) => seconds < below);
  return step === undefined ? `${Math.floor(seconds / (365 * 86400))}y` : step[1](seconds);
}

/** The age of a moment given as RFC 3339; `<unknown>` when there is none. */
export function ageSince(time: unknown, now: Date): string {
  const at = typeof time === 'string' ? Date.parse(time) : NaN;
  return Number.isNaN(at) ? '<unknown>' : humanDuration(now.getTime() - at);
}
