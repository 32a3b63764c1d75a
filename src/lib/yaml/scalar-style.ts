import { resolve } from './resolve.ts';

/** How a string is written, and whether it holds line breaks. */
export interface Style {
  readonly style: 'plain' | 'single' | 'double' | 'literal';
  readonly multiline: boolean;
}

const PLAIN: Style = { style: 'plain', multiline: false };

const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const lineBreak = /[\r\n\u0085\u2028\u2029]/;
const whitespaceEdge = /^[ \r\n\u0085\u2028\u2029]|[ \r\n\u0085\u2028\u2029]$/;
const spaceBeforeBreak = / [\r\n\u0085\u2028\u2029]/;
const spaceAfterBreak = /[\r\n\u0085\u2028\u2029] /;
// What libyaml does not print: controls, DEL, C1, surrogate pairs (all beyond the BMP), BOM, U+FFFE and U+FFFF.
const special = /[^\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const specialButTab = /[^\n\t\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const startIndicator = /^(?:[#,[\]{}&*!|>'"%@`]|[?:-](?:[ \t\r\n\u0085\u2028\u2029]|$)|---|\.\.\.)/;
const innerIndicator = /.:(?:[ \t\r\n\u0085\u2028\u2029]|$)|[ \t\r\n\u0085\u2028\u2029\0]#/s;
/** Letters and digits only, and longer than any word with a meaning: nothing else to check. */
const surelyPlain = /^[A-Za-z/][A-Za-z0-9_./-]{5,}$/;

function block(text: string, isSpecial: boolean): Style {
  if (isSpecial || spaceBeforeBreak.test(text) || text.endsWith(' ')) {
    return { style: 'double', multiline: true };
  }
  return { style: 'literal', multiline: true };
}

function isPlainAllowed(text: string, multiline: boolean): boolean {
  return (
    !multiline &&
    !whitespaceEdge.test(text) &&
    !startIndicator.test(text) &&
    !innerIndicator.test(text)
  );
}

/** Chooses the style go-yaml gives a string value. `text` is valid Unicode. */
export function styleOf(text: string, tabsInBlocks = false): Style {
  if (surelyPlain.test(text)) return PLAIN;
  const isSpecial = special.test(text);
  const multiline = lineBreak.test(text);
  if (text.includes('\n')) {
    const isRefused = tabsInBlocks ? specialButTab.test(text) : isSpecial;
    return block(text, isRefused);
  }
  if (resolve(text).tag !== 'str' || base60.test(text)) return { style: 'double', multiline };
  if (isSpecial || spaceBeforeBreak.test(text)) return { style: 'double', multiline };
  if (isPlainAllowed(text, multiline)) return PLAIN;
  return { style: spaceAfterBreak.test(text) ? 'double' : 'single', multiline };
}
