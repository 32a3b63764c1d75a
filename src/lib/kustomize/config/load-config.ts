import { invalid, isRecord, messageOf } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { parse } from '../../yaml/index.ts';
import { goDecode } from '../read/go-decode.ts';
import { configShape } from '../read/kustomization-shape.ts';
import type { FileTree } from '../tree/file-tree.ts';
import { defaultConfig } from './default-config.ts';
import { addFieldSpecs, fieldSpec, sorted } from './field-spec.ts';
import type { FieldSpec, NameReference } from './field-spec.ts';
import { emptyConfig, mergeConfigs } from './transformer-config.ts';
import type { TransformerConfig } from './transformer-config.ts';

/** The default configuration and the `configurations` files on top of it. */
export function loadConfig(tree: FileTree, paths: readonly string[]): TransformerConfig {
  if (paths.length === 0) return defaultConfig;
  let own = emptyConfig;
  for (const path of paths) own = mergeConfigs(own, configOf(tree.text(path), path));
  return mergeConfigs(defaultConfig, own);
}

function configOf(text: string, file: string): TransformerConfig {
  const given = goDecode(configShape, parse(text, { file }) ?? {});
  const out: Record<string, unknown> = {};
  for (const name of Object.keys(emptyConfig)) {
    const list = listOf(given[name]);
    out[name] = name === 'nameReference' ? sorted(list.map(reference)) : sorted(list.map(spec));
  }
  return out as unknown as TransformerConfig;
}

function listOf(value: unknown): JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function spec({ path = '', create = false, ...gvk }: JsonRecord): FieldSpec {
  return fieldSpec(String(path), gvk, create === true);
}

function reference({ fieldSpecs, ...gvk }: JsonRecord): NameReference {
  const { group, version, kind } = fieldSpec('', gvk);
  return { group, version, kind, fieldSpecs: listOf(fieldSpecs).map(spec) };
}

/** What the OpenAPI definitions of `crds` say of names, labels and annotations in custom resources. */
export function loadCrds(tree: FileTree, paths: readonly string[]): TransformerConfig {
  let out = emptyConfig;
  for (const path of paths) {
    for (const each of definitionsOf(tree, path)) out = mergeConfigs(out, each);
  }
  return out;
}

function definitionsOf(tree: FileTree, path: string): TransformerConfig[] {
  const text = tree.text(path);
  let all: unknown;
  try {
    all = parse(text);
  } catch (thrown) {
    throw invalid(`unable to parse open API definition from '${path}': ${messageOf(thrown)}`, {
      file: path,
    });
  }
  if (!isRecord(all)) return [];
  const definitions = all;
  return Object.keys(definitions).flatMap((name) => {
    const properties = propertiesOf(definitions, name);
    const isObject = ['kind', 'apiVersion', 'metadata'].every((key) => key in properties);
    if (!isObject) return [];
    const kind = name.split('.').at(-1) ?? '';
    return [read({ definitions, kind, name, path: [], seen: new Set() })];
  });
}

function propertiesOf(definitions: JsonRecord, name: string): JsonRecord {
  const definition = definitions[name];
  const schema = isRecord(definition) ? (definition['Schema'] ?? definition['schema']) : undefined;
  const properties = isRecord(schema) ? schema['properties'] : undefined;
  return isRecord(properties) ? properties : {};
}

interface Reading {
  readonly definitions: JsonRecord;
  readonly kind: string;
  readonly name: string;
  readonly path: readonly string[];
  readonly seen: ReadonlySet<string>;
}

function read(at: Reading): TransformerConfig {
  let out = emptyConfig;
  for (const [name, property] of Object.entries(propertiesOf(at.definitions, at.name))) {
    if (!isRecord(property)) continue;
    const path = [...at.path, name];
    out = mergeConfigs(out, said(property, path, at.kind));
    const ref = property['$ref'];
    if (typeof ref !== 'string' || at.seen.has(ref)) continue;
    out = mergeConfigs(out, read({ ...at, name: ref, path, seen: new Set([...at.seen, ref]) }));
  }
  return out;
}

function said(property: JsonRecord, path: readonly string[], kind: string): TransformerConfig {
  const here = (...more: string[]): FieldSpec => fieldSpec([...path, ...more].join('/'), { kind });
  const when = (key: string): FieldSpec[] => (typeof property[key] === 'string' ? [here()] : []);
  const version = property['x-kubernetes-object-ref-api-version'];
  const named = property['x-kubernetes-object-ref-kind'];
  const key = property['x-kubernetes-object-ref-name-key'];
  const isReference = typeof version === 'string' && typeof named === 'string';
  const specs = addFieldSpecs([], [here(typeof key === 'string' ? key : 'name')]);
  return {
    ...emptyConfig,
    commonAnnotations: when('x-kubernetes-annotation'),
    commonLabels: when('x-kubernetes-label-selector'),
    namePrefix: when('x-kubernetes-identity'),
    nameReference: isReference ? [{ group: '', version, kind: named, fieldSpecs: specs }] : [],
  };
}
