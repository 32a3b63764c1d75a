import type { IncomingMessage, ServerResponse } from 'node:http';
import { KnownError } from '../../../base/index.ts';
import type { DirectHandler, Peer } from '../../../lib/http/index.ts';
import type { ApiRequest } from './api-request.ts';

type Answer = (request: ApiRequest, peer: Peer) => Promise<Response>;

/**
 * Takes plain calls as they come from Node, without making web requests of them: most of what a busy
 * API server gets are small questions with small answers. What streams (watches, logs, proxies) and
 * everything that is not about objects goes the ordinary way.
 */
export function directCalls(answer: Answer, onError: (thrown: unknown) => void): DirectHandler {
  return (incoming, response, peer) => {
    if (!isPlainCall(incoming.url ?? '')) return false;
    respond(answer(new WireRequest(incoming, response), peer()), response)
      // What was not read of a body must not stand in the way of the next request.
      .then(() => incoming.readableEnded || incoming.resume())
      .catch((thrown: unknown) => {
        onError(thrown);
        response.destroy();
      });
    return true;
  };
}

function isPlainCall(url: string): boolean {
  return /^\/apis?\/[^/]+\//.test(url) && !/watch|follow|\/proxy|\/log\b/.test(url);
}

async function respond(pending: Promise<Response>, response: ServerResponse): Promise<void> {
  const answer = await pending;
  const body = sentBytes(answer) ?? Buffer.from(await answer.arrayBuffer());
  const headers: Record<string, string> = {};
  for (const [name, value] of answer.headers) headers[name] = value;
  headers['content-length'] = String(body.length);
  response.writeHead(answer.status, headers).end(body);
}

const sent = new WeakMap<Response, Buffer>();

/** An answer whose bytes are at hand: over the network they are sent without being read back. */
export function answerOf(body: Buffer, init: ResponseInit): Response {
  const answer = new Response(body as Uint8Array<ArrayBuffer>, init);
  sent.set(answer, body);
  return answer;
}

function sentBytes(answer: Response): Buffer | undefined {
  return sent.get(answer);
}

class WireRequest implements ApiRequest {
  readonly method: string;
  readonly headers: ApiRequest['headers'];
  readonly #incoming: IncomingMessage;
  readonly #response: ServerResponse;
  #gone: AbortController | undefined;

  constructor(incoming: IncomingMessage, response: ServerResponse) {
    this.#incoming = incoming;
    this.#response = response;
    this.method = incoming.method ?? 'GET';
    this.headers = wireHeaders(incoming);
  }

  get url(): string {
    return `http://${this.#incoming.headers.host ?? 'localhost'}${this.#incoming.url}`;
  }

  get body(): AsyncIterable<Uint8Array> | null {
    if (this.method === 'GET' || this.method === 'HEAD') return null;
    const incoming = this.#incoming;
    // Who stops reading (too large) still has an answer to give on this connection.
    return { [Symbol.asyncIterator]: () => incoming.iterator({ destroyOnReturn: false }) };
  }

  get signal(): AbortSignal {
    if (this.#gone) return this.#gone.signal;
    const gone = new AbortController();
    this.#response.on('close', () => {
      if (!this.#response.writableFinished)
        gone.abort(new KnownError('unreachable', 'the client went away'));
    });
    this.#gone = gone;
    return gone.signal;
  }
}

function wireHeaders({ headers }: IncomingMessage): ApiRequest['headers'] {
  const valueOf = (name: string): string | null => {
    const value = headers[name];
    if (value === undefined) return null;
    return Array.isArray(value) ? value.join(', ') : value;
  };
  return {
    get: (name) => valueOf(name.toLowerCase()),
    *[Symbol.iterator]() {
      for (const name of Object.keys(headers)) yield [name, valueOf(name) ?? ''];
    },
  };
}
