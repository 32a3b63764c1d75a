import type { KubeObject } from '../../../base/index.ts';
import { ApplyConflict, applyServerSide } from '../../../lib/schema/index.ts';
import { objectBody, type Body } from '../http/body.ts';
import { badRequest, objectNotFound, StatusError } from '../http/status-error.ts';
import type { WriteOptions } from '../http/write-options.ts';
import { keyOfObject } from '../resources/served-resource.ts';
import { nowText, type Call } from '../server-state.ts';
import { insertObject } from '../write/create.ts';
import { decodeObject } from '../write/decode.ts';
import { resetFieldsOf } from '../write/ownership.ts';
import { changeObject } from '../write/update.ts';
import { respondWritten } from './create.ts';
import { patchFailure } from './patch.ts';

interface ApplyHow {
  readonly options: WriteOptions;
  readonly subresource: string | undefined;
}

/** Server-side apply: merges what one manager wants, and creates what is not there. */
export async function applyObject(call: Call, body: Body, how: ApplyHow): Promise<Response> {
  const { resource, target, state } = call;
  const config = configOf(call, body, how.options);
  const key = keyOfObject(resource, target.namespace, target.name ?? '');
  if (state.store.get(key)) {
    const next = (live: KubeObject): KubeObject => merged(call, live, { config, ...how });
    const change = { next, options: how.options, subresource: how.subresource, owned: true };
    return respondWritten(call, await changeObject(call, change), 200);
  }
  if (how.subresource !== undefined) throw objectNotFound(resource, target.name ?? '');
  if (config.metadata.uid !== undefined) throw objectNotFound(resource, target.name ?? '');
  const object = merged(call, undefined, { config, ...how });
  delete object.metadata.resourceVersion;
  return respondWritten(
    call,
    await insertObject(call, object, { options: how.options, owned: true }),
    201,
  );
}

function configOf(call: Call, body: Body, options: WriteOptions): KubeObject {
  const value = objectBody(body, call.resource.kind);
  const { apiVersion } = call.resource;
  for (const field of ['apiVersion', 'kind'])
    if (!value[field])
      throw badRequest(
        `Object '${field === 'kind' ? 'Kind' : field}' is missing in '${JSON.stringify(value)}'`,
      );
  if (value['apiVersion'] !== apiVersion)
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${value['apiVersion']}, expected: ${apiVersion}`,
    );
  // A field outside the schema fails the apply itself (500), with the text of that.
  const config = decodeObject(call, body, { ...options, fieldValidation: 'Ignore' });
  const { name } = call.target;
  config.metadata.name ||= name ?? '';
  if (config.metadata.name !== name)
    throw badRequest(
      `the name of the object (${config.metadata.name}) does not match the name on the URL (${name})`,
    );
  if (config.metadata.managedFields !== undefined)
    throw badRequest('metadata.managedFields must be nil');
  return config;
}

function merged(
  call: Call,
  live: KubeObject | undefined,
  how: ApplyHow & { readonly config: KubeObject },
): KubeObject {
  const { resource, state } = call;
  const { options, subresource, config } = how;
  try {
    const { object } = applyServerSide({
      type: resource.strategy.type,
      live,
      config: structuredClone(config),
      manager: options.fieldManager,
      force: options.force,
      now: nowText(state.clock),
      subresource,
      resetFields: resetFieldsOf(resource, subresource),
    });
    const result = object as unknown as KubeObject;
    // The body's own version is a lock; without one the live object's stands.
    const version = config.metadata.resourceVersion ?? live?.metadata.resourceVersion;
    if (version !== undefined) result.metadata.resourceVersion = version;
    return result;
  } catch (thrown) {
    throw thrown instanceof ApplyConflict ? conflictStatus(thrown) : patchFailure(thrown);
  }
}

function conflictStatus({ message, conflicts }: ApplyConflict): StatusError {
  const causes = conflicts.map((each) => ({
    reason: 'FieldManagerConflict',
    message: each.message,
    field: each.field,
  }));
  return new StatusError(409, 'Conflict', message, { details: { causes } });
}
