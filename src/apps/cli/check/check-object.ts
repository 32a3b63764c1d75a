import { isRecord, messageOf, type KubeObject } from '../../../base/index.ts';
import {
  applyDefaults,
  convert,
  resourceOf,
  validateCreate,
  validateMeta,
} from '../../../embedded/kinds/index.ts';
import {
  customRules,
  fieldErrorText,
  fromOpenApiV3,
  typeErrors,
  typeOf,
  unknownFields,
  validateBySchema,
} from '../../../lib/schema/index.ts';
import type { Definition } from './definitions.ts';

/**
 * What an API server would say to an object, empty when it would take it: types, unknown fields, and
 * the rules of its kind. What depends on other objects is not looked at.
 */
export async function objectComplaints(
  object: KubeObject,
  definition: Definition,
): Promise<string[]> {
  return definition.isBuiltIn ? builtInComplaints(object) : customComplaints(object, definition);
}

function builtInComplaints(object: KubeObject): string[] {
  const type = typeOf(object.apiVersion, object.kind);
  const wrong = type === undefined ? [] : typeErrors(type, object);
  // A field of a wrong type would confuse every later look.
  if (wrong.length > 0) return wrong;
  const unknown = type === undefined ? [] : unknownFields(type, object);
  return [...unknown.map((field) => `unknown field "${field}"`), ...ruleComplaints(object)];
}

function ruleComplaints(object: KubeObject): string[] {
  const copy = structuredClone(object);
  try {
    applyDefaults(copy);
    const stored = resourceOf(copy.apiVersion, copy.kind)?.storageVersion ?? copy.apiVersion;
    return validateCreate(convert(copy, stored)).map(fieldErrorText);
  } catch (thrown) {
    return [`it could not be looked at: ${messageOf(thrown)}`];
  }
}

async function customComplaints(
  object: KubeObject,
  { schema, isNamespaced }: Definition,
): Promise<string[]> {
  const meta = validateMeta(object, { namespaced: isNamespaced, nameRule: 'subdomain' });
  if (schema === undefined) return meta.map(fieldErrorText);
  const keeps = isRecord(schema) && schema['x-kubernetes-preserve-unknown-fields'] === true;
  const unknown = keeps ? [] : unknownFields(fromOpenApiV3(schema), object);
  const broken = validateBySchema(schema, object);
  // Rules in CEL take a well-formed object for granted.
  const inCel = broken.length === 0 ? ((await customRules(schema)?.check(object)) ?? []) : [];
  return [
    ...unknown.map((field) => `unknown field "${field}"`),
    ...[...meta, ...broken, ...inCel].map(fieldErrorText),
  ];
}
