import { isRecord, type JsonRecord } from '../../../base/index.ts';
import { customRuleErrors, deepEqual, type FieldError } from '../../../lib/schema/index.ts';
import { invalidObject } from '../http/status-error.ts';
import type { AdmissionRequest } from './admission.ts';

/** A definition whose rules in CEL do not compile is refused; rules that were there before stay as they are. */
export async function ruleDefinitions({
  call,
  operation,
  object,
  old,
  subresource,
}: AdmissionRequest): Promise<void> {
  if (operation === 'delete' || subresource !== undefined) return;
  if (object?.kind !== 'CustomResourceDefinition') return;
  if (call.resource.group !== 'apiextensions.k8s.io') return;
  const before = schemasOf(old ?? {});
  const errors: FieldError[] = [];
  for (const [at, schema] of schemasOf(object).entries())
    if (!before.some((each) => deepEqual(each, schema)))
      errors.push(
        ...(await customRuleErrors(schema, `spec.versions[${at}].schema.openAPIV3Schema`)),
      );
  if (errors.length > 0) throw invalidObject(call.resource, object.metadata.name, errors);
}

function schemasOf(definition: JsonRecord): unknown[] {
  const spec = isRecord(definition['spec']) ? definition['spec'] : {};
  const versions = Array.isArray(spec['versions']) ? spec['versions'].filter(isRecord) : [];
  return versions.map(({ schema }) => (isRecord(schema) ? schema['openAPIV3Schema'] : undefined));
}
