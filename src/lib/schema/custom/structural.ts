import type { FieldError } from '../field-error.ts';
/** Why a CRD version's schema is not structural; paths start with `path`. */
export function structuralErrors(openAPIV3Schema: unknown, path: string): FieldError[] {
  throw new Error('not yet' + String(openAPIV3Schema) + path);
}
