import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import type { Alias, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';

type YamlPackage = typeof Yaml;

let loaded: YamlPackage | undefined;

/** The package `yaml`, which only editing needs: it is loaded by the first edit, since that takes its time. */
function yamlPackage(): YamlPackage {
  loaded ??= createRequire(import.meta.url)('yaml') as YamlPackage;
  return loaded;
}

export const isAlias = (node: unknown): node is Alias => yamlPackage().isAlias(node);
export const isMap = (node: unknown): node is YAMLMap => yamlPackage().isMap(node);
export const isPair = (node: unknown): node is Pair => yamlPackage().isPair(node);
export const isScalar = (node: unknown): node is Scalar => yamlPackage().isScalar(node);
export const isSeq = (node: unknown): node is YAMLSeq => yamlPackage().isSeq(node);

export const parseAllDocuments: YamlPackage['parseAllDocuments'] = (source, options) =>
  yamlPackage().parseAllDocuments(source, options);
