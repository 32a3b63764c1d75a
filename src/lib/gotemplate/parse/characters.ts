const letterOrDigit = /[\p{L}\p{Nd}]/u;

/** Whether a name may hold the code point. */
export function isWordCode(code: number): boolean {
  if (code < 0x80) {
    return (
      (code >= 0x61 && code <= 0x7a) ||
      (code >= 0x41 && code <= 0x5a) ||
      (code >= 0x30 && code <= 0x39) ||
      code === 0x5f
    );
  }
  return code > 0x7f && letterOrDigit.test(String.fromCodePoint(code));
}

/** The blanks the language knows. */
export const isSpaceCode = (code: number): boolean =>
  code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;

export const trimStart: RegExp = /^[ \t\r\n]+/;

/** The length of a text without the blanks at its end. */
export function trimmedLength(text: string): number {
  let end = text.length;
  while (end > 0 && isSpaceCode(text.charCodeAt(end - 1))) end--;
  return end;
}

/** A code point as Go's `%#U` shows it. */
export function codePointName(code: number): string {
  const hex = code.toString(16).toUpperCase().padStart(4, '0');
  if (Number.isNaN(code)) return 'U+FFFFFFFFFFFFFFFF';
  const char = String.fromCodePoint(code);
  return /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(char) ? `U+${hex} '${char}'` : `U+${hex}`;
}
