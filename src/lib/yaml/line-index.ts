/** A place in parsed data: keys of maps, indexes of lists. */
export type DataPath = readonly (string | number)[];

/** On which line of its text each entry of parsed data stands; made while the data is. */
export class LineIndex {
  private readonly lines = new WeakMap<object, Map<string | number, number>>();

  /** An entry of a map or list; `line` counts from 1. */
  note(holder: object, key: string | number, line: number): void {
    let own = this.lines.get(holder);
    if (own === undefined) this.lines.set(holder, (own = new Map()));
    own.set(key, line);
  }

  /** The line of the entry at a path below `root`, or undefined when there is none. */
  lineOf(root: unknown, path: DataPath): number | undefined {
    let value = root;
    let line: number | undefined;
    for (const key of path) {
      if (typeof value !== 'object' || value === null) return undefined;
      line = this.lines.get(value)?.get(key);
      if (line === undefined) return undefined;
      value = (value as Readonly<Record<string | number, unknown>>)[key];
    }
    return line;
  }
}
