import { isRecord } from '../../../base/index.ts';
import { RE2JS } from 're2js';
import { deepEqual } from '../equal.ts';
import { hasFormat } from './formats.ts';
import type { JsonSchema } from './json-schema.ts';

/**
 * What is wrong with a value by the keywords of its own level, each as the words that follow
 * `<path> in body `.
 */
export function brokenConstraints(schema: JsonSchema, value: unknown): string[] {
  if (typeof value === 'number') return brokenNumber(schema, value);
  if (typeof value === 'string') return brokenText(schema, value);
  if (Array.isArray(value)) return brokenList(schema, value);
  return isRecord(value) ? brokenMap(schema, Object.keys(value).length) : [];
}

function brokenNumber(schema: JsonSchema, value: number): string[] {
  const { minimum, maximum, multipleOf } = schema;
  const broken: string[] = [];
  if (minimum !== undefined) {
    if (schema.exclusiveMinimum === true && value <= minimum) {
      broken.push(`should be greater than ${minimum}`);
    } else if (value < minimum) broken.push(`should be greater than or equal to ${minimum}`);
  }
  if (maximum !== undefined) {
    if (schema.exclusiveMaximum === true && value >= maximum) {
      broken.push(`should be less than ${maximum}`);
    } else if (value > maximum) broken.push(`should be less than or equal to ${maximum}`);
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) {
    broken.push(`should be a multiple of ${multipleOf}`);
  }
  return broken;
}

function brokenText(schema: JsonSchema, value: string): string[] {
  const { length } = Array.from(value);
  const broken: string[] = [];
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    broken.push(`should be at most ${schema.maxLength} chars long`);
  }
  if (schema.minLength !== undefined && length < schema.minLength) {
    broken.push(`should be at least ${schema.minLength} chars long`);
  }
  if (schema.pattern !== undefined && !matches(schema.pattern, value)) {
    broken.push(`should match '${schema.pattern}'`);
  }
  if (schema.format !== undefined && !hasFormat(schema.format, value)) {
    broken.push(`must be of type ${schema.format}: ${JSON.stringify(value)}`);
  }
  return broken;
}

const compiled = new Map<string, ReturnType<typeof RE2JS.compile> | undefined>();

/** RE2 syntax, as Go has it; a pattern that cannot be compiled refuses nothing. */
function matches(pattern: string, value: string): boolean {
  if (!compiled.has(pattern)) compiled.set(pattern, compile(pattern));
  return compiled.get(pattern)?.matcher(value).find() ?? true;
}

function compile(pattern: string): ReturnType<typeof RE2JS.compile> | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}

function brokenList(schema: JsonSchema, value: readonly unknown[]): string[] {
  const broken: string[] = [];
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    broken.push(`should have at most ${schema.maxItems} items`);
  }
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    broken.push(`should have at least ${schema.minItems} items`);
  }
  const repeated = value.some((item, at) => value.slice(0, at).some((o) => deepEqual(o, item)));
  if (schema.uniqueItems === true && repeated) broken.push("shouldn't contain duplicates");
  return broken;
}

function brokenMap(schema: JsonSchema, size: number): string[] {
  const broken: string[] = [];
  if (schema.maxProperties !== undefined && size > schema.maxProperties) {
    broken.push(`should have at most ${schema.maxProperties} properties`);
  }
  if (schema.minProperties !== undefined && size < schema.minProperties) {
    broken.push(`should have at least ${schema.minProperties} properties`);
  }
  return broken;
}
