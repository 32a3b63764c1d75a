import { invalid } from '../../base/index.ts';
import { type Mark, SyntaxFault } from './cursor.ts';
import type { MappingNode, Node, SequenceNode } from './node.ts';
import { Scanner } from './scanner.ts';
import type { Token, TokenType } from './token.ts';

interface Properties {
  readonly mark: Mark;
  readonly anchor: string;
  readonly tag: string;
}

const defaultHandles: ReadonlyMap<string, string> = new Map([
  ['!', '!'],
  ['!!', 'tag:yaml.org,2002:'],
]);

const noContent: ReadonlySet<TokenType> = new Set<TokenType>([
  'directive',
  'document-start',
  'document-end',
  'stream-end',
]);

/** Builds the node tree of one document after another, as libyaml's parser and go-yaml's composer do. */
export class Parser {
  private readonly scanner: Scanner;
  private handles = defaultHandles;
  private anchors = new Map<string, Node>();
  private first = true;

  constructor(text: string) {
    this.scanner = new Scanner(text);
  }

  /** The root of the next document; `undefined` at the end of the text. */
  document(): Node | undefined {
    let token = this.scanner.peek();
    while (!this.first && token.type === 'document-end') token = this.next();
    if (token.type === 'stream-end') return undefined;
    const explicit = !this.first || token.type === 'directive' || token.type === 'document-start';
    this.first = false;
    this.anchors = new Map();
    this.handles = defaultHandles;
    if (explicit) token = this.documentStart();
    const isEmpty = explicit && noContent.has(token.type);
    const root = isEmpty ? this.empty(token.start) : this.node(true, false);
    if (this.scanner.peek().type === 'document-end') this.scanner.skip();
    return root;
  }

  private next(): Token {
    this.scanner.skip();
    return this.scanner.peek();
  }

  private fault(message: string, problem: Mark, context?: Mark): SyntaxFault {
    return new SyntaxFault('parser', message, { problem, context });
  }

  private documentStart(): Token {
    const handles = new Map(defaultHandles);
    let versions = 0;
    let token = this.scanner.peek();
    while (token.type === 'directive') {
      const { directive } = token;
      if (directive?.name === 'YAML') {
        if (++versions > 1) throw this.fault('found duplicate %YAML directive', token.start);
        if (directive.major !== 1 || directive.minor !== 1) {
          throw this.fault('found incompatible YAML document', token.start);
        }
      } else if (directive !== undefined) handles.set(directive.handle, directive.prefix);
      token = this.next();
    }
    this.handles = handles;
    if (token.type !== 'document-start') {
      throw this.fault('did not find expected <document start>', token.start);
    }
    return this.next();
  }

  private empty(mark: Mark): Node {
    return { kind: 'scalar', mark, text: '', implicit: true, tag: '' };
  }

  private properties(): Properties {
    let token = this.scanner.peek();
    const mark = token.start;
    let anchor = '';
    let tag = '';
    for (let i = 0; i < 2; i++) {
      if (token.type === 'anchor' && anchor === '') {
        anchor = token.text;
        token = this.next();
      } else if (token.type === 'tag' && tag === '') {
        tag = this.resolveTag(token, mark);
        token = this.next();
      }
    }
    return { mark, anchor, tag };
  }

  private resolveTag(token: Token, mark: Mark): string {
    const { handle, suffix } = token.tag!;
    if (handle === '') return suffix;
    const prefix = this.handles.get(handle);
    if (prefix === undefined) throw this.fault('found undefined tag handle', token.start, mark);
    return prefix + suffix;
  }

  private alias(token: Token): Node {
    this.scanner.skip();
    const target = this.anchors.get(token.text);
    if (target === undefined) throw invalid(`yaml: unknown anchor '${token.text}' referenced`);
    return { kind: 'alias', mark: token.start, name: token.text, target };
  }

  private node(block: boolean, indentless: boolean): Node {
    let token = this.scanner.peek();
    if (token.type === 'alias') return this.alias(token);
    let mark = token.start;
    let anchor = '';
    let tag = '';
    if (token.type === 'anchor' || token.type === 'tag') {
      ({ mark, anchor, tag } = this.properties());
      token = this.scanner.peek();
    }
    if (token.type === 'scalar') {
      this.scanner.skip();
      const implicit = (tag === '' && token.plain) || tag === '!';
      return this.keep(anchor, { kind: 'scalar', mark, text: token.text, implicit, tag });
    }
    const collection = this.collection(token, mark, { block, indentless, anchor });
    if (collection !== undefined) return collection;
    if (anchor !== '' || tag !== '') {
      return this.keep(anchor, { kind: 'scalar', mark, text: '', implicit: tag === '', tag });
    }
    throw this.fault('did not find expected node content', token.start, mark);
  }

  private keep<N extends Node>(anchor: string, node: N): N {
    if (anchor !== '') this.anchors.set(anchor, node);
    return node;
  }

