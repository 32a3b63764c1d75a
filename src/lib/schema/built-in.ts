import type { TypeSchema } from './type-schema.ts';
/** A built-in kind: its group version, name and scope. */
export interface BuiltInType {
  readonly apiVersion: string;
  readonly kind: string;
  readonly clusterScoped: boolean;
  readonly type: TypeSchema;
}
/** The type of a built-in kind; undefined when there is none (then it may be a custom resource). */
export function typeOf(apiVersion: string, kind: string): TypeSchema | undefined {
  throw new Error('not yet ' + apiVersion + kind);
}
/** Every built-in kind. */
export function builtInTypes(): readonly BuiltInType[] {
  throw new Error('not yet');
}
