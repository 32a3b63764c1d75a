import { additionalSchema, type JsonSchema } from '../custom/json-schema.ts';
import type { FieldError } from '../field-error.ts';
import { usesOldSelf, type RuleText } from './compile.ts';
import { ruleTree, rulesAt, type CompiledRule, type RuleNode } from './rule-tree.ts';

const reasons = [
  'FieldValueRequired',
  'FieldValueForbidden',
  'FieldValueInvalid',
  'FieldValueDuplicate',
];

/** Complaints about the rules of a schema themselves; `path` is where the schema stands in its definition. */
export function definitionErrors(schema: JsonSchema, path: string): FieldError[] {
  const tree = ruleTree(schema);
  return [...textErrors(schema, path, true), ...(tree ? compileErrors(tree, path) : [])];
}

function textErrors(schema: JsonSchema, path: string, correlatable: boolean): FieldError[] {
  const errors = rulesAt(schema).flatMap((rule, at) =>
    ruleErrors(rule, `${path}.x-kubernetes-validations[${at}]`, { schema, correlatable, path }),
  );
  for (const [name, inner] of Object.entries(schema.properties ?? {}))
    errors.push(...textErrors(inner, `${path}.properties[${name}]`, correlatable));
  const values = additionalSchema(schema);
  if (values) errors.push(...textErrors(values, `${path}.additionalProperties`, correlatable));
  if (schema.items) {
    const keyed = correlatable && schema['x-kubernetes-list-type'] === 'map';
    errors.push(...textErrors(schema.items, `${path}.items`, keyed));
  }
  return errors;
}

interface Where {
  readonly schema: JsonSchema;
  /** Whether values here can be told to be the ones that stood here before. */
  readonly correlatable: boolean;
  readonly path: string;
}

function ruleErrors(rule: RuleText, path: string, where: Where): FieldError[] {
  const wrong = (field: keyof RuleText, detail: string): FieldError => ({
    type: 'invalid',
    field: `${path}.${field}`,
    value: rule[field],
    detail,
  });
  const missing = (field: keyof RuleText, detail: string): FieldError => ({
    type: 'required',
    field: `${path}.${field}`,
    detail,
  });
  return [
    ...(rule.rule.trim() === '' ? [missing('rule', 'rule is not specified')] : []),
    ...messageErrors(rule, wrong, missing),
    ...reasonErrors(rule, path),
    ...fieldPathErrors(rule, where, wrong),
    ...oldSelfErrors(rule, where, wrong),
  ];
}

type Complain = (field: keyof RuleText, detail: string) => FieldError;

function messageErrors(rule: RuleText, wrong: Complain, missing: Complain): FieldError[] {
  const { message = '', messageExpression = '' } = rule;
  const errors: FieldError[] = [];
  if (message !== '' && message.trim() === '')
    errors.push(wrong('message', 'message must be non-empty if specified'));
  else if (message.trim().includes('\n'))
    errors.push(wrong('message', 'message must not contain line breaks'));
  else if (rule.rule.trim().includes('\n') && message === '' && messageExpression === '')
    errors.push(missing('message', 'message must be specified if rule contains line breaks'));
  if (messageExpression !== '' && messageExpression.trim() === '')
    errors.push(missing('messageExpression', 'messageExpression must be non-empty if specified'));
  return errors;
}

function reasonErrors({ reason }: RuleText, path: string): FieldError[] {
  if (reason === undefined || reasons.includes(reason)) return [];
  const detail = `supported values: ${reasons.map((each) => `"${each}"`).join(', ')}`;
  return [{ type: 'notSupported', field: `${path}.reason`, value: reason, detail }];
}

function fieldPathErrors(rule: RuleText, { schema }: Where, wrong: Complain): FieldError[] {
  const { fieldPath = '' } = rule;
  if (fieldPath === '' || leadsToField(schema, fieldPath)) return [];
  return [wrong('fieldPath', 'fieldPath must be a valid path: it does not lead to a field')];
}

function oldSelfErrors(rule: RuleText, where: Where, wrong: Complain): FieldError[] {
  if (!usesOldSelf(rule.rule))
    return rule.optionalOldSelf === undefined
      ? []
      : [wrong('optionalOldSelf', 'may not be set if oldSelf is not used in rule')];
  if (where.correlatable) return [];
  const text = 'oldSelf cannot be used on the uncorrelatable portion of the schema within';
  return [wrong('rule', `${text} ${where.path}`)];
}

/** Whether `.a.b['c']` names a field; list items cannot be named. */
function leadsToField(schema: JsonSchema, fieldPath: string): boolean {
  if (!/^(?:\.[A-Za-z_][\w-]*|\['[^']+'\])+$/.test(fieldPath)) return false;
  let at: JsonSchema | undefined = schema;
  for (const [, plain, quoted] of fieldPath.matchAll(/\.([\w-]+)|\['([^']+)'\]/g)) {
    const name = plain ?? quoted ?? '';
    at = at.properties?.[name] ?? additionalSchema(at);
    if (!at) return false;
  }
  return true;
}

function compileErrors(node: RuleNode, path: string): FieldError[] {
  const errors = node.rules.flatMap((rule, at) =>
    compiledErrors(rule, `${path}.x-kubernetes-validations[${at}]`),
  );
  for (const [name, inner] of node.properties)
    errors.push(...compileErrors(inner, `${path}.properties[${name}]`));
  if (node.values) errors.push(...compileErrors(node.values, `${path}.additionalProperties`));
  if (node.items) errors.push(...compileErrors(node.items, `${path}.items`));
  return errors;
}

function compiledErrors({ text, rule, message }: CompiledRule, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (text.rule.trim() !== '' && 'error' in rule)
    errors.push({ type: 'invalid', field: `${path}.rule`, value: text.rule, detail: rule.error });
  if (message && 'error' in message)
    errors.push({
      type: 'invalid',
      field: `${path}.messageExpression`,
      value: text.messageExpression,
      detail: message.error.replace(/^compilation failed/, 'messageExpression compilation failed'),
    });
  return errors;
}
