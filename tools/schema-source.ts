/** The shape of the input of generate-schema.ts. */
export interface SourceField {
  readonly go: string;
  readonly name?: string;
  /** Wire type and number. */
  readonly proto?: readonly [string, number];
  readonly omitempty?: boolean;
  readonly optional?: boolean;
  readonly required?: boolean;
  readonly inline?: boolean;
  readonly listType?: string;
  readonly listMapKeys?: readonly string[];
  readonly mapType?: string;
  readonly structType?: string;
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
  /** JSON text, or `ref(Constant)`. */
  readonly default?: string;
}

export interface SourceType {
  readonly fields?: readonly SourceField[];
  readonly alias?: string;
  readonly values?: readonly string[];
  readonly enum?: boolean;
  readonly object?: boolean;
  readonly clusterScoped?: boolean;
  readonly mapType?: string;
  readonly preserveUnknown?: boolean;
}

/** Group version (`v1`, `apps/v1`, `meta/v1`) to type name to type. */
export type SourceGroups = Record<string, Record<string, SourceType>>;
