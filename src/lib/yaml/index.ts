/**
 * YAML as Go's libraries read and write it (sigs.k8s.io/yaml over go-yaml v2), and an editor that
 * changes single values and keeps every other byte.
 *
 * Reading gives JSON-like data: YAML 1.1 scalars, string keys, every number a float64. Writing is
 * byte-equal to sigs.k8s.io/yaml.Marshal. Refuses: custom tags, documents that are more alias than
 * content, nesting beyond 1,000 (a written value's: 10,000). Start reading at `parse.ts`; the pipeline is
 * scanner → parser (events) → compose → JSON.
 */
export { parse, parseDocuments, parseWithLines } from './parse.ts';
export type { ParseOptions, ParsedLines, YamlDocument } from './parse.ts';
export type { DataPath } from './line-index.ts';
export { stringify, stringifyPretty } from './stringify.ts';
export { edit } from './edit.ts';
export type { Edit } from './edit.ts';
