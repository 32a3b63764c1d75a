// The encoding is that of go-logfmt v0.5 as go-kit's logger uses it, which is what fluxd prints:
// values with a space, '=', '"', a control character or an invalid rune are quoted as JSON strings
// (without HTML escaping); nil is `null`; an empty string is nothing after '='.

/** One line `key=value key=value`, without the newline. */
export function logfmtLine(fields: Iterable<readonly [string, unknown]>): string {
  return Array.from(fields, ([key, value]) => `${keyText(key)}=${valueText(value)}`).join(' ');
}

function keyText(key: string): string {
  return key.replaceAll(/[\s="\u0000-\u001f\ufffd]/g, '');
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  const text = plainText(value);
  if (text === 'null') return '"null"';
  return /[\s="\u0000-\u0020\u007f\ufffd]/.test(text) ? quote(text) : text;
}

function plainText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return value.message;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && value !== null) {
    return Object.hasOwn(value, 'toString') || !isPlain(value)
      ? String(value)
      : JSON.stringify(value);
  }
  return String(value);
}

function isPlain(value: object): boolean {
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}

function quote(text: string): string {
  return JSON.stringify(text)
    .replaceAll('\u007f', '\\u007f')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}
