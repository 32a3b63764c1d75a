/** Where a value stands below the dot of a run: `['Values', 'hosts', 0, 'name']`; dot itself is `[]`. */
export type ValuePath = readonly (string | number)[];

const plainName = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** A path as people read it: `Values.image.tag`, `Values.hosts[0]`, `Values.annotations["a.b/c"]`. */
export function pathText(path: ValuePath): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (!plainName.test(key)) text += `[${JSON.stringify(key)}]`;
    else text += text === '' ? key : `.${key}`;
  }
  return text;
}

/** A place in the data. Every place has one node, so that nodes and their paths compare by identity. */
export class PathNode {
  private readonly up: PathNode | undefined;
  private readonly key: string | number;
  private known: ValuePath | undefined;
  private readonly below = new Map<string | number, PathNode>();

  constructor(up?: PathNode, key: string | number = '') {
    this.up = up;
    this.key = key;
  }

  /** The place of an entry, which need not be there. */
  child(key: string | number): PathNode {
    let node = this.below.get(key);
    if (node === undefined) {
      node = this.make(key);
      this.below.set(key, node);
    }
    return node;
  }

  protected make(key: string | number): PathNode {
    return new PathNode(this, key);
  }

  /** The nodes made below this one. */
  get children(): ReadonlyMap<string | number, PathNode> {
    return this.below;
  }

  /** The path; the same array each time. */
  get path(): ValuePath {
    this.known ??= this.up === undefined ? [] : [...this.up.path, this.key];
    return this.known;
  }
}
