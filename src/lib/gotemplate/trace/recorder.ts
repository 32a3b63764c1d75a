import type { Template } from '../runtime/fault.ts';
import type { CallArguments, Path } from '../runtime/path.ts';
import type { Turns } from '../runtime/range.ts';

/** What had to be read for a place in a template to be reached: the stretch of the log, and what was before it. */
export interface Cause {
  readonly above: Cause | undefined;
  readonly from: number;
  readonly to: number;
}

/** Where a variable's value came from: what was read for it, why it was set, which templates it ran. */
export interface Assigned extends Cause {
  readonly frames: readonly Frame[];
}

/** One stretch of a template's output, up to `end`; it begins where the one before ends. */
export interface RawPiece {
  readonly end: number;
  readonly site: number;
  readonly cause: Cause | undefined;
  readonly from: number;
  readonly to: number;
  readonly frames: readonly Frame[];
}

/** One run of one template: what it printed, and how that came to be. */
export interface Frame {
  readonly template: Template;
  readonly text: string;
  readonly pieces: readonly RawPiece[];
}

/** The state of a caller, kept while a template it calls runs. */
interface Held {
  readonly cause: Cause | undefined;
  readonly from: number;
  readonly mark: number;
}

/** Beyond this many events nothing more is noted, so that a hostile template cannot fill the memory. */
const maxEvents = 2_000_000;

const none: readonly never[] = [];

type Invoke = (
  receiver: unknown,
  names: readonly string[],
  at: { site: number; wrapped: boolean },
  how: CallArguments,
) => unknown;

/**
 * What a traced run notes. It is made for speed: nothing is looked up or joined while a template runs,
 * only noted; `resolvePieces` makes sense of it afterwards. The log has three slots for an event:
 * - a read: the receiver, the names, where the receiver's variable came from;
 * - a loop turn: what the loop goes over, the turn's number, its `Turns`;
 * - a variable: its `Assigned`, `null`, nothing.
 */
export class Recorder {
  readonly log: unknown[] = [];
  private cause: Cause | undefined;
  private from = 0;
  private mark = 0;
  private finished: Frame[] = [];
  private events = 0;
  private readonly held: Held[] = [];
  isComplete = true;

  private isFull(): boolean {
    if (this.events < maxEvents) {
      this.events++;
      return false;
    }
    this.isComplete = false;
    return true;
  }

  /** A template begins: what its caller read for the argument is a cause of all it prints. */
  enter(): Cause | undefined {
    this.held.push({ cause: this.cause, from: this.from, mark: this.mark });
    this.mark = this.finished.length;
    return this.under();
  }

  /** A template ends. */
  leave(template: Template, text: string, pieces: readonly RawPiece[]): void {
    const { cause, from, mark } = this.held.pop()!;
    this.finished.length = this.mark;
    this.cause = cause;
    this.from = from;
    this.mark = mark;
    if (this.isFull() && this.held.length > 0) return;
    this.finished.push({ template, text, pieces });
  }

  /** A statement begins. */
  at(cause: Cause | undefined): void {
    this.cause = cause;
    this.from = this.log.length;
    this.mark = this.finished.length;
  }

  /** The cause of what stands under the statement that has just been evaluated. */
  under(): Cause | undefined {
    const to = this.log.length;
    if (to === this.from) return this.cause;
    return { above: this.cause, from: this.from, to };
  }

  private taken(): readonly Frame[] {
    return this.finished.length === this.mark ? none : this.finished.splice(this.mark);
  }

  /** A statement has printed. */
  piece(pieces: RawPiece[], end: number, site: number): void {
    const frames = this.taken();
    if ((pieces.at(-1)?.end ?? 0) === end || this.isFull()) return;
    const { cause, from } = this;
    pieces.push({ end, site, cause, from, to: this.log.length, frames });
  }

  /** Plain text was printed. */
  text(pieces: RawPiece[], at: { end: number; site: number }, cause: Cause | undefined): void {
    if (this.isFull()) return;
    pieces.push({ end: at.end, site: at.site, cause, from: 0, to: 0, frames: none });
  }

  /** A variable got the value that the statement has just evaluated. */
  assigned(): Assigned {
    const { cause, from } = this;
    return { above: cause, from, to: this.log.length, frames: this.taken() };
  }

  /** A variable is read as a whole. */
  variable<T>(value: T, from: Assigned | undefined): T {
    if (from !== undefined && !this.isFull()) this.log.push(from, null, undefined);
    return value;
  }

  /** A loop's turn begins: the cause of what its body prints. */
  turn(cause: Cause | undefined, over: unknown, turn: { index: number; turns: Turns }): Assigned {
    const from = this.log.length;
    if (!this.isFull()) this.log.push(over, turn.index, turn.turns);
    return { above: cause, from, to: this.log.length, frames: none };
  }

  /** The stretch of the log of the statement that runs now, or that has failed. */
  current(): { from: number; to: number } {
    return { from: this.from, to: this.log.length };
  }

  /** What the outermost template printed; to be asked once, at the end. */
  result(): Frame | undefined {
    return this.finished.at(-1);
  }

  /** `receiver.a.b`. */
  path(
    path: Path,
    from: Assigned | undefined,
    ...[receiver, names, site, wrapped]: Parameters<Path>
  ): unknown {
    if (!this.isFull()) this.log.push(receiver, names, from);
    return path(receiver, names, site, wrapped);
  }

  /** `receiver.a.b` with arguments. */
  invoke(invoke: Invoke, from: Assigned | undefined, ...args: Parameters<Invoke>): unknown {
    if (!this.isFull()) this.log.push(args[0], args[1], from);
    return invoke(...args);
  }
}
