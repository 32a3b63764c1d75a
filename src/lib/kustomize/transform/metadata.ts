import { invalid, isRecord } from '../../../base/index.ts';
import { addFieldSpec, addFieldSpecs, fieldSpec } from '../config/field-spec.ts';
import type { FieldSpec } from '../config/field-spec.ts';
import type { TransformerConfig } from '../config/transformer-config.ts';
import { wrongKind } from '../merge/expect-kind.ts';
import type { Kustomization, Label } from '../read/kustomization.ts';
import { setField } from '../resource/blank.ts';
import type { Resource } from '../resource/resource.ts';
import { applyFieldSpec } from './apply-field-spec.ts';

/** What writes `labels`, one by one, and then `commonLabels` into the objects. */
export function labelSteps(
  list: readonly Resource[],
  { labels, commonLabels }: Kustomization,
  config: TransformerConfig,
): (() => void)[] {
  if (labels.length === 0 && Object.keys(commonLabels ?? {}).length === 0) return [];
  return [
    ...labels.map((label) => {
      const fields = labelFields(label, config);
      return () => setPairs(list, label.pairs, fields);
    }),
    () => setPairs(list, commonLabels, config.commonLabels),
  ];
}

export function addAnnotations(
  list: readonly Resource[],
  { commonAnnotations }: Kustomization,
  config: TransformerConfig,
): void {
  setPairs(list, commonAnnotations, config.commonAnnotations);
}

function labelFields(label: Label, config: TransformerConfig): readonly FieldSpec[] {
  const own = (label.fields ?? []).map(({ path = '', create = false, ...gvk }) =>
    fieldSpec(path, gvk, create),
  );
  try {
    const fields = addFieldSpecs(own, config.labels);
    if (label.includeSelectors === true) return addFieldSpecs(fields, config.commonLabels);
    const all =
      label.includeTemplates === true ? addFieldSpecs(fields, config.templateLabels) : fields;
    return addFieldSpec(all, fieldSpec('metadata/labels', {}, true));
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    throw invalid(`failed to merge labels: ${thrown.message}`);
  }
}

/** Sets the entries, by name in order, in every field that the specs name. */
export function setPairs(
  list: readonly Resource[],
  pairs: Readonly<Record<string, string>> | undefined,
  specs: readonly FieldSpec[],
): void {
  const entries = Object.entries(pairs ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const resource of list) {
    for (const [key, text] of entries) {
      for (const spec of specs) {
        applyFieldSpec(resource, spec, ({ value }) => setEntry(value, key, text), 'map');
      }
    }
  }
}

function setEntry(map: unknown, key: string, text: string): void {
  if (map === null || map === undefined) return;
  if (!isRecord(map)) throw wrongKind('MappingNode', map);
  setField(map, key, text);
}
