const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

const named: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  92: '\\\\',
};

/** Whether Go prints a code point as it is. */
export function isPrintable(code: number): boolean {
  if (code < 0x7f) return code >= 0x20;
  return !(code >= 0xd800 && code <= 0xdfff) && printable.test(String.fromCodePoint(code));
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, '0');
}

function escapeCode(code: number, mark: string, asciiOnly: boolean): string {
  if (code === mark.charCodeAt(0)) return `\\${mark}`;
  const name = named[code];
  if (name !== undefined) return name;
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${hex(code - 0xdc00, 2)}`;
  if (isPrintable(code) && (!asciiOnly || code < 0x7f)) return String.fromCodePoint(code);
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
}

const plain = /^[ !#-[\]-~]*$/;

/** A string in double quotes as Go's strconv.Quote (`%q`) writes it. */
export function quote(text: string, asciiOnly = false): string {
  if (plain.test(text)) return `"${text}"`;
  let out = '"';
  for (const char of text) out += escapeCode(char.codePointAt(0)!, '"', asciiOnly);
  return `${out}"`;
}

/** A rune in single quotes as Go's strconv.QuoteRune writes it; what is no code point becomes U+FFFD. */
export function quoteRune(code: number, asciiOnly = false): string {
  const isValid = code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return `'${escapeCode(isValid ? code : 0xfffd, "'", asciiOnly)}'`;
}

/** Whether a string can stand in backquotes unchanged. */
export function canBackquote(text: string): boolean {
  return !/[\x00-\x08\x0a-\x1f\x7f`\ufeff\ud800-\udfff]/u.test(text);
}
