import type { KubeObject } from '../../../base/index.ts';
import type { FieldError } from '../../../lib/schema/index.ts';
import type { ServedResource } from '../resources/served-resource.ts';

/** After these a rule could meet values it does not expect, so rules are left out. */
const blocking: ReadonlySet<FieldError['type']> = new Set([
  'notSupported',
  'required',
  'tooLong',
  'tooMany',
  'typeInvalid',
]);

/** Everything that is wrong with an object: what its kind says, then its rules in CEL. At once without such rules. */
export function complaintsAbout(
  { strategy }: ServedResource,
  object: KubeObject,
  was?: { readonly old: KubeObject; readonly subresource: string | undefined },
): FieldError[] | Promise<FieldError[]> {
  const errors = was
    ? strategy.validateUpdate(object, was.old, was.subresource)
    : strategy.validateCreate(object);
  if (!strategy.rules) return errors;
  if (errors.some(({ type }) => blocking.has(type))) return [...errors, notChecked];
  return strategy.rules.check(object, was?.old).then((broken) => [...errors, ...broken]);
}

const notChecked: FieldError = {
  type: 'invalid',
  field: '<nil>',
  value: undefined,
  detail:
    'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
};
