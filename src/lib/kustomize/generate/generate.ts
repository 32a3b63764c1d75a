import { invalid, messageOf } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { markGenerated } from '../origin.ts';
import type { Origin } from '../origin.ts';
import type { Generator, GeneratorOptions, Kustomization } from '../read/kustomization.ts';
import { setField } from '../resource/blank.ts';
import { Resource } from '../resource/resource.ts';
import type { Behavior } from '../resource/resource.ts';
import type { FileTree } from '../tree/file-tree.ts';
import { keyValues } from './key-values.ts';
import type { Pair } from './key-values.ts';

export interface GeneratorInput {
  readonly tree: FileTree;
  readonly kustomization: Kustomization;
  readonly fileName: string;
  readonly origin: Origin | undefined;
}

/** The ConfigMaps and Secrets that a kustomization generates, in its order. */
export function generate({ tree, kustomization, fileName, origin }: GeneratorInput): Resource[] {
  const { generatorOptions, configMapGenerator, secretGenerator } = kustomization;
  const full = (each: Generator): Generator => ({
    ...each,
    options: mergedOptions(each.options, generatorOptions),
  });
  const made = (resource: Resource, kind: string): Resource => {
    if (origin !== undefined) markGenerated(resource, origin.below(fileName), kind);
    return resource;
  };
  return [
    ...configMapGenerator.map((each) => made(configMap(tree, full(each)), 'ConfigMapGenerator')),
    ...secretGenerator.map((each) => made(secret(tree, full(each)), 'SecretGenerator')),
  ];
}

/** A generator's own options go before those of all generators. */
function mergedOptions(own: GeneratorOptions = {}, all: GeneratorOptions = {}): GeneratorOptions {
  return {
    labels: { ...all.labels, ...own.labels },
    annotations: { ...all.annotations, ...own.annotations },
    disableNameSuffixHash: own.disableNameSuffixHash === true || all.disableNameSuffixHash === true,
    immutable: own.immutable === true || all.immutable === true,
  };
}

function configMap(tree: FileTree, generator: Generator): Resource {
  const object = base('ConfigMap', generator);
  for (const [key, value] of pairsOf(tree, generator)) {
    const isText = typeof value === 'string';
    const field = isText ? 'data' : 'binaryData';
    const map = (object[field] ?? {}) as JsonRecord;
    setField(map, key, isText ? value : base64(value));
    setField(object, field, map);
  }
  return finish(object, generator);
}

function secret(tree: FileTree, generator: Generator): Resource {
  const object = base('Secret', generator);
  setField(
    object,
    'type',
    generator.type === undefined || generator.type === '' ? 'Opaque' : generator.type,
  );
  const data: JsonRecord = {};
  for (const [key, value] of pairsOf(tree, generator)) setField(data, key, base64(value));
  setField(object, 'data', data);
  return finish(object, generator);
}

function base(kind: string, { name = '', namespace = '' }: Generator): JsonRecord {
  if (name === '') throw invalid('a configmap must have a name');
  return {
    apiVersion: 'v1',
    kind,
    metadata: namespace === '' ? { name } : { name, namespace },
  };
}

function pairsOf(tree: FileTree, generator: Generator): Pair[] {
  const pairs = toldPairs(tree, generator);
  const seen = new Set<string>();
  for (const [key] of pairs) {
    if (seen.has(key)) {
      throw invalid(`configmap ${generator.name} illegally repeats the key \`${key}\``);
    }
    seen.add(key);
  }
  return pairs;
}

function toldPairs(tree: FileTree, generator: Generator): Pair[] {
  try {
    return keyValues(tree, generator);
  } catch (thrown) {
    throw invalid(`loading KV pairs: ${messageOf(thrown)}`);
  }
}

/** Base64 in lines of 70 when it is longer, each line ended, as kustomize writes it. */
function base64(value: string | Uint8Array): string {
  const text = Buffer.from(value).toString('base64');
  return text.length < 70 ? text : text.replaceAll(/.{1,70}/g, '$&\n');
}

function finish(object: JsonRecord, { options = {}, behavior = '' }: Generator): Resource {
  const resource = new Resource(object);
  for (const field of ['labels', 'annotations'] as const) {
    resource.setMetaMap(field, options[field] ?? {});
  }
  if (options.immutable === true) setField(object, 'immutable', true);
  resource.needsHash = options.disableNameSuffixHash !== true;
  resource.behavior = behaviorOf(behavior);
  return resource;
}

function behaviorOf(text: string): Behavior {
  return text === 'create' || text === 'merge' || text === 'replace' ? text : 'unspecified';
}
