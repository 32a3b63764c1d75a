import type { Mark } from './cursor.ts';
import type { Directive, Tag } from './scan-tag.ts';

/** What a token is: an indicator by its character, the rest by name. */
export type TokenType =
  | 'stream-end'
  | 'directive'
  | 'document-start'
  | 'document-end'
  | 'sequence'
  | 'mapping'
  | 'block-end'
  | '['
  | ']'
  | '{'
  | '}'
  | ','
  | '-'
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar';

export interface Token {
  readonly type: TokenType;
  readonly start: Mark;
  /** Where the token ends: go-yaml places an empty value there. */
  readonly end: Mark;
  /** The text of a scalar, the name of an anchor or alias. */
  readonly text: string;
  readonly plain: boolean;
  readonly tag: Tag | undefined;
  readonly directive: Directive | undefined;
}

/** A token without content. */
export function token(type: TokenType, start: Mark, end: Mark): Token {
  return { type, start, end, text: '', plain: false, tag: undefined, directive: undefined };
}
