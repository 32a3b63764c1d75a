import type { Environment } from '@marcbachmann/cel-js';
import { isRecord } from '../../../base/index.ts';
import { additionalSchema, type JsonSchema } from '../custom/json-schema.ts';
import type { CelType } from './cel-scalar.ts';
import { declareType } from './cel-type.ts';
import { compile, usesOldSelf, type Compiled, type RuleText } from './compile.ts';
import { ruleEnvironment } from './environment.ts';

/** A rule, compiled. */
export interface CompiledRule {
  readonly text: RuleText;
  readonly rule: Compiled;
  readonly message: Compiled | undefined;
  /** It compares with what was there before. */
  readonly isTransition: boolean;
}

/** The rules of one place of a schema, and of the places below it that have any. */
export interface RuleNode {
  readonly schema: JsonSchema;
  readonly type: CelType | undefined;
  readonly rules: readonly CompiledRule[];
  readonly properties: ReadonlyMap<string, RuleNode>;
  readonly values: RuleNode | undefined;
  readonly items: RuleNode | undefined;
}

/** The rules that a schema carries at its own place. */
export function rulesAt(schema: JsonSchema): RuleText[] {
  const rules = (schema as Readonly<Record<string, unknown>>)['x-kubernetes-validations'];
  return Array.isArray(rules)
    ? rules
        .filter(isRecord)
        .map((rule) => ({ ...rule, rule: String(rule['rule'] ?? '') }) as unknown as RuleText)
    : [];
}

/** Compiles all rules of a schema. */
export function ruleTree(schema: JsonSchema): RuleNode | undefined {
  return nodeOf(schema, { name: 'Object', root: true });
}

interface Place {
  readonly name: string;
  readonly root?: boolean;
}

function nodeOf(schema: JsonSchema, place: Place): RuleNode | undefined {
  const texts = rulesAt(schema);
  const { type, rules } = texts.length === 0 ? none : compiledAt(schema, texts, place);
  const properties = new Map<string, RuleNode>();
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    const node = nodeOf(inner, { name: `${place.name}.${name}` });
    if (node) properties.set(name, node);
  }
  const additional = additionalSchema(schema);
  const values = additional && nodeOf(additional, { name: `${place.name}.values` });
  const items = schema.items && nodeOf(schema.items, { name: `${place.name}.items` });
  if (rules.length === 0 && properties.size === 0 && !values && !items) return undefined;
  return { schema, type, rules, properties, values, items };
}

const none = { type: undefined, rules: [] as readonly CompiledRule[] };

function compiledAt(
  schema: JsonSchema,
  texts: readonly RuleText[],
  place: Place,
): { readonly type: CelType | undefined; readonly rules: readonly CompiledRule[] } {
  const environment = ruleEnvironment();
  const type = declareType(environment, schema, { name: 'Object', root: place.root === true });
  if (!type) return { type, rules: texts.map((text) => unreachable(text)) };
  environment.registerVariable('self', type.name);
  const now = environment.clone();
  const then = environment.clone().registerVariable('oldSelf', type.name);
  const maybeThen = environment.clone().registerVariable('oldSelf', `optional<${type.name}>`);
  const rules = texts.map((text) => {
    const isTransition = usesOldSelf(text.rule);
    const old = text.optionalOldSelf === true ? maybeThen : then;
    return compiledRule(isTransition ? old : now, text, isTransition);
  });
  return { type, rules };
}

function compiledRule(
  environment: Environment,
  text: RuleText,
  isTransition: boolean,
): CompiledRule {
  const { rule, messageExpression = '' } = text;
  return {
    text,
    isTransition,
    rule: compile(environment, rule, 'bool'),
    message:
      messageExpression === '' ? undefined : compile(environment, messageExpression, 'string'),
  };
}

function unreachable(text: RuleText): CompiledRule {
  const error = 'compilation failed: rules cannot be given for fields without a described type';
  return { text, rule: { error }, message: undefined, isTransition: false };
}
