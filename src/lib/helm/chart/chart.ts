import type { JsonRecord } from '../../../base/index.ts';

/** A file of a chart: its path inside the chart with `/`, and its bytes. */
export interface ChartFile {
  readonly name: string;
  readonly data: Uint8Array;
}

/** A person named in Chart.yaml. */
export interface Maintainer {
  name?: string;
  email?: string;
  url?: string;
}

/** What an entry of `import-values` says: a name under the child's `exports`, or a table to copy. */
export type ImportValue = string | { readonly child: string; readonly parent: string };

/** An entry of Chart.yaml's `dependencies` (or of requirements.yaml). Mutable: rendering marks and renames them. */
export interface Dependency {
  name: string;
  version?: string;
  repository: string;
  condition?: string;
  tags?: string[];
  enabled?: boolean;
  importValues?: ImportValue[];
  /**
   * Its values have been imported. A chart that stands under two aliases shares the entries of its
   * own dependencies, and Helm finds nothing to import the second time.
   */
  hasImported?: boolean;
  alias?: string;
}

/** Chart.yaml. Texts are cleaned as Helm cleans them; unknown fields are dropped. */
export interface ChartMetadata {
  name: string;
  home?: string;
  sources?: string[];
  version: string;
  description?: string;
  keywords?: string[];
  maintainers?: Maintainer[];
  icon?: string;
  apiVersion: string;
  condition?: string;
  tags?: string;
  appVersion?: string;
  deprecated?: boolean;
  annotations?: Record<string, string>;
  kubeVersion?: string;
  dependencies?: Dependency[];
  type?: string;
}

/** Chart.lock (or requirements.lock). */
export interface ChartLock {
  readonly generated: string;
  readonly digest: string;
  readonly dependencies: readonly Dependency[];
}

/** A chart in memory. Rendering never changes it: it works on a copy. */
export interface Chart {
  readonly metadata: ChartMetadata;
  readonly lock?: ChartLock;
  /** Everything under `templates/`, any extension. */
  readonly templates: readonly ChartFile[];
  /** values.yaml as data; empty when there is none. */
  readonly values: JsonRecord;
  /** values.schema.json, unparsed. */
  readonly schema?: Uint8Array;
  /** Every other file, as `.Files` shows them. */
  readonly files: readonly ChartFile[];
  /** What is in `charts/`, by folder or archive name. */
  readonly dependencies: readonly Chart[];
  /** All files as they were read, for packaging and `helm show`. */
  readonly raw: readonly ChartFile[];
  /** What Helm would have written to its log while loading. */
  readonly warnings: readonly string[];
}
