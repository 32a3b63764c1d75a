import { readFile, stat } from 'node:fs/promises';
import { KnownError, isRecord, messageOf } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { cannotUnmarshal } from '../go-json.ts';
import { unmarshal } from '../go-yaml.ts';
import { archiveFiles, unpackBudget } from './archive.ts';
import type { UnpackBudget } from './archive.ts';
import type { Chart, ChartFile, ChartLock, ChartMetadata } from './chart.ts';
import { folderFiles, withoutIgnored } from './folder.ts';
import { lockOf, metadataOf, validateMetadata } from './metadata.ts';

/**
 * Loads a chart: a path (folder or .tgz), an archive's bytes, or the files of a folder (for example
 * from git), to which .helmignore is applied. Throws Helm's texts.
 */
export async function loadChart(
  source: string | Uint8Array | readonly ChartFile[],
): Promise<Chart> {
  const budget = unpackBudget();
  if (source instanceof Uint8Array) return chartOf(archiveFiles(source, budget), budget);
  if (typeof source !== 'string') return chartOf(withoutIgnored(source));
  const found = await stat(source).catch((thrown: unknown) => {
    throw new KnownError('not-found', `path "${source}" not found`, { cause: thrown });
  });
  return found.isDirectory()
    ? chartOf(await folderFiles(source))
    : chartOf(archiveFiles(await readFile(source), budget), budget);
}

/**
 * Makes a chart of files whose paths are relative to the chart's folder. No file is left out. `budget`
 * is what the archives in charts/ may still unpack to.
 */
export function chartOf(files: readonly ChartFile[], budget: UnpackBudget = unpackBudget()): Chart {
  const parts: Parts = {
    templates: [],
    files: [],
    subcharts: new Map(),
    values: {},
    warnings: [],
  };
  for (const file of files) {
    if (file.name === 'Chart.yaml') {
      parts.metadata = reading('cannot load Chart.yaml', () => metadataOf(yamlOf(file)));
      parts.metadata.apiVersion ||= 'v1';
    }
  }
  for (const file of files) place(parts, file);
  const { metadata } = parts;
  if (metadata === undefined) throw new KnownError('invalid', 'Chart.yaml file is missing');
  validateMetadata(metadata);
  const dependencies = subchartsOf(parts, metadata.name, budget);
  return {
    metadata,
    templates: parts.templates,
    values: parts.values,
    files: parts.files,
    dependencies,
    raw: files,
    warnings: [...parts.warnings, ...dependencies.flatMap(({ warnings }) => warnings)],
    ...(parts.lock === undefined ? {} : { lock: parts.lock }),
    ...(parts.schema === undefined ? {} : { schema: parts.schema }),
  };
}

interface Parts {
  metadata?: ChartMetadata;
  lock?: ChartLock;
  schema?: Uint8Array;
  values: JsonRecord;
  readonly templates: ChartFile[];
  readonly files: ChartFile[];
  readonly subcharts: Map<string, ChartFile[]>;
  readonly warnings: string[];
}

function place(parts: Parts, file: ChartFile): void {
  const special = specials[file.name];
  if (special !== undefined) special(parts, file);
  else if (file.name.startsWith('templates/')) parts.templates.push(file);
  else if (file.name.startsWith('charts/') && !file.name.endsWith('.prov')) {
    const inside = file.name.slice('charts/'.length);
    const name = inside.split('/', 1)[0] ?? '';
    const found = parts.subcharts.get(name) ?? [];
    found.push({ name: inside, data: file.data });
    parts.subcharts.set(name, found);
  } else parts.files.push(file);
}

const specials: Readonly<Record<string, (parts: Parts, file: ChartFile) => void>> = {
  'Chart.yaml': () => {},
  'Chart.lock': (parts, file) => {
    parts.lock = reading('cannot load Chart.lock', () => lockOf(yamlOf(file)));
  },
  'values.yaml': (parts, file) => {
    parts.values = reading('cannot load values.yaml', () => valuesOf(textOf(file)));
  },
  'values.schema.json': (parts, file) => {
    parts.schema = file.data;
  },
  'requirements.yaml': (parts, file) => {
    if (parts.metadata?.apiVersion !== 'v1') {
      parts.warnings.push(
        'Warning: Dependencies are handled in Chart.yaml since apiVersion "v2". We recommend migrating dependencies to Chart.yaml.',
      );
    }
    parts.metadata = reading('cannot load requirements.yaml', () =>
      metadataOf(yamlOf(file), parts.metadata),
    );
    if (parts.metadata.apiVersion === 'v1') parts.files.push(file);
  },
  'requirements.lock': (parts, file) => {
    parts.lock = reading('cannot load requirements.lock', () => lockOf(yamlOf(file)));
    if (parts.metadata?.apiVersion === 'v1') parts.files.push(file);
  },
};

function subchartsOf(parts: Parts, parent: string, budget: UnpackBudget): Chart[] {
  return [...parts.subcharts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .filter(([name]) => !/^[_.]/.test(name))
    .map(([name, files]) =>
      reading(`error unpacking subchart ${name} in ${parent}`, () =>
        subchartOf(name, files, budget),
      ),
    );
}

function subchartOf(name: string, files: readonly ChartFile[], budget: UnpackBudget): Chart {
  const [first] = files;
  if (name.endsWith('.tgz') && first?.name === name)
    return chartOf(archiveFiles(first.data, budget), budget);
  // A plain file beside the charts (a README) leaves no files here: Helm says that Chart.yaml is missing.
  const inside = files.filter((file) => file.name.includes('/'));
  return chartOf(
    inside.map((file) => ({ name: file.name.slice(name.length + 1), data: file.data })),
    budget,
  );
}

/** values.yaml as data: its first document, which must be a map. */
export function valuesOf(text: string): JsonRecord {
  const value = unmarshal(text);
  if (value === null || value === undefined) return {};
  if (isRecord(value)) return value;
  throw cannotUnmarshal(value, 'value of type map[string]interface {}');
}

function textOf(file: ChartFile): string {
  return Buffer.from(file.data).toString('utf8');
}

function yamlOf(file: ChartFile): unknown {
  return unmarshal(textOf(file));
}

function reading<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new KnownError(thrown.code, `${what}: ${messageOf(thrown)}`, { cause: thrown });
  }
}
