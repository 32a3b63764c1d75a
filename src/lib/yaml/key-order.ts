const letter = /\p{L}/u;
const digit = /\p{Nd}/u;

function isLetter(rune: string): boolean {
  const code = rune.charCodeAt(0);
  if (code < 0x80) return (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
  return letter.test(rune);
}

function isDigit(rune: string | undefined): boolean {
  if (rune === undefined) return false;
  const code = rune.charCodeAt(0);
  if (code < 0x80) return code >= 0x30 && code <= 0x39;
  return digit.test(rune);
}

/** Reads the decimal number at `at`; `start` is 1 when leading zeros must count. */
function numberAt(runes: readonly string[], at: number, start: number): [number, number] {
  let value = start;
  let end = at;
  for (; end < runes.length && isDigit(runes[end]); end++) {
    value = value * 10 + (runes[end]!.codePointAt(0)! - 0x30);
  }
  return [value, end];
}

/** Whether the digits just before `at` hold one that is not zero: then a zero here is not a leading one. */
function followsNumber(runes: readonly string[], at: number): boolean {
  for (let i = at - 1; i >= 0 && isDigit(runes[i]); i--) {
    if (runes[i] !== '0') return true;
  }
  return false;
}

function compareFrom(a: readonly string[], b: readonly string[], at: number): number {
  const ra = a[at]!;
  const rb = b[at]!;
  const start = (ra === '0' || rb === '0') && followsNumber(a, at) ? 1 : 0;
  const [na, enda] = numberAt(a, at, start);
  const [nb, endb] = numberAt(b, at, start);
  if (na !== nb) return na - nb;
  if (enda !== endb) return enda - endb;
  return ra.codePointAt(0)! - rb.codePointAt(0)!;
}

/**
 * Go-yaml's order of map keys: letters by code point, numbers inside by value, everything else
 * before letters. `lettersAfterDigitsFirst` is version 3's one difference: directly after a common
 * digit, a letter comes before what is not a letter. The relation is not transitive for mixed keys;
 * upstream's order is random there.
 */
export function compareKeys(a: string, b: string, lettersAfterDigitsFirst = false): number {
  if (a === b) return 0;
  const ar = Array.from(a);
  const br = Array.from(b);
  const length = Math.min(ar.length, br.length);
  for (let i = 0; i < length; i++) {
    if (ar[i] === br[i]) continue;
    const al = isLetter(ar[i]!);
    const bl = isLetter(br[i]!);
    if (al && bl) return ar[i]!.codePointAt(0)! - br[i]!.codePointAt(0)!;
    if (al || bl) {
      const letterFirst = lettersAfterDigitsFirst && isDigit(ar[i - 1]);
      return al === letterFirst ? -1 : 1;
    }
    return compareFrom(ar, br, i);
  }
  return ar.length - br.length;
}

const words = /^[A-Za-z]+$/;

/** The keys of a map in go-yaml's order. */
export function sortKeys(keys: string[], lettersAfterDigitsFirst = false): string[] {
  if (keys.length < 2) return keys;
  if (keys.every((key) => words.test(key))) return keys.sort();
  return keys.sort((a, b) => compareKeys(a, b, lettersAfterDigitsFirst));
}
