import { KnownError, isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { cannotUnmarshal } from '../go-json.ts';
import { versionIn } from '../versions.ts';
import type { ChartLock, ChartMetadata, Dependency, ImportValue, Maintainer } from './chart.ts';

// Helm decodes Chart.yaml into Go structs through sigs.k8s.io/yaml: numbers and booleans that stand
// where text is wanted become text (numbers in their shortest 32-bit form), anything else is an error.

/** Reads Chart.yaml's data. `also` is what an earlier file (requirements.yaml) fills in. */
export function metadataOf(raw: unknown, also: Partial<ChartMetadata> = {}): ChartMetadata {
  const data = recordOf(raw, 'Metadata');
  const metadata: ChartMetadata = {
    ...also,
    name: textOf(data, 'name') ?? also.name ?? '',
    version: textOf(data, 'version') ?? also.version ?? '',
    apiVersion: textOf(data, 'apiVersion') ?? also.apiVersion ?? '',
  };
  for (const field of plainTexts) {
    const text = textOf(data, field);
    if (text !== undefined) metadata[field] = text;
  }
  fillLists(metadata, data);
  if (typeof data['deprecated'] === 'boolean') metadata.deprecated = data['deprecated'];
  return metadata;
}

const plainTexts = [
  'home',
  'description',
  'icon',
  'condition',
  'tags',
  'appVersion',
  'kubeVersion',
  'type',
] as const;

function fillLists(metadata: ChartMetadata, data: JsonRecord): void {
  const sources = textsOf(data, 'sources');
  if (sources !== undefined) metadata.sources = sources;
  const keywords = textsOf(data, 'keywords');
  if (keywords !== undefined) metadata.keywords = keywords;
  const maintainers = listOf(data, 'maintainers');
  if (maintainers !== undefined) metadata.maintainers = maintainers.map(maintainerOf);
  const dependencies = listOf(data, 'dependencies');
  if (dependencies !== undefined) metadata.dependencies = dependencies.map(dependencyOf);
  if (isRecord(data['annotations'])) {
    const all = data['annotations'];
    metadata.annotations = Object.fromEntries(
      Object.keys(all).map((key) => [key, textOf(all, key) ?? '']),
    );
  }
}

function maintainerOf(raw: unknown): Maintainer {
  if (raw === null) throw validation('maintainers must not contain empty or null nodes');
  const data = recordOf(raw, 'Maintainer');
  return defined({
    name: textOf(data, 'name'),
    email: textOf(data, 'email'),
    url: textOf(data, 'url'),
  });
}

function dependencyOf(raw: unknown): Dependency {
  if (raw === null) throw validation('dependencies must not contain empty or null nodes');
  const data = recordOf(raw, 'Dependency');
  const dependency: Dependency = {
    name: textOf(data, 'name') ?? '',
    repository: textOf(data, 'repository') ?? '',
    ...defined({
      version: textOf(data, 'version'),
      condition: textOf(data, 'condition'),
      alias: textOf(data, 'alias'),
      tags: textsOf(data, 'tags'),
    }),
  };
  const imports = listOf(data, 'import-values');
  if (imports !== undefined) dependency.importValues = imports.flatMap(importOf);
  return dependency;
}

function importOf(raw: unknown): ImportValue[] {
  if (typeof raw === 'string') return [raw];
  if (!isRecord(raw)) return [];
  return [{ child: said(raw['child']), parent: said(raw['parent']) }];
}

/** Chart.lock's or requirements.lock's data. */
export function lockOf(raw: unknown): ChartLock {
  const data = recordOf(raw, 'Lock');
  return {
    generated: textOf(data, 'generated') ?? '',
    digest: textOf(data, 'digest') ?? '',
    dependencies: (listOf(data, 'dependencies') ?? []).map(dependencyOf),
  };
}

/**
 * Cleans the texts and checks what Helm checks; throws its `validation: chart.metadata.…` texts.
 */
export function validateMetadata(metadata: ChartMetadata): void {
  sanitize(metadata);
  if (metadata.apiVersion === '') throw validation('chart.metadata.apiVersion is required');
  if (metadata.name === '') throw validation('chart.metadata.name is required');
  if (metadata.name !== baseName(metadata.name)) {
    throw validation(`chart.metadata.name ${JSON.stringify(metadata.name)} is invalid`);
  }
  if (metadata.version === '') throw validation('chart.metadata.version is required');
  if (versionIn(metadata.version) === undefined) {
    throw validation(`chart.metadata.version ${JSON.stringify(metadata.version)} is invalid`);
  }
  if (!['', 'application', 'library'].includes(metadata.type ?? '')) {
    throw validation('chart.metadata.type must be application or library');
  }
  validateDependencies(metadata.dependencies ?? []);
}

function validateDependencies(dependencies: readonly Dependency[]): void {
  const seen = new Set<string>();
  for (const each of dependencies) {
    const alias = each.alias ?? '';
    if (alias !== '' && !/^[a-zA-Z0-9_-]+$/.test(alias)) {
      throw validation(
        `dependency ${JSON.stringify(each.name)} has disallowed characters in the alias`,
      );
    }
    const key = alias === '' ? each.name : alias;
    if (seen.has(key)) {
      throw validation(`more than one dependency with name or alias ${JSON.stringify(key)}`);
    }
    seen.add(key);
  }
}

function validation(message: string): KnownError {
  return new KnownError('invalid', `validation: ${message}`);
}

function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

function sanitize(metadata: ChartMetadata): void {
  metadata.name = clean(metadata.name);
  metadata.version = clean(metadata.version);
  metadata.apiVersion = clean(metadata.apiVersion);
  for (const field of plainTexts) {
    if (metadata[field] !== undefined) metadata[field] = clean(metadata[field]);
  }
  if (metadata.sources) metadata.sources = metadata.sources.map(clean);
  if (metadata.keywords) metadata.keywords = metadata.keywords.map(clean);
  for (const each of metadata.maintainers ?? []) {
    for (const field of ['name', 'email', 'url'] as const) {
      if (each[field] !== undefined) each[field] = clean(each[field]);
    }
  }
}

/** White space becomes a space and what cannot be printed goes, as Helm does to every text of Chart.yaml. */
function clean(text: string): string {
  return text.replaceAll(/\s/gu, ' ').replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '');
}

function recordOf(raw: unknown, target: string): JsonRecord {
  if (raw === null || raw === undefined) return {};
  if (isRecord(raw)) return raw;
  throw cannotUnmarshal(raw, `value of type chart.${target}`);
}

function listOf(data: JsonRecord, field: string): unknown[] | undefined {
  const value = data[field];
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value;
  throw cannotUnmarshal(value, `struct field Metadata.${field} of type []`);
}

function textsOf(data: JsonRecord, field: string): string[] | undefined {
  return listOf(data, field)?.map((_, at, all) => textOf({ [field]: all[at] }, field) ?? '');
}

function textOf(data: JsonRecord, field: string): string | undefined {
  const value = data[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return numberText(value);
  throw cannotUnmarshal(value, `struct field Metadata.${field} of type string`);
}

/** Integers in full; other numbers as Go prints the nearest 32-bit float. */
export function numberText(value: number): string {
  if (Number.isInteger(value)) return String(value);
  for (let digits = 1; digits <= 9; digits += 1) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === Math.fround(value)) return String(text);
  }
  return String(value);
}

function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** What Go's `%v` makes of a missing or odd entry. */
function said(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '<nil>' : JSON.stringify(value);
}
