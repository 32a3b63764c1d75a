import { invalid, isRecord, messageOf } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { parse } from '../../yaml/index.ts';
import type { FieldSpec } from '../config/field-spec.ts';
import { goDecode } from './go-decode.ts';
import type { Shape, Struct } from './go-decode.ts';
import { kustomizationShape } from './kustomization-shape.ts';

export interface Selector {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly annotationSelector?: string;
  readonly labelSelector?: string;
}

export interface Patch {
  readonly path?: string;
  readonly patch?: string;
  readonly target?: Selector;
  readonly options?: { readonly allowNameChange?: boolean; readonly allowKindChange?: boolean };
}

export interface Image {
  readonly name?: string;
  readonly newName?: string;
  readonly tagSuffix?: string;
  readonly newTag?: string;
  readonly digest?: string;
}

export interface Replica {
  readonly name?: string;
  readonly count?: number;
}

export interface GeneratorOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly disableNameSuffixHash?: boolean;
  readonly immutable?: boolean;
}

export interface Generator {
  readonly namespace?: string;
  readonly name?: string;
  readonly behavior?: string;
  readonly literals?: readonly string[];
  readonly files?: readonly string[];
  readonly envs?: readonly string[];
  readonly env?: string;
  readonly options?: GeneratorOptions;
  /** Of secrets only. */
  readonly type?: string;
}

export interface FieldOptions {
  readonly delimiter?: string;
  readonly index?: number;
  readonly encoding?: string;
  readonly create?: boolean;
}

export interface Replacement {
  readonly path?: string;
  readonly source?: Selector & { readonly fieldPath?: string; readonly options?: FieldOptions };
  readonly targets?: readonly ReplacementTarget[];
}

export interface ReplacementTarget {
  readonly select?: Selector;
  readonly reject?: readonly Selector[];
  readonly fieldPaths?: readonly string[];
  readonly options?: FieldOptions;
}

export interface Label {
  readonly pairs?: Readonly<Record<string, string>>;
  readonly includeSelectors?: boolean;
  readonly includeTemplates?: boolean;
  readonly fields?: readonly Partial<FieldSpec>[];
}

export interface Var {
  readonly name?: string;
  readonly objref?: Selector & { readonly apiVersion?: string };
  readonly fieldref?: { readonly fieldPath?: string };
}

export interface SortOptions {
  readonly order?: string;
  readonly legacySortOptions?: {
    readonly orderFirst?: readonly string[];
    readonly orderLast?: readonly string[];
  };
}

/** A kustomization file, its older fields moved to where they belong now. */
export interface Kustomization {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resources: readonly string[];
  readonly components: readonly string[];
  readonly crds: readonly string[];
  readonly configurations: readonly string[];
  readonly generators: readonly string[];
  readonly transformers: readonly string[];
  readonly validators: readonly string[];
  readonly namePrefix?: string;
  readonly nameSuffix?: string;
  readonly namespace?: string;
  readonly commonLabels?: Readonly<Record<string, string>>;
  readonly commonAnnotations?: Readonly<Record<string, string>>;
  readonly labels: readonly Label[];
  readonly patchesStrategicMerge: readonly string[];
  readonly patchesJson6902: readonly Patch[];
  readonly patches: readonly Patch[];
  readonly images: readonly Image[];
  readonly replicas: readonly Replica[];
  readonly replacements: readonly Replacement[];
  readonly vars: readonly Var[];
  readonly configMapGenerator: readonly Generator[];
  readonly secretGenerator: readonly Generator[];
  readonly generatorOptions?: GeneratorOptions;
  readonly sortOptions?: SortOptions;
  readonly buildMetadata: readonly string[];
  readonly openapi?: Readonly<Record<string, string>>;
  readonly helm: boolean;
}

const versions: Readonly<Record<string, string>> = {
  Kustomization: 'kustomize.config.k8s.io/v1beta1',
  Component: 'kustomize.config.k8s.io/v1alpha1',
};

const helmFields = ['helmGlobals', 'helmCharts', 'helmChartInflationGenerator'];
const lists = [
  'resources components crds configurations generators transformers validators labels',
  'patchesStrategicMerge patchesJson6902 patches images replicas replacements vars',
  'configMapGenerator secretGenerator buildMetadata',
].flatMap((line) => line.split(' '));

/** Reads a kustomization file; `dir` is the folder that errors name. */
export function parseKustomization(text: string, dir: string): Kustomization {
  const given = decodeStrictly(text);
  const kind = String(given['kind'] ?? 'Kustomization') || 'Kustomization';
  const apiVersion = String(given['apiVersion'] ?? '') || (versions[kind] ?? '');
  if (Object.keys(given).every((key) => key === 'kind' || key === 'apiVersion')) {
    throw invalid('kustomization.yaml is empty');
  }
  const problems = fieldProblems(kind, apiVersion);
  if (problems.length > 0) {
    throw invalid(`Failed to read kustomization file under ${dir}:\n${problems.join('\n')}`);
  }
  const empty = Object.fromEntries(lists.map((name) => [name, []]));
  return {
    ...empty,
    ...given,
    apiVersion,
    kind,
    resources: [...listOf(given, 'resources'), ...listOf(given, 'bases')],
    images: [...listOf(given, 'images'), ...listOf(given, 'imageTags')],
    configMapGenerator: listOf(given, 'configMapGenerator').map(withEnv),
    secretGenerator: listOf(given, 'secretGenerator').map(withEnv),
    helm: helmFields.some((name) => listOf(given, name).length > 0),
  } as unknown as Kustomization;
}

function decodeStrictly(text: string): JsonRecord {
  try {
    const value = parse(text) ?? {};
    return goDecode(kustomizationShape, value);
  } catch (thrown) {
    throw invalid(`invalid Kustomization: ${messageOf(thrown)}`);
  }
}

function fieldProblems(kind: string, apiVersion: string): string[] {
  const out: string[] = [];
  if (versions[kind] === undefined) out.push('kind should be Kustomization or Component');
  const wanted = kind === 'Component' ? versions['Component'] : versions['Kustomization'];
  if (apiVersion !== '' && apiVersion !== wanted) {
    out.push(`apiVersion for ${kind} should be ${wanted}`);
  }
  return out;
}

function listOf(given: JsonRecord, name: string): unknown[] {
  const value = given[name];
  return Array.isArray(value) ? value : [];
}

function withEnv(generator: unknown): unknown {
  if (!isRecord(generator)) return {};
  const { env, ...rest } = generator;
  if (env === undefined || env === '') return rest;
  return { ...rest, envs: [...listOf(generator, 'envs'), env] };
}

/** Decodes a file that holds one struct or a list of them, e.g. replacements. */
export function decodeEach(shape: Struct, value: unknown): JsonRecord[] {
  const list: Shape = { list: shape };
  const wrapped: Struct = { struct: shape.struct, fields: { each: list } };
  const given = Array.isArray(value) ? value : [value];
  return goDecode(wrapped, { each: given })['each'] as JsonRecord[];
}
