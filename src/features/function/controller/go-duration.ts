import { invalid } from '../../../base/index.ts';

const unitSeconds: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/**
 * A duration in Go's text form (`1m30s`), in seconds.
 * @throws {KnownError} `invalid` with Go's text.
 */
export function secondsOf(text: string): number {
  const quoted = JSON.stringify(text);
  if (text === '0') return 0;
  const found = /^([-+]?)((?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/.exec(text);
  if (found === null) {
    const noUnit = /^[-+]?(\d+\.?\d*|\.\d+)$/.test(text);
    throw invalid(
      noUnit ? `time: missing unit in duration ${quoted}` : `time: invalid duration ${quoted}`,
    );
  }
  let seconds = 0;
  for (const [, number, unit] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g)) {
    seconds += Number(number) * (unitSeconds[unit ?? ''] ?? 0);
  }
  return found[1] === '-' ? -seconds : seconds;
}
