import { isRecord, type JsonRecord } from '../../../base/index.ts';
import type { FieldError } from '../field-error.ts';
import type { Condition } from '../rules/condition.ts';
import type { RuleNode } from '../rules/rule-tree.ts';
import { asJsonSchema } from './json-schema.ts';

/** The rules in CEL (`x-kubernetes-validations`) of one version of a custom resource. */
export interface CustomRules {
  /**
   * Complaints about an object that its schema found nothing wrong with. With `old` it is an update:
   * rules that compare run, and rules about what has not changed do not. Never runs for long.
   */
  check(object: JsonRecord, old?: JsonRecord): Promise<FieldError[]>;
}

/** Undefined when the schema has no rules. What runs them is loaded when the first object is checked. */
export function customRules(openAPIV3Schema: unknown): CustomRules | undefined {
  const schema = asJsonSchema(openAPIV3Schema);
  if (!schema || !hasRules(schema)) return undefined;
  let tree: Promise<RuleNode | undefined> | undefined;
  return {
    async check(object, old) {
      const [compiled, { checkObject }] = await Promise.all([
        (tree ??= import('../rules/rule-tree.ts').then(({ ruleTree }) => ruleTree(schema))),
        import('../rules/check-object.ts'),
      ]);
      return compiled ? checkObject(compiled, object, old) : [];
    },
  };
}

/** Complaints about the rules of a schema themselves: what does not compile, what says nothing. */
export async function customRuleErrors(
  openAPIV3Schema: unknown,
  path: string,
): Promise<FieldError[]> {
  const schema = asJsonSchema(openAPIV3Schema);
  if (!schema || !hasRules(schema)) return [];
  const { definitionErrors } = await import('../rules/check-definition.ts');
  return definitionErrors(schema, path);
}

function hasRules(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(hasRules);
  if (!isRecord(schema)) return false;
  return 'x-kubernetes-validations' in schema || Object.values(schema).some(hasRules);
}

/** A condition in CEL over the named variables, all of them plain JSON. */
export async function compileCondition(
  expression: string,
  variables: readonly string[],
): Promise<Condition> {
  const { condition } = await import('../rules/condition.ts');
  return condition(expression, variables);
}
