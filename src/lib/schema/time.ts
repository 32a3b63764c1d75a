import { invalid } from '../../base/index.ts';

const rfc3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/i;

function instantOf(text: string): { seconds: string; fraction: string } {
  const parts = rfc3339.exec(text);
  const at = parts === null ? NaN : Date.parse(`${parts[1]}${parts[3]?.toUpperCase()}`);
  if (Number.isNaN(at)) {
    const layout = '2006-01-02T15:04:05Z07:00';
    throw invalid(`parsing time "${text}" as "${layout}": cannot parse "${text}" as "2006"`);
  }
  return { seconds: new Date(at).toISOString().slice(0, 19), fraction: parts?.[2] ?? '' };
}

/** RFC 3339 in UTC and whole seconds, as metav1.Time is written. Throws KnownError('invalid') in Go's words. */
export function canonicalTime(text: string): string {
  return `${instantOf(text).seconds}Z`;
}

/** RFC 3339 in UTC with six decimals, as metav1.MicroTime is written. */
export function canonicalMicroTime(text: string): string {
  const { seconds, fraction } = instantOf(text);
  return `${seconds}.${fraction.slice(0, 6).padEnd(6, '0')}Z`;
}
