import { KnownError, isRecord, messageOf } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import type { Warn } from '../values/coalesce.ts';
import { cannotUnmarshal } from '../go-json.ts';
import { unmarshal } from '../go-yaml.ts';
import { sortByKind } from './kind-order.ts';

/** One document of one rendered file. */
export interface Manifest {
  /** The template's full path. */
  readonly path: string;
  /** The document, trimmed. */
  readonly text: string;
  readonly kind: string;
  readonly apiVersion: string;
  readonly name: string;
}

/** When a hook runs. */
export type HookEvent =
  | 'pre-install'
  | 'post-install'
  | 'pre-delete'
  | 'post-delete'
  | 'pre-upgrade'
  | 'post-upgrade'
  | 'pre-rollback'
  | 'post-rollback'
  | 'test';

/** A document with the annotation `helm.sh/hook`. */
export interface HookManifest {
  readonly name: string;
  readonly kind: string;
  readonly path: string;
  readonly manifest: string;
  readonly events: readonly HookEvent[];
  readonly weight: number;
  /** `hook-succeeded`, `hook-failed`, `before-hook-creation`; empty means the last one. */
  readonly deletePolicies: readonly string[];
  readonly outputLogPolicies: readonly string[];
}

/** What rendered files hold, hooks apart from the rest, both in install order. */
export interface SortedManifests {
  readonly manifests: readonly Manifest[];
  readonly hooks: readonly HookManifest[];
}

const hookEvents: ReadonlyMap<string, HookEvent> = new Map([
  ['pre-install', 'pre-install'],
  ['post-install', 'post-install'],
  ['pre-delete', 'pre-delete'],
  ['post-delete', 'post-delete'],
  ['pre-upgrade', 'pre-upgrade'],
  ['post-upgrade', 'post-upgrade'],
  ['pre-rollback', 'pre-rollback'],
  ['post-rollback', 'post-rollback'],
  ['test', 'test'],
  ['test-success', 'test'],
]);

/** Splits every file into documents, reads their heads, and sorts them. */
export function sortManifests(files: ReadonlyMap<string, string>, warn: Warn): SortedManifests {
  return new ManifestSorter().sort(files, warn);
}

/** What one file holds. */
interface FileManifests extends SortedManifests {
  readonly content: string;
  readonly warnings: readonly string[];
}

/** Does the same again and again: files that are as they were are not read again. */
export class ManifestSorter {
  #known = new Map<string, FileManifests>();

  sort(files: ReadonlyMap<string, string>, warn: Warn): SortedManifests {
    const known = new Map<string, FileManifests>();
    for (const path of [...files.keys()].toSorted(byBytes)) {
      const content = files.get(path) ?? '';
      if (baseName(path).startsWith('_') || content.trim() === '') continue;
      const before = this.#known.get(path);
      const isSame = before?.content === content;
      if (isSame) for (const line of before.warnings) warn(line);
      known.set(path, isSame ? before : fileManifests(path, content, warn));
    }
    this.#known = known;
    const all = [...known.values()];
    return {
      manifests: sortByKind(
        all.flatMap(({ manifests }) => manifests),
        ({ kind }) => kind,
      ),
      hooks: sortByKind(
        all.flatMap(({ hooks }) => hooks),
        ({ kind }) => kind,
      ),
    };
  }
}

function fileManifests(path: string, content: string, warn: Warn): FileManifests {
  const [manifests, hooks, warnings]: [Manifest[], HookManifest[], string[]] = [[], [], []];
  for (const text of splitDocuments(content)) {
    const head = headOf(text, { path, content });
    const hook = hookOf(head, { text, path }, (line) => {
      warnings.push(line);
      warn(line);
    });
    if (hook === undefined) manifests.push({ path, text, ...head });
    else if (hook !== 'unknown') hooks.push(hook);
  }
  return { content, manifests, hooks, warnings };
}

