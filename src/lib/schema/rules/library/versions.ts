import type { Environment } from '@marcbachmann/cel-js';
import { refusedValue } from './refused-value.ts';

/** A semantic version, strict as semver 2.0 has it. */
class SemverValue {
  readonly #parts: readonly bigint[];
  readonly #pre: readonly string[];

  constructor(parts: readonly bigint[], pre: readonly string[]) {
    this.#parts = parts;
    this.#pre = pre;
  }

  /** Versions that compare as equal have the same text. */
  toString(): string {
    const pre = this.#pre.length === 0 ? '' : `-${this.#pre.join('.')}`;
    return `${this.#parts.join('.')}${pre}`;
  }

  get parts(): readonly bigint[] {
    return this.#parts;
  }

  compare(other: SemverValue): bigint {
    for (const [at, part] of this.#parts.entries()) {
      const there = other.#parts[at]!;
      if (part !== there) return part < there ? -1n : 1n;
    }
    return comparePre(this.#pre, other.#pre);
  }
}

function comparePre(a: readonly string[], b: readonly string[]): bigint {
  if (a.length === 0 || b.length === 0) return BigInt(Math.sign(b.length - a.length));
  for (const [at, part] of a.entries()) {
    const there = b[at];
    if (there === undefined) return 1n;
    if (part !== there) return compareParts(part, there);
  }
  return a.length < b.length ? -1n : 0n;
}

function compareParts(a: string, b: string): bigint {
  const [first, second] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (first && second) return BigInt(a) < BigInt(b) ? -1n : 1n;
  if (first !== second) return first ? -1n : 1n;
  return a < b ? -1n : 1n;
}

const number = '(0|[1-9]\\d*)';
const identifier = '(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)';
const shape = new RegExp(
  `^${number}\\.${number}\\.${number}(?:-(${identifier}(?:\\.${identifier})*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
);

function parseSemver(text: string): SemverValue | undefined {
  const match = text.length > 256 ? null : shape.exec(text);
  if (!match) return undefined;
  const parts = match.slice(1, 4).map(BigInt);
  return new SemverValue(parts, match[4]?.split('.') ?? []);
}

/** `semver('1.2.3').isLessThan(semver('2.0.0'))`, `isSemver(text)`. */
export function addVersionLibrary(environment: Environment): void {
  const type = 'kubernetes.Semver';
  environment.registerType(type, SemverValue);
  const add = environment.registerFunction.bind(environment);
  add(`semver(string): ${type}`, (text: string) => {
    const version = parseSemver(text);
    if (!version) throw refusedValue(`semver parse error: "${text}"`);
    return version;
  });
  add('isSemver(string): bool', (text: string) => parseSemver(text) !== undefined);
  for (const [at, name] of ['major', 'minor', 'patch'].entries())
    add(`${type}.${name}(): int`, ({ parts }: SemverValue) => parts[at]);
  add(`${type}.compareTo(${type}): int`, (a: SemverValue, b: SemverValue) => a.compare(b));
  add(`${type}.isLessThan(${type}): bool`, (a: SemverValue, b: SemverValue) => a.compare(b) < 0n);
  add(
    `${type}.isGreaterThan(${type}): bool`,
    (a: SemverValue, b: SemverValue) => a.compare(b) > 0n,
  );
  environment.registerOperator(
    `${type} == ${type}`,
    (a: SemverValue, b: SemverValue) => a.compare(b) === 0n,
  );
}
