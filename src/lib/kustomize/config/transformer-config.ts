import { KnownError } from '../../../base/index.ts';
import { addFieldSpecs, addNameReferences, sorted } from './field-spec.ts';
import type { FieldSpec, NameReference } from './field-spec.ts';

/** The lists of fields, by the names a `configurations` file gives them. */
export interface FieldLists {
  readonly namePrefix: readonly FieldSpec[];
  readonly nameSuffix: readonly FieldSpec[];
  readonly namespace: readonly FieldSpec[];
  readonly commonLabels: readonly FieldSpec[];
  readonly labels: readonly FieldSpec[];
  readonly templateLabels: readonly FieldSpec[];
  readonly commonAnnotations: readonly FieldSpec[];
  readonly varReference: readonly FieldSpec[];
  readonly images: readonly FieldSpec[];
  readonly replicas: readonly FieldSpec[];
}

/** Where names, labels, images and the rest stand in objects. */
export interface TransformerConfig extends FieldLists {
  readonly nameReference: readonly NameReference[];
}

export const emptyConfig: TransformerConfig = {
  namePrefix: [],
  nameSuffix: [],
  namespace: [],
  commonLabels: [],
  labels: [],
  templateLabels: [],
  commonAnnotations: [],
  varReference: [],
  images: [],
  replicas: [],
  nameReference: [],
};

const shownAs: Readonly<Record<keyof FieldLists, string>> = {
  namePrefix: 'NamePrefix',
  nameSuffix: 'NameSuffix',
  namespace: 'NameSpace',
  commonAnnotations: 'CommonAnnotations',
  commonLabels: 'CommonLabels',
  labels: 'Labels',
  templateLabels: 'TemplateLabels',
  varReference: 'VarReference',
  images: 'Images',
  replicas: 'Replicas',
};

/** Both configurations in one. */
export function mergeConfigs(a: TransformerConfig, b: TransformerConfig): TransformerConfig {
  const out: Partial<Record<keyof TransformerConfig, unknown>> = {};
  for (const name of Object.keys(shownAs) as (keyof FieldLists)[]) {
    out[name] = told(shownAs[name], () => sorted(addFieldSpecs(a[name], b[name])));
  }
  out.nameReference = told('NameReference', () =>
    sorted(addNameReferences(a.nameReference, b.nameReference)),
  );
  return out as TransformerConfig;
}

function told<T>(name: string, merge: () => T): T {
  try {
    return merge();
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    const message = `failed to merge ${name} fieldSpec: ${thrown.message}`;
    throw new KnownError('invalid', message, { cause: thrown });
  }
}
