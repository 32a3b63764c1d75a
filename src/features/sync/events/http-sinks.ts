import { randomUUID } from 'node:crypto';
import { KnownError } from '../../../base/index.ts';
import type { Hidden } from '../../../base/index.ts';
import type { Transport } from '../../../lib/http/index.ts';
import type { EventOrigin, EventSink } from './event-sink.ts';
import type { FluxEvent } from './flux-event.ts';

const toNetwork: Transport = (request) => fetch(request);

/**
 * Posts events as fluxd does to its upstream (`--connect`, fluxcloud): `<base>/v6/events`, a ws or wss
 * base taken for http or https.
 */
export function upstreamSink(options: {
  readonly base: string;
  readonly token?: Hidden<string>;
  /** Of the `User-Agent: fluxd/<version>`. */
  readonly version: string;
  readonly transport?: Transport;
}): EventSink {
  const url = new URL(webUrl(options.base));
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v6/events`;
  const { transport = toNetwork, version, token } = options;
  return {
    name: `upstream ${url.host}`,
    send: async (event, _origin, signal) => {
      const headers = {
        'content-type': 'application/json; charset=utf-8',
        authorization: `Scope-Probe token=${token?.reveal() ?? ''}`,
        'user-agent': `fluxd/${version}`,
      };
      await post(transport, { url, headers, body: event, signal });
    },
  };
}

/** Posts each event as a CloudEvent 1.0 in structured form; its `data` is Flux's own event. */
export function cloudEventsSink(options: {
  readonly url: string;
  readonly transport?: Transport;
}): EventSink {
  const url = new URL(webUrl(options.url));
  const { transport = toNetwork } = options;
  return {
    name: `cloud events ${url.host}`,
    send: async (event, origin, signal) => {
      const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
      await post(transport, { url, headers, body: cloudEvent(event, origin), signal });
    },
  };
}

function cloudEvent(event: FluxEvent, origin: EventOrigin): object {
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: `${origin.url}#${origin.branch}`,
    type: `io.fluxcd.${event.type}`,
    subject: origin.repository,
    time: event.endedAt,
    datacontenttype: 'application/json',
    data: { ...event, text: origin.text },
  };
}

interface Post {
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body: object;
  readonly signal: AbortSignal;
}

async function post(transport: Transport, { url, headers, body, signal }: Post): Promise<void> {
  const request = { method: 'POST', headers, body: JSON.stringify(body), signal };
  const answer = await transport(new Request(url, request)).catch((thrown: unknown) => {
    signal.throwIfAborted();
    throw new KnownError('unreachable', `cannot reach ${url.host}`, { cause: thrown });
  });
  const text = (await answer.text()).slice(0, 200).trim();
  if (answer.status < 400) return;
  // 4xx but "later": the receiver will not take this event however often it comes.
  const isFinal = answer.status < 500 && ![408, 425, 429].includes(answer.status);
  throw new KnownError('failed', `${url.host} answered ${answer.status}: ${text}`, {
    retry: isFinal ? 'when-changed' : 'backoff',
    status: answer.status,
  });
}

function webUrl(base: string): string {
  const url = base.replace(/^ws(s?):\/\//, 'http$1://');
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new KnownError('invalid', `${JSON.stringify(base)} is no http, https, ws or wss URL`);
  }
  return url;
}
