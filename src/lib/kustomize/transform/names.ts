import type { FieldSpec } from '../config/field-spec.ts';
import type { TransformerConfig } from '../config/transformer-config.ts';
import { wrongKind } from '../merge/expect-kind.ts';
import type { Kustomization } from '../read/kustomization.ts';
import { isSelected } from '../resource/res-id.ts';
import type { Resource } from '../resource/resource.ts';
import { isScalar, scalarText } from '../resource/scalar-text.ts';
import { applyFieldSpec } from './apply-field-spec.ts';

/** Kinds whose names say what they are, or that others outside name. */
const kept = [
  { kind: 'CustomResourceDefinition' },
  { group: 'apiregistration.k8s.io', kind: 'APIService' },
  { kind: 'Namespace' },
];

interface Affix {
  readonly specs: readonly FieldSpec[];
  readonly remember: (resource: Resource) => void;
  readonly change: (name: string) => string;
}

/** Puts `namePrefix` before the names of all objects but definitions and namespaces. */
export function addPrefix(
  list: readonly Resource[],
  { namePrefix }: Kustomization,
  config: TransformerConfig,
): void {
  if (namePrefix === undefined || namePrefix === '') return;
  rename(list, {
    specs: config.namePrefix,
    remember: (resource) => resource.prefixes.push(namePrefix),
    change: (name) => namePrefix + name,
  });
}

/** Puts `nameSuffix` behind them. */
export function addSuffix(
  list: readonly Resource[],
  { nameSuffix }: Kustomization,
  config: TransformerConfig,
): void {
  if (nameSuffix === undefined || nameSuffix === '') return;
  rename(list, {
    specs: config.nameSuffix,
    remember: (resource) => resource.suffixes.push(nameSuffix),
    change: (name) => name + nameSuffix,
  });
}

function rename(list: readonly Resource[], { specs, remember, change }: Affix): void {
  for (const resource of list) {
    const id = resource.originalId;
    if (kept.some((each) => isSelected(id, each))) continue;
    for (const spec of specs) {
      if (!isSelected(id, spec)) continue;
      if (spec.path === 'metadata/name') {
        remember(resource);
        resource.rememberId();
      }
      applyFieldSpec(
        resource,
        spec,
        (place) => {
          if (!isScalar(place.value)) throw wrongKind('ScalarNode', place.value);
          place.set(change(scalarText(place.value)));
        },
        'text',
      );
    }
  }
}
