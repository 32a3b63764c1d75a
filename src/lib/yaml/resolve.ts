/** What a plain scalar means in YAML 1.1 as go-yaml v2 reads it. */
export type Resolved =
  | { readonly tag: 'str'; readonly value: string }
  | { readonly tag: 'timestamp'; readonly value: string }
  | { readonly tag: 'null'; readonly value: null }
  | { readonly tag: 'bool'; readonly value: boolean }
  | { readonly tag: 'int'; readonly value: bigint | number }
  | { readonly tag: 'float'; readonly value: number };

const NULL: Resolved = { tag: 'null', value: null };
const TRUE: Resolved = { tag: 'bool', value: true };
const FALSE: Resolved = { tag: 'bool', value: false };
const NAN: Resolved = { tag: 'float', value: NaN };
const INF: Resolved = { tag: 'float', value: Infinity };
const NEGATIVE_INF: Resolved = { tag: 'float', value: -Infinity };

const shared = new Map<string, Resolved>();
for (const [words, meaning] of [
  ['y Y yes Yes YES true True TRUE on On ON', TRUE],
  ['n N no No NO false False FALSE off Off OFF', FALSE],
  ['~ null Null NULL', NULL],
  ['.nan .NaN .NAN', NAN],
  ['.inf .Inf .INF +.inf +.Inf +.INF', INF],
  ['-.inf -.Inf -.INF', NEGATIVE_INF],
] as const) {
  for (const word of words.split(' ')) shared.set(word, meaning);
}
shared.set('', NULL);

const decimal = /^[-+]?(?:0|[1-9][0-9]*)$/;
const prefixed = /^([-+]?)0(?:[xX]([0-9a-fA-F]+)|[bB]([01]+)|[oO]?([0-7]+))$/;
const floating = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const timestamp =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[-+]\d\d:\d\d)| (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?)?$/;

const maxInt64 = 2n ** 63n - 1n;
const maxUint64 = 2n ** 64n - 1n;

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Whether Go's time.Parse accepts the text in one of the formats go-yaml tries. */
function isTimestamp(text: string): boolean {
  const match = timestamp.exec(text);
  if (match === null) return false;
  const part = (n: number): number => Number(match[n] ?? 0);
  const month = part(2);
  if (month < 1 || month > 12 || part(3) < 1 || part(3) > daysIn(part(1), month)) return false;
  return (
    part(4) < 24 && part(7) < 24 && part(5) < 60 && part(8) < 60 && part(6) < 60 && part(9) < 60
  );
}

function inRange(value: bigint): Resolved | undefined {
  if (value < -maxInt64 - 1n || value > maxUint64) return undefined;
  const number = Number(value);
  return { tag: 'int', value: Number.isSafeInteger(number) ? number : value };
}

function toInt(plain: string): Resolved | undefined {
  if (decimal.test(plain)) {
    if (plain.length < 16) return { tag: 'int', value: Number(plain) + 0 };
    if (plain.startsWith('+')) {
      const value = BigInt(plain.slice(1));
      return value <= maxInt64 ? inRange(value) : undefined;
    }
    return inRange(BigInt(plain));
  }
  const match = prefixed.exec(plain);
  if (match === null) return undefined;
  const [, sign = '', hex, binary, octal] = match;
  if (hex !== undefined) return signed(sign, BigInt(`0x${hex}`));
  return signed(sign, binary === undefined ? BigInt(`0o${octal}`) : BigInt(`0b${binary}`));
}

function signed(sign: string, size: bigint): Resolved | undefined {
  if (sign === '') return inRange(size);
  const value = sign === '-' ? -size : size;
  return value > maxInt64 ? undefined : inRange(value);
}

/** A float text that Go's ParseFloat refuses is one too large; underscores were removed before. */
function toFloat(text: string): Resolved | undefined {
  const value = Number(text);
  return Number.isFinite(value) ? { tag: 'float', value } : undefined;
}

/** `.5`, `.5e3`: a text with a leading point goes to ParseFloat as it is. */
function fromPoint(text: string): Resolved | undefined {
  return floating.test(text) ? toFloat(text) : undefined;
}

/** Resolves a plain scalar. Base 60 numbers stay strings; dates are told apart but keep their text. */
export function resolve(text: string): Resolved {
  if (text === '') return NULL;
  const first = text.charCodeAt(0);
  const isDigit = first >= 0x30 && first <= 0x39;
  if (isDigit || first === 0x2b || first === 0x2d) {
    return shared.get(text) ?? resolveNumber(text);
  }
  if (first === 0x2e) return shared.get(text) ?? fromPoint(text) ?? { tag: 'str', value: text };
  return (text.length < 6 ? shared.get(text) : undefined) ?? { tag: 'str', value: text };
}

function resolveNumber(text: string): Resolved {
  if (text.charCodeAt(4) === 0x2d && isTimestamp(text)) return { tag: 'timestamp', value: text };
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  const int = toInt(plain);
  if (int !== undefined) return int;
  if (floating.test(plain)) {
    const float = toFloat(plain);
    if (float !== undefined) return float;
  }
  return { tag: 'str', value: text };
}
