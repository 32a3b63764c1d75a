import type { JsonRecord } from '../../../base/index.ts';
import type { TypeSchema } from '../type-schema.ts';
import { isBlank, itemSchema, itemsOf, memberSchema, membersOf, shapeOf } from './typed.ts';

/** The live object with a configuration merged into it by schema. Neither is changed. */
export function mergeTyped(schema: TypeSchema, live: unknown, config: unknown): unknown {
  if (config === undefined) return live;
  if (live === undefined) return config;
  const shape = shapeOf(schema, live, config);
  if (shape === 'leaf' || (isBlank(live) && isBlank(config))) return config;
  return shape === 'map' ? mergeMaps(schema, live, config) : mergeLists(schema, live, config);
}

function mergeMaps(schema: TypeSchema, live: unknown, config: unknown): JsonRecord {
  const result = { ...membersOf(live) };
  for (const [name, value] of Object.entries(membersOf(config))) {
    result[name] = mergeTyped(memberSchema(schema, name), result[name], value);
  }
  return result;
}

/**
 * Items of both. Those the configuration names take its order; the others stay where they stand between
 * their neighbours; new ones come where the configuration has them.
 */
function mergeLists(schema: TypeSchema, live: unknown, config: unknown): unknown[] {
  const [left, right] = [itemsOf(schema, live), itemsOf(schema, config)];
  const [inLeft, inRight] = [new Map(left), new Map(right)];
  const shared = right.map(([step]) => step).filter((step) => inLeft.has(step));
  const done = new Set<string>();
  const result: unknown[] = [];
  const take = (step: string): void => {
    done.add(step);
    if (shared[0] === step) shared.shift();
    result.push(mergeTyped(itemSchema(schema), inLeft.get(step), inRight.get(step)));
  };
  let [l, r] = [0, 0];
  while (l < left.length || r < right.length) {
    const [leftStep, leftItem] = left[l] ?? [];
    const rightStep = right[r]?.[0];
    if (leftStep !== undefined && !inRight.has(leftStep)) {
      result.push(leftItem);
      l += 1;
    } else if (leftStep !== undefined && (done.has(leftStep) || leftStep !== shared[0])) {
      l += 1;
    } else if (rightStep !== undefined) {
      take(rightStep);
      r += 1;
      if (leftStep === rightStep) l += 1;
    } else l += 1;
  }
  return result;
}
