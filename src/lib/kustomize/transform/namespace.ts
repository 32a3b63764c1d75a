import { invalid, isRecord, KnownError } from '../../../base/index.ts';
import { fieldSpec } from '../config/field-spec.ts';
import type { FieldSpec } from '../config/field-spec.ts';
import type { TransformerConfig } from '../config/transformer-config.ts';
import { wrongKind } from '../merge/expect-kind.ts';
import type { Kustomization } from '../read/kustomization.ts';
import { setField } from '../resource/blank.ts';
import { idText, isClusterScoped, sameId } from '../resource/res-id.ts';
import type { Resource } from '../resource/resource.ts';
import { isScalar } from '../resource/scalar-text.ts';
import { applyFieldSpec } from './apply-field-spec.ts';
import type { Place } from './apply-field-spec.ts';

const own = fieldSpec('metadata/namespace', {}, true);
const bindings = ['RoleBinding', 'ClusterRoleBinding'];

/** Puts every namespaced object into `namespace`, and its name where objects refer to it. */
export function setNamespace(
  list: readonly Resource[],
  { namespace }: Kustomization,
  config: TransformerConfig,
): void {
  if (namespace === undefined || namespace === '') return;
  const set = (place: Place): void => {
    if (!isScalar(place.value)) throw wrongKind('ScalarNode', place.value);
    place.set(namespace);
  };
  for (const resource of list) {
    resource.rememberId();
    if (!isClusterScoped(resource.gvk)) applyFieldSpec(resource, own, set, 'text');
    if (bindings.includes(resource.kind)) moveDefaultSubjects(resource, namespace);
    for (const spec of specsFor(resource, config.namespace)) setIn(resource, spec, set);
    const id = resource.id;
    const matches = list.filter((each) => each.name === id.name && sameId(id, each.id));
    if (matches.length !== 1) {
      throw invalid(
        `namespace transformation produces ID conflict: [${matches.map(shownResource).join(' ')}]`,
      );
    }
  }
}

function shownResource(resource: Resource): string {
  return JSON.stringify(resource.object);
}

function setIn(resource: Resource, spec: FieldSpec, set: (place: Place) => void): void {
  try {
    applyFieldSpec(resource, spec, set, 'text');
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    const start = thrown.message.includes('wrong node kind')
      ? 'namespace field specs must target scalar nodes'
      : 'namespace transformation failed';
    throw invalid(`${start}: ${thrown.message}`);
  }
}

function specsFor(resource: Resource, specs: readonly FieldSpec[]): FieldSpec[] {
  return specs.filter(
    ({ path, kind }) =>
      path !== 'metadata/namespace' &&
      (resource.apiVersion === 'v1' || path !== 'metadata/name') &&
      !(
        bindings.includes(resource.kind) &&
        bindings.includes(kind) &&
        path === 'subjects/namespace'
      ),
  );
}

/** Only the service account `default` is sure to move along; others are found by their names later. */
function moveDefaultSubjects(resource: Resource, namespace: string): void {
  const subjects = resource.object['subjects'];
  if (subjects === undefined || subjects === null) return;
  if (!Array.isArray(subjects)) {
    throw invalid(
      `setting namespace on (cluster)role binding subjects: ${wrongKind('SequenceNode', subjects).message} of ${idText(resource.id)}`,
    );
  }
  for (const subject of subjects) {
    if (isRecord(subject) && subject['name'] === 'default') {
      setField(subject, 'namespace', namespace);
    }
  }
}
