import { parseAllDocuments } from 'yaml';
import { invalid } from '../../base/index.ts';

export interface ParseOptions {
  /** Named in the error's place. */
  readonly file?: string;
  /** Two equal keys in one map are an error, as sigs.k8s.io/yaml.UnmarshalStrict has it; otherwise the last one wins. */
  readonly strict?: boolean;
}

/** One document of a stream. `line` counts from 1 and is that of the document's first line. */
export interface YamlDocument {
  readonly value: unknown;
  readonly line: number;
  readonly text: string;
}

/**
 * The first document of a text as sigs.k8s.io/yaml.Unmarshal gives it into an interface{}: maps with
 * string keys, float64 numbers. Throws a `KnownError('invalid')` with Go's text, without the prefix
 * `error converting YAML to JSON: `, and the line.
 */
export function parse(text: string, options: ParseOptions = {}): unknown {
  return parseDocuments(text, options)[0]?.value ?? null;
}

/** Every document of a text that is not empty. */
export function parseDocuments(text: string, options: ParseOptions = {}): YamlDocument[] {
  const out: YamlDocument[] = [];
  let line = 1;
  for (const part of text.split(/^---[ \t]*$/m)) {
    if (part.trim() !== '') {
      const [doc] = parseAllDocuments(part, { version: '1.1' });
      if (doc !== undefined) {
        const [error] = (doc as { errors: { message: string; linePos?: [{ line: number }] }[] }).errors;
        if (error !== undefined) {
          throw invalid(`yaml: ${error.message}`, {
            ...(options.file === undefined ? {} : { file: options.file }),
            line: line + (error.linePos?.[0].line ?? 1) - 1,
          });
        }
        const value: unknown = (doc as { toJS(): unknown }).toJS();
        if (value !== null) out.push({ value, line, text: part });
      }
    }
    line += part.split('\n').length - 1;
  }
  return out;
}

/** The first document as JSON data, for callers that decode further. */
export function yamlToJson(text: string, options: ParseOptions = {}): unknown {
  return parse(text, options);
}
