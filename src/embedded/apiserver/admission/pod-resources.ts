import { isRecord, type JsonRecord } from '../../../base/index.ts';
import { canonicalQuantity, parseQuantity } from '../../../lib/schema/index.ts';

/** Amounts by resource name, as quantities. */
export type Amounts = Readonly<Record<string, string>>;

/** The records in a list; empty when there is none. */
export function recordsIn(list: unknown): JsonRecord[] {
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

/** The amounts in a map of quantities; what is no quantity is left out. */
export function amountsIn(map: unknown): Amounts {
  if (!isRecord(map)) return {};
  return Object.fromEntries(
    Object.entries(map).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
    ),
  );
}

/** A sum of two quantities, canonical, in the suffix family of the first that is not zero. */
export function addQuantities(a: string, b: string): string {
  const [left, right] = [parseQuantity(a), parseQuantity(b)];
  const sum = left.nano + right.nano;
  const family = left.nano === 0n ? right.family : left.family;
  const whole = sum % 1_000_000_000n === 0n;
  const text = whole ? `${sum / 1_000_000_000n}` : `${sum}n`;
  return family === 'binary' && whole ? binary(sum / 1_000_000_000n) : canonicalQuantity(text);
}

function binary(value: bigint): string {
  const kibi = value % 1024n === 0n && value !== 0n;
  return kibi ? canonicalQuantity(`${value / 1024n}Ki`) : canonicalQuantity(`${value}`);
}

/** Sums of what several have, name by name. */
export function sumAmounts(all: readonly Amounts[]): Amounts {
  const sums: Record<string, string> = {};
  for (const each of all)
    for (const [name, value] of Object.entries(each))
      sums[name] = addQuantities(sums[name] ?? '0', value);
  return sums;
}

/** The greater of what two have, name by name. */
export function greaterAmounts(a: Amounts, b: Amounts): Amounts {
  const all: Record<string, string> = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const other = all[name];
    if (other === undefined || parseQuantity(value).nano > parseQuantity(other).nano)
      all[name] = value;
  }
  return all;
}

/** What a pod asks for: the sum of its containers, or its greediest init container where that is more. */
export function podAmounts(spec: unknown, which: 'requests' | 'limits'): Amounts {
  if (!isRecord(spec)) return {};
  const amounts = (container: JsonRecord): Amounts =>
    amountsIn(isRecord(container['resources']) ? container['resources'][which] : undefined);
  const starting = recordsIn(spec['initContainers']);
  const sidecars = starting.filter((each) => each['restartPolicy'] === 'Always');
  const sum = sumAmounts([...recordsIn(spec['containers']), ...sidecars].map(amounts));
  const withStart = starting
    .filter((each) => !sidecars.includes(each))
    .map(amounts)
    .reduce(greaterAmounts, sum);
  return isRecord(spec['overhead']) && Object.keys(withStart).length > 0
    ? sumAmounts([withStart, amountsIn(spec['overhead'])])
    : withStart;
}
