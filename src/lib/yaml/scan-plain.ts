import { type Cursor, isBlank, isBlankOrEnd, isBreak, SyntaxFault } from './cursor.ts';

/** The line breaks and blanks between two pieces of a multi-line scalar, folded. */
export class Gap {
  blanks = '';
  first = '';
  rest = '';
  broken = false;

  /** Reads all blanks and breaks. `checkTab` is told of each tab in the indentation. */
  read(cursor: Cursor, checkTab?: () => void): void {
    for (;;) {
      const code = cursor.code();
      if (isBlank(code)) {
        if (!this.broken) this.blanks += code === 0x20 ? ' ' : '\t';
        else if (code === 0x09) checkTab?.();
        cursor.pos++;
      } else if (isBreak(code)) this.addBreak(cursor.takeBreak());
      else return;
    }
  }

  private addBreak(text: string): void {
    if (this.broken) this.rest += text;
    else this.first = text;
    this.blanks = '';
    this.broken = true;
  }

  /** What the gap stands for; the gap is then empty. */
  take(): string {
    const text = this.broken ? this.folded() : this.blanks;
    this.blanks = this.first = this.rest = '';
    this.broken = false;
    return text;
  }

  private folded(): string {
    if (this.first !== '' && this.first !== '\n') return this.first + this.rest;
    if (this.first === '' && this.rest === '') return '';
    return this.rest === '' ? ' ' : this.rest;
  }
}

/** `,` `?` `[` `]` `{` `}` end a plain scalar inside brackets. */
const isFlowEnd = (code: number): boolean =>
  code === 0x2c ||
  code === 0x3f ||
  code === 0x5b ||
  code === 0x5d ||
  code === 0x7b ||
  code === 0x7d;

/** Steps over one run of a plain scalar: up to a blank, a break, or an indicator. */
function skipRun(cursor: Cursor, inFlow: boolean): void {
  const { text } = cursor;
  let { pos } = cursor;
  for (;;) {
    const code = text.charCodeAt(pos);
    if (code <= 0x3a) {
      if (isBlankOrEnd(code)) break;
      if (code === 0x3a && isBlankOrEnd(text.charCodeAt(pos + 1))) break;
      if (inFlow && code === 0x2c) break;
    } else if ((inFlow && isFlowEnd(code)) || (code >= 0x85 && isBreak(code))) break;
    pos++;
  }
  cursor.pos = pos;
}

/**
 * Reads a plain scalar whose further lines must stand deeper than `indent`. Says also whether it
 * ended on a fresh line, where a key may follow.
 */
export function scanPlain(
  cursor: Cursor,
  indent: number,
  inFlow: boolean,
): { value: string; endsOnNewLine: boolean } {
  const start = cursor.mark();
  const gap = new Gap();
  const checkTab = (): void => {
    if (cursor.column < indent + 1) {
      throw new SyntaxFault('scanner', 'found a tab character that violates indentation', {
        problem: cursor.mark(),
        context: start,
      });
    }
  };
  let value = '';
  for (;;) {
    if (cursor.code() === 0x23 || cursor.atDocumentMarker()) break;
    const from = cursor.pos;
    skipRun(cursor, inFlow);
    if (cursor.pos > from) {
      const before = gap.take();
      const run = cursor.text.slice(from, cursor.pos);
      value = value === '' ? run : value + before + run;
    }
    const code = cursor.code();
    if (!isBlank(code) && !isBreak(code)) break;
    gap.read(cursor, checkTab);
    if (!inFlow && cursor.column <= indent) break;
  }
  return { value, endsOnNewLine: gap.broken };
}
