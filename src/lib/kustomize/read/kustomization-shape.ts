import type { Shape, Struct } from './go-decode.ts';

const struct = (name: string, fields: Readonly<Record<string, Shape>>): Struct => ({
  struct: name,
  fields,
});
const texts: Shape = { list: 'string' };
const textMap: Shape = { map: 'string' };

const gvk = { group: 'string', version: 'string', kind: 'string' } as const;
const resId = { ...gvk, name: 'string', namespace: 'string' } as const;

const selector = struct('Selector', {
  ...resId,
  annotationSelector: 'string',
  labelSelector: 'string',
});

const patch = struct('Patch', {
  path: 'string',
  patch: 'string',
  target: selector,
  options: struct('PatchArgs', { allowNameChange: 'bool', allowKindChange: 'bool' }),
});

const fieldSpec = struct('FieldSpec', { ...gvk, path: 'string', create: 'bool' });

const generatorOptions = struct('GeneratorOptions', {
  labels: textMap,
  annotations: textMap,
  disableNameSuffixHash: 'bool',
  immutable: 'bool',
});

const generator = {
  namespace: 'string',
  name: 'string',
  behavior: 'string',
  literals: texts,
  files: texts,
  envs: texts,
  env: 'string',
  options: generatorOptions,
} as const;

const image = struct('Image', {
  name: 'string',
  newName: 'string',
  tagSuffix: 'string',
  newTag: 'string',
  digest: 'string',
});

const fieldOptions = struct('FieldOptions', {
  delimiter: 'string',
  index: 'int',
  encoding: 'string',
  create: 'bool',
});

/** One entry of `replacements`, or of the file that an entry's `path` names. */
export const replacementShape: Struct = struct('ReplacementField', {
  path: 'string',
  source: struct('SourceSelector', { ...resId, fieldPath: 'string', options: fieldOptions }),
  targets: {
    list: struct('TargetSelector', {
      select: selector,
      reject: { list: selector },
      fieldPaths: texts,
      options: fieldOptions,
    }),
  },
});

/** The fields of a kustomization file of kustomize 5.5; any other is refused. */
export const kustomizationShape: Struct = struct('Kustomization', {
  apiVersion: 'string',
  kind: 'string',
  metadata: struct('ObjectMeta', {
    name: 'string',
    namespace: 'string',
    labels: textMap,
    annotations: textMap,
  }),
  openapi: textMap,
  namePrefix: 'string',
  nameSuffix: 'string',
  namespace: 'string',
  commonLabels: textMap,
  labels: {
    list: struct('Label', {
      pairs: textMap,
      includeSelectors: 'bool',
      includeTemplates: 'bool',
      fields: { list: fieldSpec },
    }),
  },
  commonAnnotations: textMap,
  patchesStrategicMerge: texts,
  patchesJson6902: { list: patch },
  patches: { list: patch },
  images: { list: image },
  imageTags: { list: image },
  replacements: { list: replacementShape },
  replicas: { list: struct('Replica', { name: 'string', count: 'int' }) },
  vars: {
    list: struct('Var', {
      name: 'string',
      objref: struct('Target', { apiVersion: 'string', ...resId }),
      fieldref: struct('FieldSelector', { fieldPath: 'string' }),
    }),
  },
  sortOptions: struct('SortOptions', {
    order: 'string',
    legacySortOptions: struct('LegacySortOptions', { orderFirst: texts, orderLast: texts }),
  }),
  resources: texts,
  components: texts,
  crds: texts,
  bases: texts,
  configMapGenerator: { list: struct('ConfigMapArgs', generator) },
  secretGenerator: { list: struct('SecretArgs', { ...generator, type: 'string' }) },
  helmGlobals: 'any',
  helmCharts: 'any',
  helmChartInflationGenerator: 'any',
  generatorOptions,
  configurations: texts,
  generators: texts,
  transformers: texts,
  validators: texts,
  buildMetadata: texts,
});

const fieldSpecs: Shape = { list: fieldSpec };

/** A file named by `configurations`. */
export const configShape: Struct = struct('TransformerConfig', {
  namePrefix: fieldSpecs,
  nameSuffix: fieldSpecs,
  namespace: fieldSpecs,
  commonLabels: fieldSpecs,
  labels: fieldSpecs,
  templateLabels: fieldSpecs,
  commonAnnotations: fieldSpecs,
  nameReference: { list: struct('NameBackReferences', { ...gvk, fieldSpecs }) },
  varReference: fieldSpecs,
  images: fieldSpecs,
  replicas: fieldSpecs,
});
