/** Validation of values.schema.json comes next; until then a schema is not looked at. */
export function schemaProblems(_schema: string, _values: unknown): string[] {
  return [];
}
