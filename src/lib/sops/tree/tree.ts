/** A value of an encrypted file; its type counts for the authentication code. */
export type Scalar =
  | { readonly type: 'str' | 'bytes'; readonly text: string }
  /** `text` is the number as Go writes it. */
  | { readonly type: 'int' | 'float'; readonly text: string }
  | { readonly type: 'bool'; readonly isTrue: boolean }
  /** `text` as it stands in the file, `canonical` as RFC 3339. */
  | { readonly type: 'time'; readonly text: string; readonly canonical: string }
  | { readonly type: 'null' };

/** What a file holds, in the order in which it stands there: the authentication code goes by it. */
export type Node =
  | { readonly is: 'map'; readonly entries: ReadonlyArray<readonly [key: string, node: Node]> }
  | { readonly is: 'list'; readonly items: readonly Node[] }
  | { readonly is: 'scalar'; readonly scalar: Scalar };

/** A file in its parts: documents without the metadata, and the metadata as plain data. */
export interface SopsFile {
  readonly documents: readonly Node[];
  readonly metadata: unknown;
}

/** The bytes of a value that the authentication code is made of. */
export function macBytes(scalar: Scalar): Buffer {
  switch (scalar.type) {
    case 'str':
    case 'int':
    case 'float':
      return Buffer.from(scalar.text, 'utf8');
    case 'bytes':
      return Buffer.from(scalar.text, 'latin1');
    case 'bool':
      return Buffer.from(scalar.isTrue ? 'True' : 'False');
    case 'time':
      return Buffer.from(scalar.canonical);
    case 'null':
      return Buffer.alloc(0);
  }
}

/** A tree as plain data, to be written in any form. */
export function plainValue(node: Node): unknown {
  if (node.is === 'list') return node.items.map(plainValue);
  if (node.is === 'map') {
    return Object.fromEntries(node.entries.map(([key, each]) => [key, plainValue(each)]));
  }
  const { scalar } = node;
  if (scalar.type === 'null') return null;
  if (scalar.type === 'bool') return scalar.isTrue;
  if (scalar.type === 'int' || scalar.type === 'float') return Number(scalar.text);
  if (scalar.type === 'bytes') return Buffer.from(scalar.text, 'latin1').toString('utf8');
  return scalar.text;
}

/** A number as Go's `strconv.FormatFloat(x, 'f', -1, 64)` writes it: the shortest, without exponent. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const text = Object.is(value, -0) ? '-0' : String(value);
  const found = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (found === null) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = found;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return `${sign}${digits}${'0'.repeat(point - digits.length)}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
