import { isRecord, type KubeObject } from '../../../base/index.ts';
import { readBody } from '../http/body.ts';
import { writeOptions } from '../http/write-options.ts';
import type { Call } from '../server-state.ts';
import { respondWritten, userAgentOf } from '../verbs/create.ts';
import { decodeObject } from '../write/decode.ts';
import { changeObject } from '../write/update.ts';

/** PUT of a namespace's spec.finalizers; with the last one gone the namespace goes. */
export async function finalizeNamespace(call: Call): Promise<Response> {
  const options = writeOptions(call.query, 'UpdateOptions', {
    userAgent: userAgentOf(call),
    apply: false,
  });
  const body = decodeObject(call, await readBody(call.request), options);
  const spec = isRecord(body['spec']) ? body['spec'] : {};
  const next = (live: KubeObject): KubeObject => ({
    ...live,
    spec: { ...(isRecord(live['spec']) ? live['spec'] : {}), finalizers: spec['finalizers'] ?? [] },
  });
  return respondWritten(
    call,
    await changeObject(call, { next, options, subresource: 'finalize', trusted: true }),
    200,
  );
}
