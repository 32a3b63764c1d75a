/** A place in the text: line and column count from 0. */
export interface Mark {
  readonly pos: number;
  readonly line: number;
  readonly column: number;
}

/** Why the text is not YAML, in libyaml's terms; `YamlReader` turns it into a `KnownError`. */
export class SyntaxFault extends Error {
  /** Who found it: go-yaml counts the lines of the two differently. */
  readonly by: 'scanner' | 'parser' | 'reader';
  readonly problem: Mark;
  readonly context: Mark | undefined;

  constructor(
    by: 'scanner' | 'parser' | 'reader',
    message: string,
    at: { problem: Mark; context?: Mark | undefined },
  ) {
    super(message);
    this.by = by;
    this.problem = at.problem;
    this.context = at.context;
  }
}

export const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

/** A line break, or a NUL, which stands for the end. */
export const isBreakOrEnd = (code: number): boolean =>
  code === 0x0a || code === 0x0d || code === 0 || (code >= 0x85 && isRareBreak(code));

const isRareBreak = (code: number): boolean => code === 0x85 || code === 0x2028 || code === 0x2029;

export const isBreak = (code: number): boolean => code !== 0 && isBreakOrEnd(code);

export const isBlankOrEnd = (code: number): boolean =>
  code === 0x20 || code === 0x09 || isBreakOrEnd(code);

/** ASCII letters, digits, `_` and `-`. */
export const isWord = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x30 && code <= 0x39) ||
  code === 0x5f ||
  code === 0x2d;

export const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** A text being read. The text ends with one NUL, which occurs nowhere else. */
export class Cursor {
  readonly text: string;
  pos = 0;
  line = 0;
  lineStart = 0;

  constructor(text: string) {
    this.text = `${text}\0`;
  }

  code(ahead = 0): number {
    return this.text.charCodeAt(this.pos + ahead);
  }

  get column(): number {
    return this.pos - this.lineStart;
  }

  mark(): Mark {
    return { pos: this.pos, line: this.line, column: this.pos - this.lineStart };
  }

  /** Steps over one line break, if there is one, and says what it stands for in a scalar. */
  takeBreak(): string {
    const code = this.code();
    if (!isBreak(code)) return '';
    this.pos += code === 0x0d && this.code(1) === 0x0a ? 2 : 1;
    this.line++;
    this.lineStart = this.pos;
    return code === 0x2028 || code === 0x2029 ? String.fromCharCode(code) : '\n';
  }

  skipBlanks(): void {
    while (isBlank(this.code())) this.pos++;
  }

  skipComment(): void {
    if (this.code() !== 0x23) return;
    while (!isBreakOrEnd(this.code())) this.pos++;
  }

  /** Whether `---` or `...` stands here, at the start of a line. */
  atDocumentMarker(): boolean {
    if (this.pos !== this.lineStart) return false;
    const code = this.code();
    if (code !== 0x2d && code !== 0x2e) return false;
    return this.code(1) === code && this.code(2) === code && isBlankOrEnd(this.code(3));
  }
}
