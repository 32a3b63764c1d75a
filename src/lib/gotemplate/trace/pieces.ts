import type { TemplatePlace } from './place.ts';
import { placesOf, type TextLine } from './place.ts';
import type { Reads } from './reads.ts';
import type { Frame, RawPiece } from './recorder.ts';
import type { ValuePath } from './value-path.ts';

/** A stretch of output and how it came to be. Offsets are UTF-16 units; stretches neither overlap nor leave gaps. */
export interface TracePiece {
  readonly start: number;
  readonly end: number;
  /** The text or action that printed it: the innermost one, also through `include … | nindent 2`. */
  readonly place: TemplatePlace;
  /** The actions that ran the template `place` is in, innermost first; none in the file itself. */
  readonly callers: readonly TemplatePlace[];
  /** Values whose contents went into the text, as paths from the dot of the run. */
  readonly reads: readonly ValuePath[];
  /** Values that decided that the text is there: of `if`, `with` and `range` around it, of arguments. */
  readonly conditions: readonly ValuePath[];
}

const none: readonly never[] = [];

interface Line {
  readonly start: number;
  readonly end: number;
}

/** The lines of a text without the white space around them; blank ones are left out. */
function trimmedLines(text: string): Line[] {
  const lines: Line[] = [];
  for (const { 0: line, index } of text.matchAll(/[^\n]+/g)) {
    const body = line.trim();
    if (body === '') continue;
    const start = index + line.indexOf(body);
    lines.push({ start, end: start + body.length });
  }
  return lines;
}

function moved(piece: TracePiece, by: number): TracePiece {
  return by === 0 ? piece : { ...piece, start: piece.start + by, end: piece.end + by };
}

/** Those of the pieces that lie in a stretch, cut to it. */
function within(pieces: readonly TracePiece[], { start, end }: Line, first: number): TracePiece[] {
  const found: TracePiece[] = [];
  for (let i = first; i < pieces.length && pieces[i]!.start < end; i++) {
    const piece = pieces[i]!;
    if (piece.end <= start) continue;
    const cut = { start: Math.max(start, piece.start), end: Math.min(end, piece.end) };
    found.push({ ...piece, ...cut });
  }
  return found;
}

/** Puts stretches, in order, over one piece; what they leave open stays the piece's own. */
function overlay(own: TracePiece, parts: readonly TracePiece[]): TracePiece[] {
  const out: TracePiece[] = [];
  let at = own.start;
  for (const part of parts) {
    if (part.start > at) out.push({ ...own, start: at, end: part.start });
    out.push(part);
    at = part.end;
  }
  if (at < own.end) out.push({ ...own, start: at });
  return out;
}

/** Makes the pieces of a run out of what its recorder noted. */
export class Resolver {
  private readonly reads: Reads;

  constructor(reads: Reads) {
    this.reads = reads;
  }

  /** The pieces of one template's run. */
  frame(frame: Frame, callers: readonly TemplatePlace[]): TracePiece[] {
    const out: TracePiece[] = [];
    const places = placesOf(frame.template);
    let start = 0;
    for (const raw of frame.pieces) {
      const lines = places.text(raw.site);
      if (lines !== undefined) this.textLines(out, { lines, raw }, { start, callers });
      else this.action(out, { frame, raw, place: places.site(raw.site) }, { start, callers });
      start = raw.end;
    }
    return out;
  }

  private action(
    out: TracePiece[],
    { frame, raw, place }: { frame: Frame; raw: RawPiece; place: TemplatePlace },
    { start, callers }: { start: number; callers: readonly TemplatePlace[] },
  ): void {
    const own = {
      start,
      end: raw.end,
      place,
      callers,
      reads: this.reads.listBetween(raw.from, raw.to),
      conditions: this.reads.above(raw.cause),
    };
    const frames = [...raw.frames];
    for (const { frames: made } of this.reads.variablesIn(raw.from, raw.to)) frames.push(...made);
    if (frames.length === 0) {
      out.push(own);
      return;
    }
    const printed = frame.text.slice(start, raw.end);
    const inner = this.inner({ printed, start }, frames, [place, ...callers]);
    for (const piece of overlay(own, inner)) out.push(piece);
  }

  /** Plain text: a piece for each of its lines. */
  private textLines(
    out: TracePiece[],
    { lines, raw }: { lines: readonly TextLine[]; raw: RawPiece },
    { start, callers }: { start: number; callers: readonly TemplatePlace[] },
  ): void {
    const conditions = this.reads.above(raw.cause);
    for (const { start: from, end: to, place } of lines) {
      out.push({ start: start + from, end: start + to, place, callers, reads: none, conditions });
    }
  }

  /** What the templates that ran for an action printed, where it is found again in what the action printed. */
  private inner(
    action: { printed: string; start: number },
    frames: readonly Frame[],
    callers: readonly TemplatePlace[],
  ): TracePiece[] {
    const { printed, start } = action;
    const whole = frames.find(({ text }) => text === printed);
    if (whole !== undefined) return this.frame(whole, callers).map((each) => moved(each, start));
    const out: TracePiece[] = [];
    const lines = trimmedLines(printed);
    let next = 0;
    for (const frame of frames) {
      const pieces = this.frame(frame, callers);
      next = matchLines({ printed, lines, next, start }, { text: frame.text, pieces }, out);
    }
    return out;
  }
}

/**
 * Finds the lines of an inner text, in order and whatever their indentation, among those an action
 * printed. Gives the first line that is still to be matched.
 */
function matchLines(
  outer: { printed: string; lines: readonly Line[]; next: number; start: number },
  inner: { text: string; pieces: readonly TracePiece[] },
  out: TracePiece[],
): number {
  const { printed, lines, start } = outer;
  let { next } = outer;
  let first = 0;
  for (const line of trimmedLines(inner.text)) {
    const body = inner.text.slice(line.start, line.end);
    const at = lines.findIndex(
      (each, i) => i >= next && i < next + 16 && printed.slice(each.start, each.end) === body,
    );
    while (first < inner.pieces.length && inner.pieces[first]!.end <= line.start) first++;
    if (at < 0) continue;
    const by = start + lines[at]!.start - line.start;
    for (const piece of within(inner.pieces, line, first)) out.push(moved(piece, by));
    next = at + 1;
  }
  return next;
}