interface Head {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** An error's line is that in all that the file printed. */
function headOf(text: string, { path, content }: { path: string; content: string }): Head {
  try {
    return headOfValue(unmarshal(text));
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new KnownError('invalid', `YAML parse error on ${path}: ${messageOf(thrown)}`, {
      cause: thrown,
      where: { ...thrown.where, file: path, ...lineIn(content, text, thrown.where?.line) },
    });
  }
}

function lineIn(content: string, text: string, line: number | undefined): { line?: number } {
  if (line === undefined) return {};
  const before = content.slice(0, Math.max(0, content.indexOf(text))).split('\n').length - 1;
  return { line: before + line };
}

function headOfValue(value: unknown): Head {
  if (value === null || value === undefined) {
    return { apiVersion: '', kind: '', name: '', annotations: {} };
  }
  if (!isRecord(value)) throw cannotUnmarshal(value, 'value of type releaseutil.SimpleHead');
  const metadata = structOf(value, 'metadata', 'SimpleHead.metadata');
  const annotations = structOf(metadata, 'annotations', 'SimpleHead.metadata.annotations');
  return {
    apiVersion: textOf(value, 'apiVersion', 'SimpleHead.apiVersion'),
    kind: textOf(value, 'kind', 'SimpleHead.kind'),
    name: textOf(metadata, 'name', 'SimpleHead.metadata.name'),
    annotations: Object.fromEntries(
      Object.keys(annotations).map((key) => [
        key,
        textOf(annotations, key, 'SimpleHead.metadata.annotations'),
      ]),
    ),
  };
}

function structOf(from: JsonRecord, key: string, path: string): JsonRecord {
  const value = from[key];
  if (value === undefined || value === null) return {};
  if (isRecord(value)) return value;
  const type =
    key === 'annotations'
      ? 'map[string]string'
      : 'struct { Name string; Annotations map[string]string }';
  throw cannotUnmarshal(value, `struct field ${path} of type ${type}`);
}

// A number or boolean where Go wants text becomes text; a list or map is an error.
function textOf(from: JsonRecord, key: string, path: string): string {
  const value = from[key];
  if (value === undefined || value === null) return '';
  if (typeof value === 'object')
    throw cannotUnmarshal(value, `struct field ${path} of type string`);
  return String(value);
}

function hookOf(
  head: Head,
  { text, path }: { text: string; path: string },
  warn: Warn,
): HookManifest | 'unknown' | undefined {
  const said = head.annotations['helm.sh/hook'];
  if (said === undefined) return undefined;
  const events = said.split(',').map((word) => hookEvents.get(word.trim().toLowerCase()));
  if (events.includes(undefined)) {
    warn(`info: skipping unknown hook: ${JSON.stringify(said)}`);
    return 'unknown';
  }
  return {
    name: head.name,
    kind: head.kind,
    path,
    manifest: text,
    events: events.filter((event) => event !== undefined),
    weight: weightOf(head.annotations['helm.sh/hook-weight']),
    deletePolicies: wordsOf(head.annotations['helm.sh/hook-delete-policy']),
    outputLogPolicies: wordsOf(head.annotations['helm.sh/hook-output-log-policy']),
  };
}

function weightOf(text: string | undefined): number {
  return text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : 0;
}

function wordsOf(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(',').map((word) => word.trim().toLowerCase());
}

const space = /[\t\n\f\r ]/;

/**
 * Splits at Helm's separator `(?:^|\s*\n)---\s*` after trimming; each document is trimmed and empty
 * ones are dropped. Written by hand: the expression takes quadratic time on long blanks.
 */
export function splitDocuments(file: string): string[] {
  const text = file.trim();
  const documents: string[] = [];
  let start = 0;
  let at = text.startsWith('---') ? 0 : text.indexOf('\n---');
  while (at !== -1) {
    let end = at;
    while (end > start && space.test(text[end - 1] ?? '')) end -= 1;
    documents.push(text.slice(start, end));
    start = at + (text[at] === '\n' ? 4 : 3);
    while (start < text.length && space.test(text[start] ?? '')) start += 1;
    at = text.indexOf('\n---', start);
  }
  documents.push(text.slice(start));
  return documents.map((document) => document.trim()).filter((document) => document !== '');
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function byBytes(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
