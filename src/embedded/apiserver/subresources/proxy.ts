import { KnownError } from '../../../base/index.ts';
import { forward } from '../../../lib/http/index.ts';
import { admitConnection } from '../admission/connection.ts';
import { internalError, unavailable } from '../http/status-error.ts';
import type { Call } from '../server-state.ts';
import { proxyTarget } from './proxy-target.ts';

/** Any request to `/services/[scheme:]NAME[:port]/proxy/PATH` or the same of pods, passed on as it is. */
export async function proxyTo(call: Call): Promise<Response> {
  const { request, target } = call;
  await admitConnection(call);
  const { host, port } = await proxyTarget(call);
  // Calls to proxies never come the short way.
  if (!(request instanceof Request)) throw internalError('a proxy needs a whole request');
  const url = new URL(request.url);
  const path = `${target.rest === '' ? '/' : target.rest}${url.search}`;
  try {
    return await forward(request, {
      host,
      port,
      path,
      headers: { authorization: undefined, host: `${host}:${port}` },
    });
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw unavailable(`error trying to reach service: ${thrown.message}`);
  }
}
