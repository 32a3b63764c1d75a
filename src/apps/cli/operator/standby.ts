import { KnownError } from '../../../base/index.ts';
import type { Holder } from '../../../lib/controller/index.ts';
import { forward, type Handler } from '../../../lib/http/index.ts';

/** Header of a request that was passed on once: it is not passed on again. */
const passedOn = 'trice-passed-on';

/**
 * Answers for a process that waits: health for itself, everything else from the leader, so that a
 * Service may choose any of them. Without a leader whose address is known it is 503.
 */
export function standbyHandler(port: number, holder: () => Holder | undefined): Handler {
  return async (request) => {
    const url = new URL(request.url);
    if (url.pathname === '/healthz') return new Response('OK');
    const leader = holder();
    if (leader?.address === undefined || request.headers.has(passedOn)) return noLeader(leader);
    try {
      return await forward(request, {
        host: leader.address,
        port,
        path: `${url.pathname}${url.search}`,
        headers: { [passedOn]: '1' },
      });
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
      return noLeader(leader);
    }
  };
}

function noLeader(leader: Holder | undefined): Response {
  const who = leader === undefined ? 'nobody yet' : leader.identity;
  return new Response(`this operator waits; the work is done by ${who}\n`, {
    status: 503,
    headers: { 'retry-after': '2' },
  });
}
