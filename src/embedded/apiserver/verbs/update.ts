import { readBody } from '../http/body.ts';
import { badRequest, objectNotFound } from '../http/status-error.ts';
import { writeOptions } from '../http/write-options.ts';
import { keyOfObject } from '../resources/served-resource.ts';
import type { Call } from '../server-state.ts';
import { insertObject } from '../write/create.ts';
import { decodeObject } from '../write/decode.ts';
import { changeObject } from '../write/update.ts';
import { respondWritten, userAgentOf } from './create.ts';

/** PUT of a whole object, or of its status. */
export async function updateObject(call: Call, subresource?: string): Promise<Response> {
  const { resource, target, state } = call;
  const options = writeOptions(call.query, 'UpdateOptions', {
    userAgent: userAgentOf(call),
    apply: false,
  });
  const decoded = decodeObject(call, await readBody(call.request, call.resource.kind), options);
  const name = target.name ?? '';
  if (decoded.metadata.name && decoded.metadata.name !== name)
    throw badRequest(
      `the name of the object (${decoded.metadata.name}) does not match the name on the URL (${name})`,
    );
  decoded.metadata.name = name;
  const absent = state.store.get(keyOfObject(resource, target.namespace, name)) === undefined;
  if (absent && resource.createOnPut && subresource === undefined) {
    delete decoded.metadata.resourceVersion;
    return respondWritten(call, await insertObject(call, decoded, { options }), 201);
  }
  if (absent) throw objectNotFound(resource, name);
  const next = (): typeof decoded => structuredClone(decoded);
  const result = await changeObject(call, { next, options, subresource, whole: true });
  return respondWritten(call, result, 200);
}
