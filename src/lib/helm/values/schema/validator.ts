import { KnownError, isRecord } from '../../../../base/index.ts';
import type { JsonRecord } from '../../../../base/index.ts';
import { jsonEqual } from '../../json-equal.ts';
import { checkList } from './list.ts';
import { checkMap } from './map.ts';
import { checkNumber, checkText } from './scalar.ts';
import { displayed, problem } from './problem.ts';
import type { Problem } from './problem.ts';
import { resolveReference } from './reference.ts';

/** A JSON schema: a map of keywords, or a boolean. */
export type Schema = JsonRecord | boolean;

/** What is checked against what, and what the whole validation shares. */
export interface Check {
  readonly schema: JsonRecord;
  readonly value: unknown;
  readonly at: readonly string[];
  readonly draft: number;
  readonly run: ValidationRun;
  /** Names and indexes of the value that a schema has looked at (for the `unevaluated…` keywords). */
  readonly seen: Set<string>;
}

/** State of one validation. */
export interface ValidationRun {
  readonly root: Schema;
  /** Schema checks left before the schema is taken to have no end. */
  steps: number;
  /** How many checks are under way inside one another. */
  depth: number;
}

const maxDepth = 400;

/** What is wrong with a value; undefined when nothing is. `seen` gets what was looked at. */
export function validate(
  schema: unknown,
  value: unknown,
  how: Omit<Check, 'schema' | 'value' | 'seen'> & { seen?: Set<string> },
): Problem | undefined {
  const { run } = how;
  if ((run.steps -= 1) < 0 || run.depth > maxDepth) {
    throw new KnownError('too-large', 'values.schema.json refers to itself without end');
  }
  if (schema === true || schema === undefined) return undefined;
  if (schema === false) return problem(how.at, 'false schema');
  if (!isRecord(schema)) {
    throw new KnownError('invalid', 'values.schema.json: a schema must be a map or a boolean');
  }
  const check: Check = { ...how, schema, value, seen: how.seen ?? new Set() };
  run.depth += 1;
  try {
    return wrongKind(check) ?? together(how.at, problemsOf(check));
  } finally {
    run.depth -= 1;
  }
}

function problemsOf(check: Check): Problem[] {
  const { schema, draft, value } = check;
  const found: Problem[] = [];
  if (typeof schema['$ref'] === 'string') {
    const referred = checkReference(check, schema['$ref']);
    if (draft < 2019) return referred;
    found.push(...referred);
  }
  if (isRecord(value)) found.push(...checkMap(check, value));
  else if (Array.isArray(value)) found.push(...checkList(check, value));
  else if (typeof value === 'string') found.push(...checkText(check, value));
  else if (typeof value === 'number') found.push(...checkNumber(check, value));
  for (const keyword of ['$dynamicRef', '$recursiveRef']) {
    const target = schema[keyword];
    if (typeof target === 'string') found.push(...checkReference(check, target));
  }
  found.push(...combinations(check), ...unevaluated(check));
  return found;
}

function together(at: readonly string[], found: readonly Problem[]): Problem | undefined {
  if (found.length <= 1) return found[0];
  return { at, text: 'validation failed', causes: found, kind: 'group' };
}

/** Groups give way to what they hold. */
export function flattened(found: Problem | undefined): readonly Problem[] {
  if (found === undefined) return [];
  return found.kind === 'group' ? found.causes : [found];
}

/** The same value against another schema. */
export function self(check: Check, schema: unknown): Problem | undefined {
  const seen = new Set<string>();
  const found = validate(schema, check.value, { ...check, seen });
  if (found === undefined) for (const key of seen) check.seen.add(key);
  return found;
}

/** A part of the value against its schema. */
export function part(
  check: Check,
  schema: unknown,
  key: string,
  value: unknown,
): readonly Problem[] {
  const { draft, run, at } = check;
  const found = validate(schema, value, { draft, run, at: [...at, key] });
  return found === undefined ? [] : [found];
}

