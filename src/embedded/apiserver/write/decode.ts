import { isRecord, type JsonRecord, type KubeObject } from '../../../base/index.ts';
import type { Body } from '../http/body.ts';
import { objectBody } from '../http/body.ts';
import { badRequest, invalidObject } from '../http/status-error.ts';
import type { WriteOptions } from '../http/write-options.ts';
import type { ServedResource } from '../resources/served-resource.ts';
import type { Call } from '../server-state.ts';

/**
 * A body as an object of the call's resource: kind, version, namespace and types are checked, fields
 * nobody knows are warned of or refused. Values are not changed otherwise.
 */
export function decodeObject(call: Call, body: Body, options: WriteOptions): KubeObject {
  const { resource } = call;
  const value = objectBody(body, resource.kind);
  checkKind(resource, value);
  checkMetadata(resource, value['metadata']);
  const object = { ...value, metadata: isRecord(value['metadata']) ? value['metadata'] : {} };
  const named = object as unknown as KubeObject;
  checkNamespace(call, named);
  checkFields(call, named, { options, duplicates: body.duplicates });
  return named;
}

function checkMetadata({ kind, version }: ServedResource, metadata: unknown): void {
  if (metadata === undefined || metadata === null || isRecord(metadata)) return;
  const type = Array.isArray(metadata) ? 'array' : typeof metadata;
  throw badRequest(
    `${kind} in version "${version}" cannot be handled as a ${kind}: json: cannot unmarshal ${type === 'boolean' ? 'bool' : type} into Go struct field ${kind}.metadata of type v1.ObjectMeta`,
  );
}

/** Refuses what does not fit the type, and tells of fields that will be dropped. */
export function checkFields(call: Call, object: KubeObject, how: FieldChecks): void {
  const { kind, version } = call.resource;
  const complaint = fieldComplaint(call, object, how);
  if (complaint === undefined) return;
  throw badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${complaint}`);
}

interface FieldChecks {
  readonly options: WriteOptions;
  /** Paths of members named twice. */
  readonly duplicates: readonly string[];
}

/** Why the fields of an object cannot be taken, in Go's words. What will only be dropped becomes warnings. */
export function fieldComplaint(
  call: Call,
  object: KubeObject,
  { options, duplicates }: FieldChecks,
): string | undefined {
  const { strategy } = call.resource;
  const [wrong] = strategy.typeErrors(object);
  if (wrong !== undefined) return wrong;
  // Servers of the older profile's age dropped what they did not know without a word.
  if (options.fieldValidation === 'Ignore' || call.state.profile === 'legacy') return undefined;
  const complaints = [
    ...strategy.unknownFields(object).map((path) => `unknown field "${path}"`),
    ...duplicates.map((path) => `duplicate field "${path}"`),
  ];
  if (complaints.length === 0) return undefined;
  if (options.fieldValidation === 'Strict')
    return `strict decoding error: ${complaints.join(', ')}`;
  call.warnings.push(...complaints);
  return undefined;
}

function checkKind(resource: ServedResource, value: JsonRecord): void {
  const { apiVersion, kind, custom } = resource;
  if (custom && !value['kind'])
    throw badRequest(`Object 'Kind' is missing in '${JSON.stringify(value)}'`);
  if (custom && !value['apiVersion'])
    throw badRequest(`Object 'apiVersion' is missing in '${JSON.stringify(value)}'`);
  value['kind'] ||= kind;
  value['apiVersion'] ||= apiVersion;
  if (value['apiVersion'] !== apiVersion)
    throw badRequest(
      `the API version in the data (${value['apiVersion']}) does not match the expected API version (${apiVersion})`,
    );
  if (value['kind'] === kind) return;
  if (custom) {
    const error = {
      type: 'invalid',
      field: 'kind',
      value: value['kind'],
      detail: `must be ${kind}`,
    } as const;
    const metadata = isRecord(value['metadata']) ? value['metadata'] : {};
    throw invalidObject(resource, String(metadata['name'] ?? ''), [error]);
  }
  throw badRequest(
    `${value['kind']} in version "${resource.version}" cannot be handled as a ${kind}: converting (${apiVersion}.${value['kind']}) to (${apiVersion}.${kind}): unknown conversion`,
  );
}

function checkNamespace(call: Call, { metadata }: KubeObject): void {
  const { namespace } = call.target;
  if (!call.resource.namespaced) {
    delete metadata.namespace;
    return;
  }
  if (namespace === undefined)
    throw badRequest('an empty namespace may not be set during creation');
  metadata.namespace ||= namespace;
  if (metadata.namespace !== namespace)
    throw badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
}
