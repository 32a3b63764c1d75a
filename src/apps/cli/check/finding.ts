/** Something that a person should know of a repository. */
export interface Finding {
  readonly level: 'error' | 'warning' | 'note';
  /** What kind of thing it is: one word for machines, e.g. `schema`. */
  readonly rule: Rule;
  /** Path in the repository, with `/`. */
  readonly file: string;
  /** First line of the document, from 1. */
  readonly line?: number;
  /** `namespace:kind/name`, where one object is meant. */
  readonly id?: string;
  readonly message: string;
}

/** What is looked at; the text is for tools that show rules. */
export const rules = {
  parse: 'The file is YAML, and its documents are Kubernetes objects.',
  duplicate: 'An object is declared once.',
  schema: 'The object is as the schema of its kind wants it.',
  'unknown-kind': 'Something defines the kind of the object.',
  'removed-kind': 'The chosen Kubernetes version serves the kind.',
  chart: 'The chart of a HelmRelease renders with its values.',
  generate: 'Manifests are generated.',
  seal: 'A sealed secret can be opened in the cluster.',
} as const;

/** A name of `rules`. */
export type Rule = keyof typeof rules;

/** What was looked at. */
export interface Checked {
  readonly findings: readonly Finding[];
  readonly files: number;
  readonly objects: number;
  /** Charts that were rendered. */
  readonly charts: number;
}

/** Sorted as people read: by file, line, then what is worse. */
export function sortedFindings(findings: readonly Finding[]): Finding[] {
  const levels = ['error', 'warning', 'note'];
  return findings.toSorted(
    (a, b) =>
      (a.file < b.file ? -1 : Number(a.file > b.file)) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      levels.indexOf(a.level) - levels.indexOf(b.level),
  );
}
