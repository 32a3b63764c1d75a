import type { Environment } from '@marcbachmann/cel-js';
import { canonicalQuantity, parseQuantity, quantityNumber } from '../../quantity.ts';
import { refusedValue } from './refused-value.ts';

const billion = 1_000_000_000n;

/** A Kubernetes quantity in a rule. */
class QuantityValue {
  readonly #nano: bigint;
  readonly #text: string;

  constructor(nano: bigint, text: string) {
    this.#nano = nano;
    this.#text = text;
  }

  get nano(): bigint {
    return this.#nano;
  }

  toString(): string {
    return this.#text;
  }
}

function ofText(text: string): QuantityValue | undefined {
  try {
    if (text !== text.trim()) return undefined;
    return new QuantityValue(parseQuantity(text).nano, canonicalQuantity(text));
  } catch {
    return undefined;
  }
}

function ofNano(nano: bigint): QuantityValue {
  const text = nano % billion === 0n ? String(nano / billion) : `${nano}n`;
  return new QuantityValue(nano, canonicalQuantity(text));
}

/** `quantity('1Gi').isGreaterThan(quantity('500Mi'))`, `isQuantity(text)`. */
export function addQuantityLibrary(environment: Environment): void {
  const type = 'kubernetes.Quantity';
  environment.registerType(type, QuantityValue);
  const add = environment.registerFunction.bind(environment);
  add(`quantity(string): ${type}`, (text: string) => {
    const made = ofText(text);
    if (!made)
      throw refusedValue(
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      );
    return made;
  });
  add('isQuantity(string): bool', (text: string) => ofText(text) !== undefined);
  add(`${type}.sign(): int`, ({ nano }: QuantityValue) => sign(nano));
  add(`${type}.isInteger(): bool`, ({ nano }: QuantityValue) => nano % billion === 0n);
  add(`${type}.asInteger(): int`, ({ nano }: QuantityValue) => {
    if (nano % billion !== 0n) throw refusedValue('cannot convert value to integer');
    return nano / billion;
  });
  add(`${type}.asApproximateFloat(): double`, (value: QuantityValue) =>
    quantityNumber(String(value)),
  );
  addArithmetic(environment, type);
}

function addArithmetic(environment: Environment, type: string): void {
  const add = environment.registerFunction.bind(environment);
  const plus = (a: QuantityValue, b: QuantityValue): QuantityValue => ofNano(a.nano + b.nano);
  const minus = (a: QuantityValue, b: QuantityValue): QuantityValue => ofNano(a.nano - b.nano);
  const whole = (value: bigint): QuantityValue => ofNano(value * billion);
  add(`${type}.add(${type}): ${type}`, plus);
  add(`${type}.add(int): ${type}`, (a: QuantityValue, b: bigint) => plus(a, whole(b)));
  add(`${type}.sub(${type}): ${type}`, minus);
  add(`${type}.sub(int): ${type}`, (a: QuantityValue, b: bigint) => minus(a, whole(b)));
  add(`${type}.compareTo(${type}): int`, (a: QuantityValue, b: QuantityValue) =>
    sign(a.nano - b.nano),
  );
  add(`${type}.isLessThan(${type}): bool`, (a: QuantityValue, b: QuantityValue) => a.nano < b.nano);
  add(
    `${type}.isGreaterThan(${type}): bool`,
    (a: QuantityValue, b: QuantityValue) => a.nano > b.nano,
  );
  environment.registerOperator(
    `${type} == ${type}`,
    (a: QuantityValue, b: QuantityValue) => a.nano === b.nano,
  );
}

function sign(value: bigint): bigint {
  if (value === 0n) return 0n;
  return value < 0n ? -1n : 1n;
}
