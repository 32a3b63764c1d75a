import { KnownError } from '../../../base/index.ts';
import type { Transport } from '../../../lib/http/index.ts';
import type { CliIo } from '../io.ts';
import type { Options } from './options.ts';

/** From here on `-v` tells each request, as Kubernetes' clients do it. */
const tellsRequests = 6;

/** A transport under `--request-timeout`, told on standard error with `-v 6` and above. */
export function watched(transport: Transport, { flags }: Options, io: CliIo): Transport {
  const limitMs = timeoutMs(flags.string('request-timeout'));
  const isTold = flags.number('v') >= tellsRequests;
  return async (request) => {
    const began = io.clock.now().getTime();
    const answer = await withLimit(transport, request, limitMs, io);
    if (isTold) {
      const took = io.clock.now().getTime() - began;
      const { pathname, search } = new URL(request.url);
      io.stderr.write(`${request.method} ${pathname}${search} ${answer.status} in ${took} ms\n`);
    }
    return answer;
  };
}

async function withLimit(
  transport: Transport,
  request: Request,
  limitMs: number,
  io: CliIo,
): Promise<Response> {
  if (limitMs === 0) return transport(request);
  const [late, answered] = [new AbortController(), new AbortController()];
  const limit = io.clock.sleep(limitMs, answered.signal).then(
    () => late.abort(),
    () => {},
  );
  const signal = AbortSignal.any([request.signal, late.signal]);
  try {
    const answer = await transport(new Request(request, { signal }));
    // The limit holds for the whole answer, not for its head alone.
    const body = answer.body === null ? null : await answer.arrayBuffer();
    const { status, statusText, headers } = answer;
    return new Response(body, { status, statusText, headers });
  } catch (thrown) {
    if (!late.signal.aborted) throw thrown;
    const { pathname } = new URL(request.url);
    throw new KnownError(
      'timeout',
      `${request.method} ${pathname}: no answer within ${limitMs / 1000} s (--request-timeout)`,
      { cause: thrown },
    );
  } finally {
    answered.abort();
    await limit;
  }
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Go's form of a duration, or whole seconds; 0 is no limit. Throws `KnownError('invalid')` for anything else. */
function timeoutMs(text: string): number {
  if (/^\d*$/.test(text)) return Number(text) * 1000;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.map(([whole]) => whole).join('') !== text) {
    throw new KnownError(
      'invalid',
      `Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h): ${text}`,
    );
  }
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? 0), 0);
}
