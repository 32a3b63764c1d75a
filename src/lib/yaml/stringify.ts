import { stringify as write } from 'yaml';

/** The text sigs.k8s.io/yaml.Marshal gives, with its final newline. */
export function stringify(value: unknown): string {
  return write(value, { version: '1.1', sortMapEntries: true, indentSeq: false });
}

/** The text of go-yaml v3 with an indent of two (Helm's toYamlPretty), with its final newline. */
export function stringifyPretty(value: unknown): string {
  return write(value, { version: '1.1', sortMapEntries: true });
}
