import { Optional } from '@marcbachmann/cel-js';
import { isRecord, type JsonRecord } from '../../../base/index.ts';
import { deepEqual } from '../equal.ts';
import type { FieldError } from '../field-error.ts';
import { failureText, type Program, type RuleText } from './compile.ts';
import { perObject, TooCostly, type Budget } from './metered.ts';
import type { CompiledRule, RuleNode } from './rule-tree.ts';

/** A value, where it stands, and the value that stood there before. */
interface Place {
  readonly value: unknown;
  /** Undefined: nothing, or nothing that can be told to be the same thing. */
  readonly old: unknown;
  readonly path: string;
}

/**
 * Complaints of all rules about an object. With `old` rules that compare run too, and what has not
 * changed is not complained of again.
 */
export function checkObject(
  tree: RuleNode,
  object: JsonRecord,
  old: JsonRecord | undefined,
): FieldError[] {
  const budget: Budget = { left: perObject };
  const errors: FieldError[] = [];
  walk(tree, { value: object, old, path: '' }, { budget, errors });
  return errors;
}

interface Pass {
  readonly budget: Budget;
  readonly errors: FieldError[];
}

function walk(node: RuleNode, place: Place, pass: Pass): void {
  const { value, old, path } = place;
  if (value === undefined || value === null || pass.budget.left <= 0) return;
  for (const rule of node.rules) {
    const complaint = complaintOf(node, rule, { place, budget: pass.budget });
    if (complaint) pass.errors.push(complaint);
    if (pass.budget.left <= 0) return;
  }
  if (Array.isArray(value)) walkList(node, { value, old, path }, pass);
  else if (isRecord(value)) walkFields(node, { value, old, path }, pass);
}

function walkFields(
  { properties, values }: RuleNode,
  { value, old, path }: Place & { readonly value: JsonRecord },
  pass: Pass,
): void {
  const before = isRecord(old) ? old : {};
  for (const [name, each] of Object.entries(value)) {
    const declared = properties.get(name);
    const node = declared ?? values;
    const inner = declared ? join(path, name) : `${path}[${name}]`;
    if (node) walk(node, { value: each, old: before[name], path: inner }, pass);
  }
}

function walkList(
  node: RuleNode,
  { value, old, path }: Place & { readonly value: readonly unknown[] },
  pass: Pass,
): void {
  const { items } = node;
  if (!items) return;
  const before = oldItems(node, old);
  for (const [at, item] of value.entries())
    walk(items, { value: item, old: before(item), path: `${path}[${at}]` }, pass);
}

/** Only items of lists with keys can be told to be the same as before. */
function oldItems({ schema }: RuleNode, old: unknown): (item: unknown) => unknown {
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old)) return () => undefined;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const identity = (item: unknown): string =>
    JSON.stringify(keys.map((key) => (isRecord(item) ? (item[key] ?? null) : null)));
  const known = new Map(old.map((item: unknown) => [identity(item), item]));
  return (item) => known.get(identity(item));
}

function complaintOf(
  { schema, type }: RuleNode,
  { text, rule, message, isTransition }: CompiledRule,
  { place, budget }: { readonly place: Place; readonly budget: Budget },
): FieldError | undefined {
  const { value, old, path } = place;
  const kind = schema.type ?? '';
  const complain = (detail: string): FieldError => ({
    type: 'invalid',
    field: path === '' ? '<nil>' : path,
    value: kind,
    detail,
  });
  if ('error' in rule) return complain(`rule compile error: ${rule.error}`);
  if (isTransition && old === undefined && text.optionalOldSelf !== true) return undefined;
  // A rule that was broken before is not in the way of changes elsewhere.
  if (!isTransition && old !== undefined && deepEqual(value, old)) return undefined;
  const variables = { self: type!.of(value), ...oldSelf(text, old, type!.of) };
  try {
    if (rule.program(variables, budget) === true) return undefined;
  } catch (thrown) {
    return complain(evaluationFailure(text, thrown, budget));
  }
  const detail = messageFrom(message, variables, budget) ?? ruleText(text);
  return withReason(complain(detail), text);
}

function oldSelf(
  { optionalOldSelf }: RuleText,
  old: unknown,
  of: (value: unknown) => unknown,
): { readonly oldSelf?: unknown } {
  if (optionalOldSelf === true)
    return { oldSelf: old === undefined ? Optional.none() : Optional.of(of(old)) };
  return old === undefined ? {} : { oldSelf: of(old) };
}

function ruleText({ message = '', rule }: RuleText): string {
  return message === '' ? `failed rule: ${rule.trim()}` : message.trim();
}

function evaluationFailure(text: RuleText, thrown: unknown, budget: Budget): string {
  if (thrown instanceof TooCostly) {
    budget.left = 0;
    return `'${thrown.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${ruleText(text)}`;
  }
  const why = failureText(thrown);
  return why.startsWith('no such overload')
    ? `'${why}': call arguments did not match a supported operator, function or macro signature for rule: ${ruleText(text)}`
    : `${why} evaluating rule: ${ruleText(text)}`;
}

/** What the message expression says; undefined when it fails or says nothing that fits on a line. */
function messageFrom(
  message: { readonly program: Program } | { readonly error: string } | undefined,
  variables: Record<string, unknown>,
  budget: Budget,
): string | undefined {
  if (!message || 'error' in message) return undefined;
  try {
    const made = message.program(variables, budget);
    const text = typeof made === 'string' ? made.trim() : '';
    return text === '' || text.includes('\n') ? undefined : text;
  } catch {
    return undefined;
  }
}

function withReason(error: FieldError, { reason = '', fieldPath = '' }: RuleText): FieldError {
  const base = error.field === '<nil>' ? '' : error.field;
  const field = fieldPath === '' ? error.field : joined(base, fieldPath);
  switch (reason) {
    case 'FieldValueForbidden':
      return { type: 'forbidden', field, detail: error.detail };
    case 'FieldValueRequired':
      return { type: 'required', field, detail: error.detail };
    case 'FieldValueDuplicate':
      return { type: 'duplicate', field, value: error.value, detail: '' };
    default:
      return { ...error, field };
  }
}

/** `.a.b`, `.a['x.y']` behind the place of the rule. */
function joined(path: string, more: string): string {
  const plain = more.replaceAll(/\['([^']*)'\]/g, (_, name: string) => `[${name}]`);
  return path === '' ? plain.replace(/^\./, '') : `${path}${plain}`;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
