import type { TemplatePlace } from './place.ts';
import { Resolver, type TracePiece } from './pieces.ts';
import { Reads } from './reads.ts';
import type { Recorder } from './recorder.ts';
import type { ValuePath } from './value-path.ts';

/** A line of output with what made it. */
export interface TraceLine {
  /** Without its newline. */
  readonly text: string;
  /** The place that printed the most telling piece: the first action, else the first text that is not blank. */
  readonly place: TemplatePlace | undefined;
  readonly callers: readonly TemplatePlace[];
  readonly reads: readonly ValuePath[];
  readonly conditions: readonly ValuePath[];
}

/**
 * What a traced run gives. `pieces` and `lines` are worked out when they are first asked for; ask
 * before the data the templates ran on is changed.
 */
export interface Traced {
  readonly text: string;
  readonly pieces: readonly TracePiece[];
  /** One for each line of `text`; the text after the last newline is one too. */
  readonly lines: readonly TraceLine[];
  /** False when a run took so many steps that not all of it was noted. */
  readonly isComplete: boolean;
}

/** Whether a stretch of a text has anything but white space. */
function hasInk(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x20 && code !== 0xa0) return true;
  }
  return false;
}

const nothing: readonly ValuePath[] = [];

/** All of the lists, each entry once; most often there is one list, or the same one again. */
function joined(one: readonly ValuePath[], more: readonly ValuePath[]): readonly ValuePath[] {
  if (one === more || more.length === 0) return one;
  if (one.length === 0) return more;
  if (more.every((path) => one.includes(path))) return one;
  return [...new Set([...one, ...more])];
}

/** The pieces that tell of a line: those that print more than white space, else all. */
function telling(
  whole: { readonly text: string; readonly pieces: readonly TracePiece[] },
  line: { readonly start: number; readonly end: number; readonly first: number },
): TracePiece[] {
  const { text, pieces } = whole;
  const all: TracePiece[] = [];
  const shown: TracePiece[] = [];
  for (let i = line.first; i < pieces.length && pieces[i]!.start < line.end; i++) {
    const piece = pieces[i]!;
    all.push(piece);
    const from = Math.max(line.start, piece.start);
    if (hasInk(text, from, Math.min(line.end, piece.end))) shown.push(piece);
  }
  return shown.length > 0 ? shown : all;
}

function lineOf(text: string, pieces: readonly TracePiece[]): TraceLine {
  let [reads, conditions] = [nothing, nothing];
  let best: TracePiece | undefined;
  for (const piece of pieces) {
    if (best === undefined || (best.reads.length === 0 && piece.reads.length > 0)) best = piece;
    reads = joined(reads, piece.reads);
    conditions = joined(conditions, piece.conditions);
  }
  return { text, place: best?.place, callers: best?.callers ?? [], reads, conditions };
}

/** The lines of a text by its pieces; an empty line is told by its newline. */
function linesOf(text: string, pieces: readonly TracePiece[]): TraceLine[] {
  const lines: TraceLine[] = [];
  let [start, first] = [0, 0];
  for (;;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    while (first < pieces.length && pieces[first]!.end <= start) first++;
    const line = { start, end: Math.max(end, start + 1), first };
    lines.push(lineOf(text.slice(start, end), telling({ text, pieces }, line)));
    if (newline < 0) return lines;
    start = newline + 1;
  }
}

class TracedRun implements Traced {
  readonly text: string;
  private recorder: Recorder | undefined;
  private readonly dot: unknown;
  private resolved: readonly TracePiece[] | undefined;
  private cut: readonly TraceLine[] | undefined;
  readonly isComplete: boolean;

  constructor(recorder: Recorder, dot: unknown) {
    this.text = recorder.result()?.text ?? '';
    this.recorder = recorder;
    this.dot = dot;
    this.isComplete = recorder.isComplete;
  }

  get pieces(): readonly TracePiece[] {
    const { recorder } = this;
    if (this.resolved !== undefined || recorder === undefined) return this.resolved ?? [];
    const frame = recorder.result();
    const resolver = new Resolver(new Reads(recorder.log, this.dot));
    this.resolved = frame === undefined ? [] : resolver.frame(frame, []);
    this.recorder = undefined;
    return this.resolved;
  }

  get lines(): readonly TraceLine[] {
    this.cut ??= linesOf(this.text, this.pieces);
    return this.cut;
  }
}

/** What the action that a run failed at had read. */
export function readsAtFailure(recorder: Recorder, dot: unknown): readonly ValuePath[] {
  const { from, to } = recorder.current();
  return new Reads(recorder.log, dot).listBetween(from, to);
}

/** The result of a run whose recorder noted it. */
export function tracedOf(recorder: Recorder, dot: unknown): Traced {
  return new TracedRun(recorder, dot);
}
