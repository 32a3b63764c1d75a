import type { Turns } from '../runtime/range.ts';
import type { ArgumentUse } from '../signature.ts';
import { PathNode } from '../trace/value-path.ts';
import { HostObject, isMap, tagOf } from '../value/index.ts';
import type { Change } from './changes.ts';

/** A place that was looked at. That the node is there means: the value was read, as far as it is a scalar. */
export class ReadNode extends PathNode {
  /** Everything in it was read. */
  isWhole = false;
  /** Which entries there are was read. */
  isListed = false;

  protected override make(key: string | number): ReadNode {
    return new ReadNode(this, key);
  }

  override child(key: string | number): ReadNode {
    return super.child(key) as ReadNode;
  }
}

function entry(holder: unknown, key: string | number): unknown {
  if (isMap(holder)) return Object.hasOwn(holder, key) ? holder[key] : undefined;
  return Array.isArray(holder) && typeof key === 'number' ? holder[key] : undefined;
}

function isContainer(value: unknown): value is object {
  return Array.isArray(value) || isMap(value);
}

/** Whether a method answers to the key: what it gives may be made of anything in the value. */
function isMethod(value: unknown, key: string | number): boolean {
  if (value instanceof HostObject) return true;
  const methods = typeof value === 'object' && value !== null ? tagOf(value)?.methods : undefined;
  return methods !== undefined && Object.hasOwn(methods, key);
}

/** The key as `index` means it. */
function keyOf(key: unknown): string | number | undefined {
  if (typeof key === 'string') return key;
  return typeof key === 'bigint' ? Number(key) : undefined;
}

/**
 * Notes which of the data a run depends on. A map or list is known by its identity, so it keeps its
 * place whatever variables, `dict`s and templates hand it on. Where it is not clear how much of a
 * thing a function looks at, all of it counts as read.
 */
export class Tracker {
  readonly root: ReadNode = new ReadNode();
  /** Data that others may hold was changed: then what comes after depends on this run. */
  hasWritten = false;
  /** Time, chance or the cluster was asked. */
  hasLookedOutside = false;
  private readonly nodes = new Map<unknown, ReadNode>();
  /** What a function took out of the data, so that its place is not known; it counts as read already. */
  private readonly parts = new Set<unknown>();

  constructor(dot: unknown) {
    this.learn(dot, this.root);
  }

  private learn(value: unknown, node: ReadNode): void {
    if (typeof value !== 'object' || value === null) return;
    const known = this.nodes.get(value);
    if (known === undefined) this.nodes.set(value, node);
    // One thing in two places: what is read of it is noted at the first, so the second counts whole.
    else if (known !== node) node.isWhole = true;
  }

  /** `receiver.a.b`. */
  path(receiver: unknown, keys: readonly (string | number)[]): void {
    let value = receiver;
    let node = this.nodes.get(value);
    for (const key of keys) {
      if (node !== undefined && isMethod(value, key)) node.isWhole = true;
      const isPart = this.parts.has(value);
      value = entry(value, key);
      node = node?.child(key) ?? this.nodes.get(value);
      if (node !== undefined) this.learn(value, node);
      else if (isPart) this.part(value);
    }
  }

  private part(value: unknown): void {
    if (isContainer(value)) this.parts.add(value);
  }

  private isData(value: unknown): boolean {
    return this.nodes.has(value) || this.parts.has(value);
  }

  /** A method was called: it may have looked at anything. */
  method(receiver: unknown, names: readonly string[]): void {
    this.path(receiver, names);
    let value = receiver;
    for (const name of names.slice(0, -1)) value = entry(value, name);
    this.whole(value);
  }

  /** Whether it is empty was asked, or its type. */
  listed(value: unknown): void {
    const node = this.nodes.get(value);
    if (node !== undefined) node.isListed = true;
  }

  turns(over: unknown, turns: Turns | undefined): void {
    this.listed(over);
    if (turns?.items === undefined || !isContainer(over)) return;
    const node = this.nodes.get(over);
    if (node !== undefined) {
      const { items, keys } = turns;
      for (const [i, item] of items.entries()) this.learn(item, node.child(keys?.[i] ?? i));
    } else if (this.parts.has(over)) for (const item of turns.items) this.part(item);
  }

  /** Everything in a value was read; of what a template made itself, the known parts. */
  whole(value: unknown, seen: Set<unknown> = new Set()): void {
    if (typeof value !== 'object' || value === null) return;
    const node = this.nodes.get(value);
    if (node !== undefined) node.isWhole = true;
    else if (isContainer(value) && !seen.has(value)) {
      seen.add(value);
      for (const each of Object.values(value)) this.whole(each, seen);
    }
  }

  /** A function was called; `use` is what its arguments are to it. */
  call(use: ArgumentUse | undefined, args: readonly unknown[]): void {
    switch (use) {
      case 'passes':
        return;
      case 'lists':
        for (const arg of args) this.listed(arg);
        return;
      case 'looks up':
        return this.lookUp(args);
      case 'sets':
        this.hasWritten ||= this.isData(args[0]);
        return;
      case 'merges':
        this.merge(args);
        return;
      case 'outside':
        this.hasLookedOutside = true;
        break;
      case 'copies':
      case undefined:
    }
    for (const arg of args) this.whole(arg);
  }

  /** A function answered: what it made of the data may be a part of it. */
  answered(use: ArgumentUse | undefined, args: readonly unknown[], answer: unknown): void {
    if (use === undefined && isContainer(answer) && args.some(isContainer)) this.part(answer);
  }

  private lookUp([holder, ...keys]: readonly unknown[]): void {
    const path = keys.map(keyOf);
    if (isContainer(holder) && path.every((key) => key !== undefined)) this.path(holder, path);
    else for (const arg of [holder, ...keys]) this.whole(arg);
  }

  private merge([target, ...sources]: readonly unknown[]): void {
    for (const source of sources) {
      if (this.mergesInto(target, source)) this.hasWritten = true;
      this.whole(source);
    }
    this.whole(target);
  }

  /** Whether merging would change something that is part of the data. */
  private mergesInto(target: unknown, source: unknown): boolean {
    if (!isMap(target) || !isMap(source)) return false;
    if (this.isData(target)) return true;
    return Object.keys(source).some((key) =>
      this.mergesInto(entry(target, key), entry(source, key)),
    );
  }
}

/** Whether what was read is touched by what has changed. */
export function isTouched(read: ReadNode, change: Change): boolean {
  if (change.isReplaced || read.isWhole) return true;
  if (change.hasOtherKeys && read.isListed) return true;
  for (const [key, below] of change.below) {
    const node = read.children.get(key) as ReadNode | undefined;
    if (node !== undefined && isTouched(node, below)) return true;
  }
  return false;
}
