import {
  type Cursor,
  isBlank,
  isBreak,
  isBreakOrEnd,
  isDigit,
  type Mark,
  SyntaxFault,
} from './cursor.ts';

interface Header {
  readonly chomp: '+' | '-' | '';
  readonly increment: number;
}

function fault(cursor: Cursor, start: Mark, message: string): SyntaxFault {
  return new SyntaxFault('scanner', message, { problem: cursor.mark(), context: start });
}

function takeChomp(cursor: Cursor): '+' | '-' | '' {
  const code = cursor.code();
  if (code !== 0x2b && code !== 0x2d) return '';
  cursor.pos++;
  return code === 0x2b ? '+' : '-';
}

function takeIncrement(cursor: Cursor, start: Mark): number {
  if (!isDigit(cursor.code())) return 0;
  if (cursor.code() === 0x30) {
    throw fault(cursor, start, 'found an indentation indicator equal to 0');
  }
  const increment = cursor.code() - 0x30;
  cursor.pos++;
  return increment;
}

function scanHeader(cursor: Cursor, start: Mark): Header {
  cursor.pos++;
  let chomp = takeChomp(cursor);
  const increment = takeIncrement(cursor, start);
  if (chomp === '' && increment > 0) chomp = takeChomp(cursor);
  cursor.skipBlanks();
  cursor.skipComment();
  if (!isBreakOrEnd(cursor.code())) {
    throw fault(cursor, start, 'did not find expected comment or line break');
  }
  cursor.takeBreak();
  return { chomp, increment };
}

/** Empty lines and indentation. Sets the indent from the first line that has text, when it is 0. */
function scanBreaks(
  cursor: Cursor,
  block: { indent: number; parent: number; start: Mark },
): string {
  let breaks = '';
  let widest = 0;
  for (;;) {
    while ((block.indent === 0 || cursor.column < block.indent) && cursor.code() === 0x20) {
      cursor.pos++;
    }
    widest = Math.max(widest, cursor.column);
    if ((block.indent === 0 || cursor.column < block.indent) && cursor.code() === 0x09) {
      const message = 'found a tab character where an indentation space is expected';
      throw fault(cursor, block.start, message);
    }
    if (!isBreak(cursor.code())) break;
    breaks += cursor.takeBreak();
  }
  if (block.indent === 0) block.indent = Math.max(widest, block.parent + 1, 1);
  return breaks;
}

/** Reads a `|` or `>` scalar; `parent` is the indent of the block it stands in, -1 for none. */
export function scanBlock(cursor: Cursor, parent: number): string {
  const start = cursor.mark();
  const literal = cursor.code() === 0x7c;
  const { chomp, increment } = scanHeader(cursor, start);
  const indent = increment > 0 ? Math.max(parent, 0) + increment : 0;
  const block = { indent, parent, start };
  let value = '';
  let lineBreak = '';
  let breaks = scanBreaks(cursor, block);
  let afterBlank = false;
  while (cursor.column === block.indent && cursor.code() !== 0) {
    const blank = isBlank(cursor.code());
    if (!literal && lineBreak === '\n' && !afterBlank && !blank) {
      if (breaks === '') value += ' ';
    } else value += lineBreak;
    value += breaks;
    afterBlank = blank;
    const from = cursor.pos;
    while (!isBreakOrEnd(cursor.code())) cursor.pos++;
    value += cursor.text.slice(from, cursor.pos);
    lineBreak = cursor.takeBreak();
    breaks = scanBreaks(cursor, block);
  }
  if (chomp !== '-') value += lineBreak;
  return chomp === '+' ? value + breaks : value;
}
