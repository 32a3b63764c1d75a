/** One question to a template engine: a template, and the values file it runs with. */
export interface Case {
  readonly text: string;
  /** Absent: `standardValues`. */
  readonly values?: string;
}

/** Values of every kind, for questions that bring none of their own. */
export const standardValues = `i: 5
neg: -3
big: 1000000
huge: 12345678901234567890
dec: 1.5
tiny: 0.00001
s: hello
u: "h\u00e9llo w\u00f6rld"
num: "42"
e: ""
t: true
f: false
z: null
l: [a, b, c]
ln: [3, 1, 2]
el: []
m: {z: 1, a: two, nested: {k: v, l: [1, {q: r}]}}
em: {}
ml: "line1\\nline2\\n"
sp: "  x  "
date: 2020-01-01
ver: 1.10
`;

/** Operands of every kind a template knows. */
export const operands: readonly string[] = [
  'nil',
  '.Values.zz',
  '.Values.z',
  '5',
  '(int64 5)',
  '5.0',
  '-3',
  '"hello"',
  '.Values.s',
  '.Values.e',
  'true',
  '.Values.f',
  '.Values.i',
  '.Values.dec',
  '.Values.l',
  '.Values.el',
  '(list)',
  '(list 1 "a" nil)',
  '.Values.m',
  '.Values.em',
  '(dict)',
  "'a'",
  '.Release.Revision',
  '(until 3)',
  '(splitList "l" "hello")',
  '(split "l" "hello")',
  '(toDate "2006-01-02" "2020-02-03")',
  '(semver "1.2.3")',
  '.Values',
  '.Chart',
  '.Files',
  '1i',
];

/** A text as a Go string literal. */
export function literal(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u007f-\u009f\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A list of cases without values of their own. */
export function texts(list: readonly string[]): Case[] {
  return list.map((text) => ({ text }));
}

/** Chooses by a seed, the same each time. */
export class Choice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** Up to that many of the items, in a random order, the same one perhaps more than once. */
  some<T>(items: readonly T[], most: number): T[] {
    return Array.from({ length: this.below(most + 1) }, () => this.of(items));
  }
}
