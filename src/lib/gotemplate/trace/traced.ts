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

function lineOf(text: string, start: number, pieces: readonly TracePiece[]): TraceLine {
  const only = pieces.length === 1 ? pieces[0] : undefined;
  if (only !== undefined) {
    const { place, callers, reads, conditions } = only;
    return { text, place, callers, reads, conditions };
  }
  const telling = (piece: TracePiece): boolean =>
    text.slice(Math.max(0, piece.start - start), piece.end - start).trim() !== '';
  const visible = pieces.filter(telling);
  const shown = visible.length > 0 ? visible : pieces;
  const best = shown.find(({ reads }) => reads.length > 0) ?? shown[0];
  return {
    text,
    place: best?.place,
    callers: best?.callers ?? [],
    reads: joined(shown.map(({ reads }) => reads)),
    conditions: joined(shown.map(({ conditions }) => conditions)),
  };
}

/** All of the lists, each entry once; most often there is one list, or the same one again. */
function joined(lists: readonly (readonly ValuePath[])[]): readonly ValuePath[] {
  const different = [...new Set(lists.filter((list) => list.length > 0))];
  return different.length > 1 ? [...new Set(different.flat())] : (different[0] ?? []);
}

/** The lines of a text by its pieces; an empty line is told by its newline. */
function linesOf(text: string, pieces: readonly TracePiece[]): TraceLine[] {
  const lines: TraceLine[] = [];
  let [start, first] = [0, 0];
  for (const line of text.split('\n')) {
    const end = start + Math.max(line.length, 1);
    while (first < pieces.length && pieces[first]!.end <= start) first++;
    let last = first;
    while (last < pieces.length && pieces[last]!.start < end) last++;
    lines.push(lineOf(line, start, pieces.slice(first, last)));
    start += line.length + 1;
  }
  return lines;
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
