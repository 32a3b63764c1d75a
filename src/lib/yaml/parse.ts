import { invalid, KnownError, type Where } from '../../base/index.ts';
import { SyntaxFault } from './cursor.ts';
import { Decoder } from './decode.ts';
import { type DataPath, LineIndex } from './line-index.ts';
import { Parser } from './parser.ts';

export interface ParseOptions {
  /** Named in the error's place. */
  readonly file?: string;
  /** Two equal keys in one map are an error, as sigs.k8s.io/yaml.UnmarshalStrict has it; otherwise the last one wins. */
  readonly strict?: boolean;
}

/** One document of a stream. `line` counts from 1 and is that of the document's first line. */
export interface YamlDocument {
  readonly value: unknown;
  readonly line: number;
  /** The document as written, without the `---` line before it. */
  readonly text: string;
}

const forbidden = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** The line go-yaml names, from 1, or 0 when it names none: it counts differently by who found the fault. */
function goLine(fault: SyntaxFault): number {
  if (fault.problem.line !== 0) return fault.problem.line + (fault.by === 'scanner' ? 1 : 0);
  return fault.context?.line ?? 0;
}

function where(options: ParseOptions, line: number): Where {
  return options.file === undefined ? { line } : { file: options.file, line };
}

function explain(thrown: unknown, options: ParseOptions, firstLine: number): KnownError {
  if (thrown instanceof SyntaxFault) {
    const line = goLine(thrown);
    const shown = line + firstLine - 1;
    const message =
      line === 0 && firstLine === 1 ? thrown.message : `line ${shown}: ${thrown.message}`;
    const at = where(options, firstLine + thrown.problem.line);
    return new KnownError('invalid', `yaml: ${message}`, { where: at, cause: thrown });
  }
  if (thrown instanceof RangeError)
    return invalid('yaml: exceeded max depth', where(options, firstLine));
  if (!(thrown instanceof KnownError)) throw thrown;
  if (thrown.where !== undefined) return thrown;
  return invalid(thrown.message, where(options, firstLine));
}

function readable(text: string): string {
  const start = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const bad = forbidden.exec(start);
  if (bad === null) return start;
  const isByte = /[\ud800-\udfff]/.test(bad[0]);
  throw invalid(
    `yaml: ${isByte ? 'invalid leading UTF-8 octet' : 'control characters are not allowed'}`,
  );
}

function parseFirst(
  text: string,
  options: ParseOptions & { readonly lines?: LineIndex },
  firstLine: number,
): unknown {
  try {
    const root = new Parser(readable(text)).document();
    if (root === undefined) return null;
    return new Decoder(options.strict ?? false, options.lines).decode(root);
  } catch (thrown) {
    throw explain(thrown, options, firstLine);
  }
}

/**
 * The first document of a text as sigs.k8s.io/yaml.Unmarshal gives it into an interface{}: maps with
 * string keys, float64 numbers, `null` for an empty text. Throws a `KnownError('invalid')` with Go's
 * text, without the prefix `error converting YAML to JSON: `, and the place.
 */
export function parse(text: string, options: ParseOptions = {}): unknown {
  return parseFirst(text, options, 1);
}

/** Data and where its parts stand in the text. */
export interface ParsedLines {
  readonly value: unknown;
  /** The line, from 1, of the key or list item at a path; that of the anchor for what an alias brought. */
  readonly lineOf: (path: DataPath) => number | undefined;
}

/** The same as `parse`, and the line of every entry. */
export function parseWithLines(text: string, options: ParseOptions = {}): ParsedLines {
  const lines = new LineIndex();
  const value = parseFirst(text, { ...options, lines }, 1);
  return { value, lineOf: (path) => lines.lineOf(value, path) };
}

const marker = /^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm;

interface Piece {
  readonly text: string;
  readonly line: number;
}

/** Cuts a text at its document markers; what follows a `---` on its line stays with the document. */
function pieces(text: string): Piece[] {
  const out: Piece[] = [];
  let from = 0;
  let line = 1;
  const take = (to: number): void => {
    const piece = text.slice(from, to);
    out.push({ text: piece, line });
    for (let i = piece.indexOf('\n'); i >= 0; i = piece.indexOf('\n', i + 1)) line++;
  };
  for (const match of text.matchAll(marker)) {
    take(match.index);
    from = match.index + 3;
  }
  take(text.length);
  return out;
}

/** Drops the rest of a marker's line when it says nothing, so that `text` and `line` begin with the document. */
function trimMarkerLine({ text, line }: Piece): Piece {
  const rest = /^[ \t]*(?:#[^\n]*)?\r?\n/.exec(text);
  return rest === null || line === 1
    ? { text, line }
    : { text: text.slice(rest[0].length), line: line + 1 };
}

const onlyComments = /^(?:[ \t]*(?:#[^\n]*)?(?:\r?\n|$))*$/;

/**
 * Every document of a text that is not empty, in order. Markers are lines that begin with `---` or
 * `...`. An error's line counts from the start of the whole text.
 */
export function parseDocuments(text: string, options: ParseOptions = {}): YamlDocument[] {
  const out: YamlDocument[] = [];
  const whole = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  for (const [index, piece] of pieces(whole).entries()) {
    const { text: own, line } = index === 0 ? piece : trimMarkerLine(piece);
    if (isEmpty(own)) continue;
    const value = parseFirst(own, options, line);
    if (value !== null) out.push({ value, line, text: own });
  }
  return out;
}

function isEmpty(text: string): boolean {
  return text.length < 4096 ? onlyComments.test(text) : text.trim() === '';
}
