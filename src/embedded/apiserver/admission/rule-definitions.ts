import { isRecord, type JsonRecord } from '../../../base/index.ts';
import { customRuleErrors, deepEqual, type FieldError } from '../../../lib/schema/index.ts';
import { invalidObject } from '../http/status-error.ts';
import { conditionOf } from './webhooks/conditions.ts';
import { webhooksIn, type Webhook } from './webhooks/configurations.ts';
import type { AdmissionRequest } from './admission.ts';

/** A webhook whose `matchConditions` do not compile is refused. */
export function conditionDefinitions(request: AdmissionRequest): Promise<void> | undefined {
  const { call, operation, object } = request;
  if (operation === 'delete' || call.resource.group !== 'admissionregistration.k8s.io')
    return undefined;
  const hooks = object?.kind.endsWith('WebhookConfiguration') ? webhooksIn(object) : [];
  return refuseBroken(request, async () => {
    const found = hooks.map((hook, at) => conditionErrors(hook, `webhooks[${at}]`));
    return (await Promise.all(found)).flat();
  });
}

async function conditionErrors({ matchConditions }: Webhook, hook: string): Promise<FieldError[]> {
  const errors: FieldError[] = [];
  for (const [at, match] of matchConditions.entries()) {
    const field = `${hook}.matchConditions[${at}]`;
    const value = match.expression;
    if (match.name === '') errors.push({ type: 'required', field: `${field}.name`, detail: '' });
    if (value.trim() === '') {
      errors.push({ type: 'required', field: `${field}.expression`, detail: '' });
      continue;
    }
    const condition = await conditionOf(match);
    if ('error' in condition)
      errors.push({
        type: 'invalid',
        field: `${field}.expression`,
        value,
        detail: condition.error,
      });
  }
  return errors;
}

/** A definition whose rules in CEL do not compile is refused; rules that were there before stay as they are. */
export function ruleDefinitions(request: AdmissionRequest): Promise<void> | undefined {
  const { call, operation, object, old, subresource } = request;
  if (operation === 'delete' || subresource !== undefined) return undefined;
  if (call.resource.group !== 'apiextensions.k8s.io') return undefined;
  const before = schemasOf(old ?? {});
  const schemas = schemasOf(object ?? {});
  return refuseBroken(request, async () => {
    const found = schemas.map(async (schema, at) =>
      before.some((each) => deepEqual(each, schema))
        ? []
        : await customRuleErrors(schema, `spec.versions[${at}].schema.openAPIV3Schema`),
    );
    return (await Promise.all(found)).flat();
  });
}

async function refuseBroken(
  { call, name }: AdmissionRequest,
  errorsOf: () => Promise<FieldError[]>,
): Promise<void> {
  const errors = await errorsOf();
  if (errors.length > 0) throw invalidObject(call.resource, name, errors);
}

function schemasOf(definition: JsonRecord): unknown[] {
  const spec = isRecord(definition['spec']) ? definition['spec'] : {};
  const versions = Array.isArray(spec['versions']) ? spec['versions'].filter(isRecord) : [];
  return versions.map(({ schema }) => (isRecord(schema) ? schema['openAPIV3Schema'] : undefined));
}
