/** The text of a scalar as it stands in YAML: what kustomize compares and joins. */
export function scalarText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null) return 'null';
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : '';
}

/** Whether a value is neither a map nor a list; null is one. */
export function isScalar(value: unknown): boolean {
  return value === null || typeof value !== 'object';
}

/** The name kustomize gives to the shape of a value in errors. */
export function nodeKind(value: unknown): 'MappingNode' | 'SequenceNode' | 'ScalarNode' {
  if (Array.isArray(value)) return 'SequenceNode';
  return isScalar(value) ? 'ScalarNode' : 'MappingNode';
}
