import { isRecord } from '../../../../base/index.ts';
import type { JsonRecord } from '../../../../base/index.ts';
import { matcher } from './pattern.ts';
import { grouped, problem, quoted, quotedList } from './problem.ts';
import type { Problem } from './problem.ts';
import { flattened, part, self, validate } from './validator.ts';
import type { Check } from './validator.ts';

/** The keywords for objects. */
export function checkMap(check: Check, value: JsonRecord): Problem[] {
  return [
    ...sizes(check, value),
    ...required(check, value),
    ...dependencies(check, value),
    ...properties(check, value),
    ...propertyNames(check, value),
  ];
}

function sizes({ schema, at }: Check, value: JsonRecord): Problem[] {
  const size = Object.keys(value).length;
  const { minProperties: least, maxProperties: most } = schema;
  const found: Problem[] = [];
  if (typeof least === 'number' && size < least) {
    found.push(problem(at, `minProperties: got ${grouped(size)}, want ${grouped(least)}`));
  }
  if (typeof most === 'number' && size > most) {
    found.push(problem(at, `maxProperties: got ${grouped(size)}, want ${grouped(most)}`));
  }
  return found;
}

function missingOf(value: JsonRecord, names: unknown): string[] {
  if (!Array.isArray(names)) return [];
  return names.filter((name): name is string => {
    return typeof name === 'string' && !Object.hasOwn(value, name);
  });
}

function required({ schema, at }: Check, value: JsonRecord): Problem[] {
  const missing = missingOf(value, schema['required']);
  if (missing.length === 0) return [];
  const noun = missing.length === 1 ? 'property' : 'properties';
  return [problem(at, `missing ${noun} ${quotedList(missing)}`)];
}

const newKeywords = ['dependentSchemas', 'dependentRequired'];

function dependencies(check: Check, value: JsonRecord): Problem[] {
  const keywords = check.draft < 2019 ? ['dependencies'] : ['dependencies', ...newKeywords];
  return keywords.flatMap((keyword) => {
    const all = check.schema[keyword];
    if (!isRecord(all)) return [];
    const present = Object.keys(all).filter((name) => Object.hasOwn(value, name));
    return present.flatMap((name) => dependency(check, value, [name, all[name]]));
  });
}

function dependency(
  check: Check,
  value: JsonRecord,
  [name, wanted]: readonly [string, unknown],
): Problem[] {
  if (!Array.isArray(wanted)) {
    const found = self(check, wanted);
    return found === undefined ? [] : [found];
  }
  const missing = missingOf(value, wanted);
  if (missing.length === 0) return [];
  const text = `properties ${quotedList(missing)} required, if ${quoted(name)} exists`;
  return [problem(check.at, text)];
}

function properties(check: Check, value: JsonRecord): Problem[] {
  const { schema, at } = check;
  const named = isRecord(schema['properties']) ? schema['properties'] : {};
  const patterns = Object.entries(
    isRecord(schema['patternProperties']) ? schema['patternProperties'] : {},
  ).map(([pattern, each]) => [matcher(pattern), each] as const);
  const additional = schema['additionalProperties'];
  const extra: string[] = [];
  const found: Problem[] = [];
  for (const key of Object.keys(value).toSorted()) {
    const applicable = patterns.filter(([matches]) => matches(key)).map(([, each]) => each);
    if (Object.hasOwn(named, key)) applicable.unshift(named[key]);
    if (applicable.length === 0) {
      if (additional === undefined) continue;
      if (additional === false) extra.push(key);
      else applicable.push(additional);
    }
    check.seen.add(key);
    found.push(...applicable.flatMap((each) => part(check, each, key, value[key])));
  }
  if (extra.length > 0) {
    found.push(problem(at, `additional properties ${quotedList(extra)} not allowed`));
  }
  return found;
}

function propertyNames({ schema, at, draft, run }: Check, value: JsonRecord): Problem[] {
  if (!('propertyNames' in schema) || draft === 4) return [];
  return Object.keys(value)
    .toSorted()
    .flatMap((name) => {
      const found = validate(schema['propertyNames'], name, { at: [], draft, run });
      if (found === undefined) return [];
      const text = `invalid propertyName ${quoted(name)}`;
      return [{ at, text, causes: flattened(found), kind: 'plain' as const }];
    });
}
