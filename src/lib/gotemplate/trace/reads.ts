import type { Turns } from '../runtime/range.ts';
import { isMap } from '../value/index.ts';
import type { Assigned, Cause } from './recorder.ts';
import { PathNode, type ValuePath } from './value-path.ts';

const none: readonly ValuePath[] = [];

function entry(holder: unknown, name: string): unknown {
  return isMap(holder) && Object.hasOwn(holder, name) ? holder[name] : undefined;
}

/** More paths than this are of no use to a reader, and would let a hostile template fill the memory. */
const maxPaths = 200;

function addAll(into: Set<ValuePath>, paths: readonly ValuePath[]): void {
  for (const path of paths) {
    if (into.size >= maxPaths) return;
    into.add(path);
  }
}

/**
 * Turns the log of a run into paths of values. A map or list is known by its identity: whoever hands
 * it on, under whatever name, it is still the thing that stands at `Values.image`. What a function
 * made has no path of its own; the values that went into it stand for it.
 */
export class Reads {
  private readonly log: readonly unknown[];
  private readonly known = new Map<unknown, PathNode>();
  /** The paths of each event of the log. */
  private readonly paths: (readonly ValuePath[])[] = [];
  private readonly variables = new Map<Assigned, readonly ValuePath[]>();
  private readonly causes = new Map<Cause, readonly ValuePath[]>();

  constructor(log: readonly unknown[], root: unknown) {
    this.log = log;
    this.learn(root, new PathNode());
    // In the order of the run, so that a thing is known before its parts are read, and what a variable
    // came from before the variable.
    for (let i = 0; i < log.length; i += 3) this.paths.push(this.event(i));
  }

  private learn(value: unknown, node: PathNode): void {
    if (typeof value !== 'object' || value === null || this.known.has(value)) return;
    this.known.set(value, node);
  }

  private event(at: number): readonly ValuePath[] {
    const [subject, what, more] = [this.log[at], this.log[at + 1], this.log[at + 2]];
    if (what === null) return this.behind(subject as Assigned);
    if (typeof what === 'number') return this.turn(subject, what, more as Turns);
    const path = this.read(subject, what as readonly string[]);
    return path === undefined ? this.behind(more as Assigned | undefined) : [path];
  }

  private turn(over: unknown, index: number, turns: Turns): readonly ValuePath[] {
    const node = this.known.get(over);
    if (node === undefined || turns.items === undefined) return none;
    const own = node.child(turns.keys?.[index] ?? index);
    this.learn(turns.items[index], own);
    return [own.path];
  }

  private read(receiver: unknown, names: readonly string[]): ValuePath | undefined {
    let value = receiver;
    let node = this.known.get(value);
    for (const name of names) {
      value = entry(value, name);
      node = this.known.get(value) ?? node?.child(name);
      if (node !== undefined) this.learn(value, node);
    }
    return node?.path;
  }

  /** What a variable's value came from, and what it took to set it. */
  private behind(variable: Assigned | undefined): readonly ValuePath[] {
    if (variable === undefined) return none;
    const known = this.variables.get(variable);
    if (known !== undefined) return known;
    const into = this.between(variable.from, variable.to);
    addAll(into, this.above(variable.above));
    const paths = [...into];
    this.variables.set(variable, paths);
    return paths;
  }

  /** The paths read in a stretch of the log, those behind its variables too. */
  between(from: number, to: number): Set<ValuePath> {
    const into = new Set<ValuePath>();
    for (let at = from; at < to; at += 3) addAll(into, this.paths[at / 3] ?? none);
    return into;
  }

  /** The same as a list; a stretch of one event shares that event's. */
  listBetween(from: number, to: number): readonly ValuePath[] {
    if (to - from > 3) return [...this.between(from, to)];
    return from === to ? none : (this.paths[from / 3] ?? none);
  }

  /** All that had to be read to come to a place, outermost first. */
  above(cause: Cause | undefined): readonly ValuePath[] {
    const missing: Cause[] = [];
    let each = cause;
    for (; each !== undefined && !this.causes.has(each); each = each.above) missing.push(each);
    let paths = each === undefined ? none : this.causes.get(each)!;
    for (const next of missing.reverse()) {
      const added = this.listBetween(next.from, next.to);
      // Most often nothing comes on top: then the places share one list.
      if (!added.every((path) => paths.includes(path))) {
        const into = new Set(paths);
        addAll(into, added);
        paths = [...into];
      }
      this.causes.set(next, paths);
    }
    return paths;
  }

  /** The variables that were read as a whole in a stretch of the log. */
  *variablesIn(from: number, to: number): Generator<Assigned> {
    for (let at = from; at < to; at += 3) {
      if (this.log[at + 1] === null) yield this.log[at] as Assigned;
    }
  }
}
