import type { Turns } from '../runtime/range.ts';
import { isMap } from '../value/index.ts';
import type { Assigned, Cause } from './recorder.ts';

const none: readonly string[] = [];

const plainName = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** `Values.image.tag`, `Values.hosts[0]`, `Values.annotations["a.b/c"]`; the empty path is dot itself. */
export function joinPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  if (!plainName.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

function entry(holder: unknown, name: string): unknown {
  return isMap(holder) && Object.hasOwn(holder, name) ? holder[name] : undefined;
}

/** More paths than this are of no use to a reader, and would let a hostile template fill the memory. */
const maxPaths = 200;

function addAll(into: Set<string>, paths: readonly string[]): void {
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
  private readonly known = new Map<unknown, string>();
  /** The paths of each event of the log. */
  private readonly paths: (readonly string[])[] = [];
  private readonly variables = new Map<Assigned, readonly string[]>();
  private readonly causes = new Map<Cause, readonly string[]>();

  constructor(log: readonly unknown[], root: unknown) {
    this.log = log;
    this.learn(root, '');
    // In the order of the run, so that a thing is known before its parts are read, and what a variable
    // came from before the variable.
    for (let i = 0; i < log.length; i += 3) this.paths.push(this.event(i));
  }

  private learn(value: unknown, path: string): void {
    if (typeof value !== 'object' || value === null || this.known.has(value)) return;
    this.known.set(value, path);
  }

  private event(at: number): readonly string[] {
    const [subject, what, more] = [this.log[at], this.log[at + 1], this.log[at + 2]];
    if (what === null) return this.behind(subject as Assigned);
    if (typeof what === 'number') return this.turn(subject, what, more as Turns);
    const path = this.read(subject, what as readonly string[]);
    return path === undefined ? this.behind(more as Assigned | undefined) : [path];
  }

  private turn(over: unknown, index: number, turns: Turns): readonly string[] {
    const path = this.known.get(over);
    if (path === undefined || turns.items === undefined) return none;
    const own = joinPath(path, turns.keys?.[index] ?? index);
    this.learn(turns.items[index], own);
    return [own];
  }

  private read(receiver: unknown, names: readonly string[]): string | undefined {
    let value = receiver;
    let path = this.known.get(value);
    for (const name of names) {
      value = entry(value, name);
      path = this.known.get(value) ?? (path === undefined ? undefined : joinPath(path, name));
      if (path !== undefined) this.learn(value, path);
    }
    return path;
  }

  /** What a variable's value came from, and what it took to set it. */
  private behind(variable: Assigned | undefined): readonly string[] {
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
  between(from: number, to: number): Set<string> {
    const into = new Set<string>();
    for (let at = from; at < to; at += 3) addAll(into, this.paths[at / 3] ?? none);
    return into;
  }

  /** The same as a list; a stretch of one event shares that event's. */
  listBetween(from: number, to: number): readonly string[] {
    if (to - from > 3) return [...this.between(from, to)];
    return from === to ? none : (this.paths[from / 3] ?? none);
  }

  /** All that had to be read to come to a place, outermost first. */
  above(cause: Cause | undefined): readonly string[] {
    const missing: Cause[] = [];
    let each = cause;
    for (; each !== undefined && !this.causes.has(each); each = each.above) missing.push(each);
    let paths = each === undefined ? none : this.causes.get(each)!;
    for (const next of missing.reverse()) {
      const into = new Set(paths);
      addAll(into, [...this.between(next.from, next.to)]);
      paths = [...into];
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
