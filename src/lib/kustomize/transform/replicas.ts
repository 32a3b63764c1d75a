import { invalid } from '../../../base/index.ts';
import type { TransformerConfig } from '../config/transformer-config.ts';
import { wrongKind } from '../merge/expect-kind.ts';
import type { Replica } from '../read/kustomization.ts';
import { gvkText, isSelected } from '../resource/res-id.ts';
import { withAnyId } from '../resource/resource-list.ts';
import type { Resource } from '../resource/resource.ts';
import { isScalar } from '../resource/scalar-text.ts';
import { applyFieldSpec } from './apply-field-spec.ts';
import type { Place } from './apply-field-spec.ts';

/** Sets the replica count of the objects of that name; a name that no object has is a fault. */
export function setReplicas(
  list: readonly Resource[],
  { name = '', count = 0 }: Replica,
  config: TransformerConfig,
): void {
  let found = false;
  for (const spec of config.replicas) {
    const matches = withAnyId(list, (id) => id.name === name && isSelected(id, spec));
    found ||= matches.length > 0;
    for (const each of matches) applyFieldSpec(each, spec, (at) => setCount(at, count), 'text');
  }
  if (found) return;
  const kinds = config.replicas.map(gvkText).join(' ');
  throw invalid(
    `resource with name ${name} does not match a config with the following GVK [${kinds}]`,
  );
}

function setCount(place: Place, count: number): void {
  if (!isScalar(place.value)) throw wrongKind('ScalarNode', place.value);
  place.set(count);
}
