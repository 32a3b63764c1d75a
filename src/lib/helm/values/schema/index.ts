/**
 * JSON schema (drafts 4 to 2020-12) for values.schema.json, with the report of Helm's validator.
 * Reads no other document; a schema that never ends is stopped. Start with `validator.ts`.
 */
import { KnownError, isRecord } from '../../../../base/index.ts';
import { plainValues } from '../tables.ts';
import { checkReferences } from './check-references.ts';
import { problemLines } from './problem.ts';
import { flattened, validate } from './validator.ts';
import type { Schema } from './validator.ts';

const maxSteps = 1_000_000;

export { SchemaFault } from './reference.ts';

/**
 * Lines that say what is wrong with the values; none when they fit the schema. Throws a `SchemaFault`
 * with the validator's text when the schema refers to something that is not there.
 */
export function schemaProblems(schemaText: string, values: unknown): string[] {
  const root = parseSchema(schemaText);
  checkReferences(root);
  const run = { root, steps: maxSteps, depth: 0 };
  const found = validate(root, plainValues(values), { at: [], draft: draftOf(root), run });
  return flattened(found).flatMap((each) => problemLines(each));
}

function parseSchema(text: string): Schema {
  try {
    const schema: unknown = JSON.parse(text);
    if (isRecord(schema) || typeof schema === 'boolean') return schema;
  } catch (thrown) {
    throw new KnownError('invalid', 'values.schema.json is not JSON', { cause: thrown });
  }
  throw new KnownError('invalid', 'values.schema.json: a schema must be a map or a boolean');
}

function draftOf(root: Schema): number {
  const said = isRecord(root) ? root['$schema'] : undefined;
  const match = /draft-0?(\d)|draft\/(\d{4})/.exec(typeof said === 'string' ? said : '');
  return match === null ? 2020 : Number(match[1] ?? match[2]);
}
