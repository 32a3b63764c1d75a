const words = new Map<string, boolean | null | number>([
  ...['~', 'null', 'Null', 'NULL', ''].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, -Infinity] as const),
]);

const integer = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const date =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt]|\s+)(\d{1,2}):(\d{2}):(\d{2})(\.\d+)?\s*(Z|[-+]\d{2}:\d{2})?)?$/;

/**
 * What a plain scalar means to go-yaml v3, which kustomize reads objects with: `yes` and `on` are
 * texts, a date is a time. Whole numbers beyond 2^53 come as bigints.
 */
export function resolveScalar(text: string): unknown {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (!/^[-+.0-9]/.test(text)) return text;
  const time = timeText(text);
  if (time !== undefined) return time;
  const plain = text.replaceAll('_', '');
  return wholeNumber(plain) ?? fraction(plain) ?? text;
}

function wholeNumber(text: string): number | bigint | undefined {
  const match = integer.exec(text);
  if (match === null) return undefined;
  const [, sign, digits = ''] = match;
  const octal = /^0[0-7]+$/.test(digits);
  const size = BigInt(octal ? `0o${digits.slice(1)}` : digits.toLowerCase());
  if (size >= 2n ** 64n) return Number(size) * (sign === '-' ? -1 : 1);
  const value = sign === '-' ? -size : size;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function fraction(text: string): number | undefined {
  return float.test(text) ? Number(text) : undefined;
}

/** A date as Go prints the time it stands for, in RFC 3339. */
function timeText(text: string): string | undefined {
  const match = date.exec(text);
  if (match === null) return undefined;
  const [, year = '', month = '', day = '', hour = '0', minute = '00', second = '00'] = match;
  const moment = Date.UTC(+year, +month - 1, +day, +hour, +minute, +second);
  const found = new Date(moment);
  if (found.getUTCMonth() !== +month - 1 || found.getUTCDate() !== +day) return undefined;
  const part = (match[7] ?? '').replace(/0+$/, '').replace(/^\.$/, '');
  return `${found.toISOString().slice(0, 19)}${part}${match[8] ?? 'Z'}`;
}
