import type { TypeSchema } from '../type-schema.ts';
/** The type a CRD version's `openAPIV3Schema` describes; undefined gives the schemaless type (maps granular, lists atomic). */
export function fromOpenApiV3(openAPIV3Schema: unknown): TypeSchema {
  throw new Error('not yet' + String(openAPIV3Schema));
}
