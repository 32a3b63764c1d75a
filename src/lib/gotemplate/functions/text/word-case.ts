import { runesOf } from '../../value/index.ts';
import { isSpace, lowerRune, upperRune } from './case.ts';

type WordKind = 'none' | 'number' | 'upper' | 'alphabet' | 'connector' | 'punct' | 'other';

interface Word {
  readonly kind: WordKind;
  readonly text: string;
}

const isConnector = (rune: string): boolean => rune === '-' || rune === '_' || isSpace(rune);
const isUpper = (rune: string): boolean => /\p{Lu}/u.test(rune);
const isPunct = (rune: string): boolean => /\p{P}/u.test(rune);
const isNumber = (rune: string): boolean => /\p{N}/u.test(rune);

/** A letter of a script with cases: those of scripts without them are symbols here. */
function isAlphabet(rune: string): boolean {
  if (!/\p{L}/u.test(rune)) return false;
  return (
    !/[\p{Lo}\p{Lm}]/u.test(rune) ||
    !/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u.test(rune)
  );
}

/** Cuts a text into words by the rules of the xstrings library. */
class Words {
  private readonly runes: readonly string[];
  private pos = 0;

  constructor(text: string) {
    this.runes = runesOf(text);
  }

  get isDone(): boolean {
    return this.pos >= this.runes.length;
  }

  private take(kind: WordKind, from: number): Word {
    return { kind, text: this.runes.slice(from, this.pos).join('') };
  }

  private skipWhile(test: (rune: string) => boolean): void {
    while (this.pos < this.runes.length && test(this.runes[this.pos]!)) this.pos++;
  }

  next(): Word {
    const from = this.pos;
    const first = this.runes[from];
    if (first === undefined) return { kind: 'none', text: '' };
    this.pos++;
    if (isConnector(first)) return this.run('connector', from, isConnector);
    if (isPunct(first)) return this.run('punct', from, isPunct);
    if (isUpper(first)) return this.upper(from);
    const isSmall = (rune: string): boolean => isAlphabet(rune) && !isUpper(rune);
    if (isAlphabet(first)) return this.run('alphabet', from, isSmall);
    if (isNumber(first)) return this.run('number', from, isNumber);
    const isOther = (rune: string): boolean =>
      !isConnector(rune) && !isAlphabet(rune) && !isNumber(rune) && !isPunct(rune);
    return this.run('other', from, isOther);
  }

  private run(kind: WordKind, from: number, test: (rune: string) => boolean): Word {
    this.skipWhile(test);
    return this.take(kind, from);
  }

  /** `HTTPStatus` is `HTTP` and `Status`. */
  private upper(from: number): Word {
    const second = this.runes[this.pos];
    if (second !== undefined && isUpper(second)) {
      this.skipWhile(isUpper);
      const after = this.runes[this.pos];
      if (after !== undefined && isAlphabet(after)) this.pos--;
    } else if (second !== undefined && isAlphabet(second)) {
      this.skipWhile((rune) => isAlphabet(rune) && !isUpper(rune));
    }
    return this.take('upper', from);
  }
}

/** Writes words in lower case with a connector between them. */
class LowerCase {
  private readonly words: Words;
  private readonly connector: string;
  private out = '';
  private word: Word;

  constructor(text: string, connector: string) {
    this.words = new Words(text);
    this.connector = connector;
    this.word = this.words.next();
  }

  run(): string {
    while (!this.words.isDone) {
      const last = this.word;
      if (last.kind !== 'connector') this.write(last);
      this.word = this.words.next();
      this.between(last);
    }
    this.write(this.word);
    return this.out;
  }

  private write({ kind, text }: Word): void {
    if (kind === 'upper') {
      this.out += runesOf(text)
        .map((rune) => (isUpper(rune) ? lowerRune(rune) : rune))
        .join('');
    } else if (kind === 'connector') this.out += this.connector.repeat(runesOf(text).length);
    else this.out += text;
  }

  private join(): void {
    const { kind } = this.word;
    if (kind !== 'none' && kind !== 'punct' && kind !== 'connector') this.out += this.connector;
  }

  /** Small letters and numbers that follow a number belong to it. */
  private absorb(): void {
    while (this.word.kind === 'alphabet' || this.word.kind === 'number') {
      this.write(this.word);
      this.word = this.words.next();
    }
    this.join();
  }

  private between(last: Word): void {
    if (last.kind === 'number') return this.absorb();
    if (last.kind === 'connector') return this.write(last);
    if (last.kind === 'punct') return;
    if (this.word.kind !== 'number') {
      if (this.word.kind !== 'connector' && this.word.kind !== 'punct') this.out += this.connector;
      return;
    }
    if (this.words.isDone) return;
    const number = this.word;
    this.word = this.words.next();
    if (this.word.kind !== 'alphabet') {
      this.write(number);
      if (this.word.kind !== 'connector' && this.word.kind !== 'punct') this.out += this.connector;
      return;
    }
    this.out += this.connector;
    this.write(number);
    this.absorb();
  }
}

/** `FirstName` → `first_name`. */
export function camelCaseToLower(text: string, connector: string): string {
  return text === '' ? '' : new LowerCase(text, connector).run();
}

/** `http_server-x y` → `HttpServerXY`; leading connectors stay. */
export function pascalCase(text: string): string {
  const runes = runesOf(text);
  let at = runes.findIndex((rune) => !isConnector(rune));
  if (at < 0) at = runes.length;
  let out = runes.slice(0, at).join('');
  if (at >= runes.length) return out + (runes.at(-1) === undefined ? '' : runes.at(-1)!);
  let isFirstUpper = isUpper(runes[at]!);
  let rune = upperRune(runes[at]!);
  for (let i = at + 1; i < runes.length; i++) {
    const before = rune;
    rune = runes[i]!;
    if (isConnector(rune) && isConnector(before)) out += before;
    else if (isConnector(before)) {
      isFirstUpper = isUpper(rune);
      rune = upperRune(rune);
    } else {
      if (isFirstUpper && isUpper(rune)) rune = lowerRune(rune);
      else if (isFirstUpper) isFirstUpper = false;
      out += before;
    }
  }
  return out + rune;
}
