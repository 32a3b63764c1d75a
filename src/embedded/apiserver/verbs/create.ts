import { readBody } from '../http/body.ts';
import { writeOptions } from '../http/write-options.ts';
import { respondObject, respondUnstored } from '../present/respond.ts';
import type { Call } from '../server-state.ts';
import { insertObject } from '../write/create.ts';
import { decodeObject } from '../write/decode.ts';
import { whenSafe } from './when-safe.ts';
import type { Written } from '../write/written.ts';

/** POST of a new object. */
export async function createObject(call: Call): Promise<Response> {
  const options = writeOptions(call.query, 'CreateOptions', {
    userAgent: userAgentOf(call),
    apply: false,
  });
  const decoded = decodeObject(call, await readBody(call.request, call.resource.kind), options);
  return respondWritten(call, await insertObject(call, decoded, { options }), 201);
}

/** The client's name for itself. */
export function userAgentOf({ request }: Call): string {
  return request.headers.get('user-agent') ?? 'unknown';
}

/** Answers with what was written, once it is safe. */
export async function respondWritten(
  call: Call,
  result: Written,
  status: number,
): Promise<Response> {
  // What changed nothing may still show what somebody else has just written.
  if (result.stored) await whenSafe(call, result.stored.revision, undefined);
  else if (result.changed && !result.created) await call.state.store.durable();
  return result.stored
    ? respondObject(call, result.stored, status)
    : respondUnstored(call, call.resource.strategy.toVersion(result.object), status);
}