function wrongKind({ schema, value, at, draft }: Check): Problem | undefined {
  const { type, const: constant, enum: choices } = schema;
  const types = typesOf(type);
  if (types.length > 0 && !types.some((each) => isOfType(value, each))) {
    return problem(at, `got ${typeName(value)}, want ${types.join(' or ')}`);
  }
  if (draft >= 6 && 'const' in schema && !jsonEqual(value, constant)) {
    const isPlain = !Array.isArray(constant) && !isRecord(constant);
    return problem(at, isPlain ? `value must be ${displayed(constant)}` : "'const' failed");
  }
  if (!Array.isArray(choices) || choices.some((each) => jsonEqual(value, each))) return undefined;
  return problem(at, choicesText(choices));
}

function typesOf(type: unknown): string[] {
  const all = Array.isArray(type) ? type : [type];
  return typeOrder.filter((each) => all.includes(each));
}

/** The order in which the types of a schema are named. */
const typeOrder = ['null', 'boolean', 'number', 'integer', 'string', 'array', 'object'];

function isOfType(value: unknown, type: string): boolean {
  const own = typeName(value);
  return own === type || (type === 'integer' && Number.isInteger(value));
}

/** The type of a value as messages name it. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

function choicesText(choices: readonly unknown[]): string {
  if (choices.some((each) => Array.isArray(each) || isRecord(each))) return "'enum' failed";
  const shown = choices.map(displayed);
  return shown.length === 1
    ? `value must be ${shown[0]}`
    : `value must be one of ${shown.join(', ')}`;
}

function checkReference(check: Check, reference: string): Problem[] {
  const found = self(check, resolveReference(check.run.root, reference));
  if (found === undefined) return [];
  const causes = flattened(found);
  return [{ at: check.at, text: 'validation failed', causes, kind: 'reference' }];
}

function combinations(check: Check): Problem[] {
  const { schema, at } = check;
  const found: Problem[] = [];
  if ('not' in schema && self(check, schema['not']) === undefined) {
    found.push(problem(at, "'not' failed"));
  }
  const all = schemasAt(schema, 'allOf').flatMap((each) => self(check, each) ?? []);
  if (all.length > 0) found.push({ at, text: "'allOf' failed", causes: all, kind: 'plain' });
  found.push(...anyOf(check), ...oneOf(check), ...conditional(check));
  return found;
}

function anyOf(check: Check): Problem[] {
  const { schema, at } = check;
  const results = schemasAt(schema, 'anyOf').map((each) => self(check, each));
  if (results.length === 0 || results.includes(undefined)) return [];
  const causes = results.filter((each) => each !== undefined);
  return [{ at, text: "'anyOf' failed", causes, kind: 'plain' }];
}

function oneOf(check: Check): Problem[] {
  const { schema, at } = check;
  const results = schemasAt(schema, 'oneOf').map((each) => self(check, each));
  if (results.length === 0) return [];
  const matched = results.flatMap((each, index) => (each === undefined ? [index] : []));
  if (matched.length === 1) return [];
  if (matched.length > 1) {
    return [problem(at, `'oneOf' failed, subschemas ${matched[0]}, ${matched[1]} matched`)];
  }
  const causes = results.filter((each) => each !== undefined);
  return [{ at, text: "'oneOf' failed, none matched", causes, kind: 'plain' }];
}

function conditional(check: Check): readonly Problem[] {
  const { schema, draft } = check;
  if (!('if' in schema) || draft < 7) return [];
  const isMet = self(check, schema['if']) === undefined;
  const found = self(check, isMet ? schema['then'] : schema['else']);
  return found === undefined ? [] : [found];
}

function unevaluated(check: Check): readonly Problem[] {
  const { schema, value, seen, draft } = check;
  if (draft < 2019) return [];
  if (isRecord(value) && 'unevaluatedProperties' in schema) {
    return Object.keys(value)
      .toSorted()
      .filter((key) => !seen.has(key))
      .flatMap((key) => part(check, schema['unevaluatedProperties'], key, value[key]));
  }
  if (!Array.isArray(value) || !('unevaluatedItems' in schema)) return [];
  return value.flatMap((item, index) =>
    seen.has(String(index)) ? [] : part(check, schema['unevaluatedItems'], String(index), item),
  );
}

function schemasAt(schema: JsonRecord, key: string): unknown[] {
  const value = schema[key];
  return Array.isArray(value) ? value : [];
}
