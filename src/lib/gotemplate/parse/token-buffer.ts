import { quote } from '../format/quote.ts';
import { TemplateError } from '../template-error.ts';
import { Lexer } from './lexer.ts';
import type { Token } from './token.ts';
import type { Source } from './node.ts';

/** A token as Go's parser names it in an error. */
export function tokenText(token: Token): string {
  if (token.kind === 'eof') return 'EOF';
  if (token.kind === 'error') return token.text;
  if (token.kind === 'keyword') return `<${token.text}>`;
  const runes = Array.from(token.text);
  return runes.length > 10 ? `${quote(runes.slice(0, 10).join(''))}...` : quote(token.text);
}

const none: Token = { kind: 'eof', pos: 0, text: '', line: 0 };

/** The parser's window of up to three tokens. Errors name the line of the newest one, as Go's do. */
export class TokenBuffer {
  readonly source: Source;
  private readonly lexer: Lexer;
  private readonly tokens: [Token, Token, Token] = [none, none, none];
  private peeked = 0;
  /** The line of the action being parsed, 0 outside of actions. */
  actionLine = 0;

  constructor(source: Source) {
    this.source = source;
    this.lexer = new Lexer(source.text);
  }

  next(): Token {
    if (this.peeked > 0) this.peeked--;
    else this.tokens[0] = this.lexer.next();
    return this.tokens[this.peeked]!;
  }

  peek(): Token {
    const token = this.next();
    this.backup();
    return token;
  }

  nextNonSpace(): Token {
    let token = this.next();
    while (token.kind === 'space') token = this.next();
    return token;
  }

  peekNonSpace(): Token {
    const token = this.nextNonSpace();
    this.backup();
    return token;
  }

  backup(): void {
    this.peeked++;
  }

  /** Puts back one token before the one that was peeked at. */
  backup2(first: Token): void {
    this.tokens[1] = first;
    this.peeked = 2;
  }

  /** Puts back two tokens before the one that was peeked at. */
  backup3(first: Token, second: Token): void {
    this.tokens[2] = first;
    this.tokens[1] = second;
    this.peeked = 3;
  }

  expect(kinds: readonly Token['kind'][], context: string): Token {
    const token = this.nextNonSpace();
    if (!kinds.includes(token.kind)) throw this.unexpected(token, context);
    return token;
  }

  error(reason: string): TemplateError {
    const { line } = this.tokens[0];
    const { name } = this.source;
    const frame = { template: name, file: name, line, column: 0, node: '' };
    return new TemplateError('parse', `template: ${name}:${line}: ${reason}`, {
      frames: [frame],
      reason,
    });
  }

  unexpected(token: Token, context: string): TemplateError {
    if (token.kind !== 'error') {
      return this.error(`unexpected ${tokenText(token)} in ${context}`);
    }
    let extra = '';
    if (this.actionLine !== 0 && this.actionLine !== token.line) {
      extra = ` in action started at ${this.source.name}:${this.actionLine}`;
      if (token.text.endsWith(' action')) extra = extra.slice(' in action'.length);
    }
    return this.error(tokenText(token) + extra);
  }
}
