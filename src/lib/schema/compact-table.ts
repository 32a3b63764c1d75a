import { kubernetesTypes } from './kubernetes.generated.ts';

/** Directives of a field: list type and keys, map type, patch strategy and merge key, default, closed set. */
export interface CompactDirectives {
  readonly l?: 'map' | 'set';
  readonly k?: readonly string[];
  readonly m?: 'atomic' | 'granular';
  readonly s?: string;
  readonly g?: string;
  readonly d?: unknown;
  readonly e?: readonly string[];
}

/** [JSON name, type, protobuf number, flags, directives]. Flags: o omitempty, p pointer, r required, i inline. */
export type CompactField = readonly [string, string, number, string, CompactDirectives?];

/** f fields, o is a kind, c cluster scoped, m atomic map, u keeps unknown fields. */
export interface CompactType {
  readonly f: readonly CompactField[];
  readonly o?: 1;
  readonly c?: 1;
  readonly m?: 'atomic';
  readonly u?: 1;
}

/** Group version (`v1`, `apps/v1`, `meta/v1`) to type name to type. */
export type CompactTable = Readonly<Record<string, Readonly<Record<string, CompactType>>>>;

/** A value computed on first use. */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** The table of built-in types, parsed on first use (a few milliseconds). */
export const compactTable: () => CompactTable = lazy(
  () => JSON.parse(kubernetesTypes) as CompactTable,
);

/** A type by its table name, e.g. `apps/v1.DeploymentSpec`. */
export function compactType(name: string): CompactType | undefined {
  const dot = name.lastIndexOf('.');
  return compactTable()[name.slice(0, dot)]?.[name.slice(dot + 1)];
}