  private collection(
    token: Token,
    mark: Mark,
    how: { block: boolean; indentless: boolean; anchor: string },
  ): Node | undefined {
    const { type } = token;
    if (type === '[' || (type === 'sequence' && how.block) || (type === '-' && how.indentless)) {
      const node = this.keep(how.anchor, { kind: 'sequence' as const, mark, items: [] });
      if (type === '[') this.flowSequence(node);
      else if (type === '-') this.indentlessSequence(node);
      else this.blockSequence(node);
      return node;
    }
    if (type === '{' || (type === 'mapping' && how.block)) {
      const node = this.keep(how.anchor, { kind: 'mapping' as const, mark, pairs: [] });
      if (type === '{') this.flowMapping(node);
      else this.blockMapping(node);
      return node;
    }
    return undefined;
  }

  private blockSequence(node: SequenceNode): void {
    const { start } = this.scanner.peek();
    let token = this.next();
    for (; token.type === '-'; token = this.scanner.peek()) {
      const mark = token.end;
      token = this.next();
      const isEmpty = token.type === '-' || token.type === 'block-end';
      node.items.push(isEmpty ? this.empty(mark) : this.node(true, false));
    }
    if (token.type !== 'block-end') {
      throw this.fault("did not find expected '-' indicator", token.start, start);
    }
    this.scanner.skip();
  }

  private indentlessSequence(node: SequenceNode): void {
    let token = this.scanner.peek();
    for (; token.type === '-'; token = this.scanner.peek()) {
      const mark = token.end;
      token = this.next();
      const isEmpty = token.type === '-' || this.endsEntry(token);
      node.items.push(isEmpty ? this.empty(mark) : this.node(true, false));
    }
  }

  private endsEntry(token: Token): boolean {
    return token.type === 'key' || token.type === 'value' || token.type === 'block-end';
  }

  private blockMapping(node: MappingNode): void {
    const { start } = this.scanner.peek();
    let token = this.next();
    for (;;) {
      if (token.type === 'key') {
        const mark = token.end;
        token = this.next();
        node.pairs.push(this.endsEntry(token) ? this.empty(mark) : this.node(true, true));
        token = this.scanner.peek();
      } else break;
      node.pairs.push(this.blockValue(token));
      token = this.scanner.peek();
    }
    if (token.type !== 'block-end') {
      throw this.fault('did not find expected key', token.start, start);
    }
    this.scanner.skip();
  }

  private blockValue(token: Token): Node {
    if (token.type !== 'value') return this.empty(token.start);
    const mark = token.end;
    return this.endsEntry(this.next()) ? this.empty(mark) : this.node(true, true);
  }

  private flowSequence(node: SequenceNode): void {
    const { start } = this.scanner.peek();
    let token = this.next();
    for (let first = true; token.type !== ']'; first = false, token = this.scanner.peek()) {
      if (!first) {
        if (token.type !== ',') {
          throw this.fault("did not find expected ',' or ']'", token.start, start);
        }
        token = this.next();
        if (token.type === ']') break;
      }
      node.items.push(token.type === 'key' ? this.pair(token) : this.node(false, false));
    }
    this.scanner.skip();
  }

  /** `[a: b]`: a map of one entry. */
  private pair(token: Token): Node {
    const node: MappingNode = { kind: 'mapping', mark: token.start, pairs: [] };
    let at = this.next();
    if (at.type === 'value' || at.type === ',' || at.type === ']') {
      // Go's parser steps over this token as well.
      this.scanner.skip();
      node.pairs.push(this.empty(at.end));
    } else node.pairs.push(this.node(false, false));
    at = this.scanner.peek();
    if (at.type === 'value') {
      at = this.next();
      if (at.type !== ',' && at.type !== ']') {
        node.pairs.push(this.node(false, false));
        return node;
      }
    }
    node.pairs.push(this.empty(at.start));
    return node;
  }

  private flowMapping(node: MappingNode): void {
    const { start } = this.scanner.peek();
    let token = this.next();
    for (let first = true; token.type !== '}'; first = false, token = this.scanner.peek()) {
      if (!first) {
        if (token.type !== ',') {
          throw this.fault("did not find expected ',' or '}'", token.start, start);
        }
        token = this.next();
        if (token.type === '}') break;
      }
      if (token.type === 'key') this.flowEntry(node);
      else node.pairs.push(this.node(false, false), this.empty(this.scanner.peek().start));
    }
    this.scanner.skip();
  }

  private flowEntry(node: MappingNode): void {
    const ends = (token: Token): boolean => token.type === ',' || token.type === '}';
    let token = this.next();
    const noKey = token.type === 'value' || ends(token);
    node.pairs.push(noKey ? this.empty(token.start) : this.node(false, false));
    token = this.scanner.peek();
    if (token.type === 'value') {
      token = this.next();
      if (!ends(token)) {
        node.pairs.push(this.node(false, false));
        return;
      }
    }
    node.pairs.push(this.empty(token.start));
  }
}
