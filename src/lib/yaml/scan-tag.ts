import {
  type Cursor,
  isBlankOrEnd,
  isBlank,
  isBreakOrEnd,
  isDigit,
  isWord,
  type Mark,
  SyntaxFault,
} from './cursor.ts';

function fault(cursor: Cursor, start: Mark, message: string): SyntaxFault {
  return new SyntaxFault('scanner', message, { problem: cursor.mark(), context: start });
}

function takeWord(cursor: Cursor): string {
  const from = cursor.pos;
  while (isWord(cursor.code())) cursor.pos++;
  return cursor.text.slice(from, cursor.pos);
}

const afterAnchor = new Set(Array.from('?:,]}%@`', (char) => char.charCodeAt(0)));

/** The name of an anchor or alias, the cursor being on its `&` or `*`. */
export function scanAnchor(cursor: Cursor): string {
  const start = cursor.mark();
  cursor.pos++;
  const name = takeWord(cursor);
  if (name === '' || !(isBlankOrEnd(cursor.code()) || afterAnchor.has(cursor.code()))) {
    throw fault(cursor, start, 'did not find expected alphabetic or numeric character');
  }
  return name;
}

const uriCharacter = /[\w\-;/?:@&=+$,.!~*'()[\]%]/;

function scanUri(cursor: Cursor, start: Mark, head: string): string {
  const from = cursor.pos;
  while (uriCharacter.test(cursor.text[cursor.pos] ?? '')) cursor.pos++;
  const raw = cursor.text.slice(from, cursor.pos);
  if (raw === '' && head === '') throw fault(cursor, start, 'did not find expected tag URI');
  let text = raw;
  if (raw.includes('%')) {
    try {
      text = decodeURIComponent(raw);
    } catch {
      throw fault(cursor, start, 'did not find URI escaped octet');
    }
  }
  return head.slice(1) + text;
}

function scanHandle(cursor: Cursor, start: Mark, inDirective: boolean): string {
  if (cursor.code() !== 0x21) throw fault(cursor, start, "did not find expected '!'");
  cursor.pos++;
  const name = `!${takeWord(cursor)}`;
  if (cursor.code() === 0x21) {
    cursor.pos++;
    return `${name}!`;
  }
  if (inDirective && name !== '!') throw fault(cursor, start, "did not find expected '!'");
  return name;
}

export interface Tag {
  readonly handle: string;
  readonly suffix: string;
}

/** A tag, the cursor being on its first `!`. */
export function scanTag(cursor: Cursor): Tag {
  const start = cursor.mark();
  let tag: Tag;
  if (cursor.code(1) === 0x3c) {
    cursor.pos += 2;
    tag = { handle: '', suffix: scanUri(cursor, start, '') };
    if (cursor.code() !== 0x3e) throw fault(cursor, start, "did not find the expected '>'");
    cursor.pos++;
  } else tag = scanShorthand(cursor, start);
  if (!isBlankOrEnd(cursor.code())) {
    throw fault(cursor, start, 'did not find expected whitespace or line break');
  }
  return tag;
}

function scanShorthand(cursor: Cursor, start: Mark): Tag {
  const handle = scanHandle(cursor, start, false);
  if (handle.length > 1 && handle.endsWith('!')) {
    return { handle, suffix: scanUri(cursor, start, '') };
  }
  const suffix = scanUri(cursor, start, handle);
  return suffix === '' ? { handle: '', suffix: '!' } : { handle: '!', suffix };
}

/** `%TAG` gives a handle and a prefix, `%YAML` a version. */
export type Directive =
  | { readonly name: 'TAG'; readonly handle: string; readonly prefix: string }
  | { readonly name: 'YAML'; readonly major: number; readonly minor: number };

function scanNumber(cursor: Cursor, start: Mark): number {
  const from = cursor.pos;
  while (isDigit(cursor.code())) {
    cursor.pos++;
    if (cursor.pos - from > 2) throw fault(cursor, start, 'found extremely long version number');
  }
  if (cursor.pos === from) throw fault(cursor, start, 'did not find expected version number');
  return Number(cursor.text.slice(from, cursor.pos));
}

function scanVersion(cursor: Cursor, start: Mark): Directive {
  cursor.skipBlanks();
  const major = scanNumber(cursor, start);
  if (cursor.code() !== 0x2e) {
    throw fault(cursor, start, "did not find expected digit or '.' character");
  }
  cursor.pos++;
  return { name: 'YAML', major, minor: scanNumber(cursor, start) };
}

function scanTagDirective(cursor: Cursor, start: Mark): Directive {
  cursor.skipBlanks();
  const handle = scanHandle(cursor, start, true);
  if (!isBlank(cursor.code())) throw fault(cursor, start, 'did not find expected whitespace');
  cursor.skipBlanks();
  const prefix = scanUri(cursor, start, '');
  if (!isBlankOrEnd(cursor.code())) {
    throw fault(cursor, start, 'did not find expected whitespace or line break');
  }
  return { name: 'TAG', handle, prefix };
}

/** A directive with its line, the cursor being on `%`. */
export function scanDirective(cursor: Cursor): Directive {
  const start = cursor.mark();
  cursor.pos++;
  const name = takeWord(cursor);
  if (name === '') throw fault(cursor, start, 'could not find expected directive name');
  if (!isBlankOrEnd(cursor.code())) {
    throw fault(cursor, start, 'found unexpected non-alphabetical character');
  }
  if (name !== 'YAML' && name !== 'TAG') {
    throw fault(cursor, start, 'found unknown directive name');
  }
  const directive = name === 'YAML' ? scanVersion(cursor, start) : scanTagDirective(cursor, start);
  cursor.skipBlanks();
  cursor.skipComment();
  if (!isBreakOrEnd(cursor.code())) {
    throw fault(cursor, start, 'did not find expected comment or line break');
  }
  cursor.takeBreak();
  return directive;
}
