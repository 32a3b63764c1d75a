import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent } from 'undici';
import type { Dispatcher } from 'undici';
import { hopByHop } from './call-headers.ts';
import type { CallHeaders } from './call-headers.ts';
import type { Address } from './endpoints.ts';

/** One call on its way to a pod. */
export interface Sending {
  readonly to: Address;
  /** Path and query as they came, not a byte changed. */
  readonly path: string;
  readonly headers: CallHeaders;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The pod could not be reached, or went away before it answered. */
  readonly onFailure: (thrown: Error) => void;
}

type Handler = Dispatcher.DispatchHandler;
type Controller = Dispatcher.DispatchController;

// A function may think for as long as it likes; the caller decides when to stop waiting.
const patience = { headersTimeout: 0, bodyTimeout: 0 };
/** Keeps connections; undici spends a third of what `http.request` does on a call. */
const kept = new Agent(patience);
/** One connection per call. */
const fresh = new Agent({ ...patience, pipelining: 0 });

/** Methods of which a second try does no harm (RFC 9110, 9.2.2). */
const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/**
 * Sends a call to a pod and its answer back, stream to stream. A pod may close a kept connection at
 * the moment it is used again: what has no body and may be repeated is then tried once more on a
 * fresh one.
 */
export function sendUpstream(sending: Sending): void {
  const { request, response } = sending;
  const isRepeatable = !hasBody(request) && idempotent.has(request.method ?? 'GET');
  const handler = new PassBack(sending, (error) => {
    if (!isRepeatable || !isClosed(error)) return sending.onFailure(error);
    dispatch(fresh, sending, new PassBack(sending, sending.onFailure));
  });
  dispatch(kept, sending, handler);
  response.on('error', () => {});
}

function dispatch(agent: Agent, sending: Sending, handler: PassBack): void {
  const { to, path, request } = sending;
  const method = (request.method ?? 'GET') as Dispatcher.HttpMethod;
  const options = {
    origin: `http://${to.host}:${to.port}`,
    path,
    method,
    headers: headersOf(sending),
    body: hasBody(request) ? request : null,
  };
  try {
    agent.dispatch(options, handler);
  } catch (thrown) {
    sending.onFailure(thrown as Error);
  }
}

/** The caller's headers but those of its connection, with ours on top. */
function headersOf({ request, headers, to }: Sending): string[] {
  const flat = ['host', `${to.host}:${to.port}`];
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || name === 'host' || name in headers || hopByHop.has(name)) continue;
    if (typeof value === 'string') flat.push(name, value);
    else for (const each of value) flat.push(name, each);
  }
  for (const [name, value] of Object.entries(headers)) flat.push(name, value);
  return flat;
}

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** Whether the other side closed the connection without a word. */
function isClosed(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}

/** What comes with the head and is not larger leaves with it in one write. */
const togetherBytes = 64 * 1024;

/**
 * Writes the answer of a pod to the caller. The head waits for the end of the turn: most answers are
 * whole by then and leave in a single write, which costs a third of several. A stream waits no longer.
 */
class PassBack implements Handler {
  readonly #sending: Sending;
  readonly #onFailure: (thrown: Error) => void;
  /** The head, and what came with it, while they wait. */
  #held: { status: number; flat: string[]; parts: Buffer[] } | undefined;
  #heldBytes = 0;

  constructor(sending: Sending, onFailure: (thrown: Error) => void) {
    this.#sending = sending;
    this.#onFailure = onFailure;
  }

  onRequestStart(controller: Controller): void {
    const { response } = this.#sending;
    if (response.destroyed) return controller.abort(new Error('the caller went away'));
    response.once('close', () => {
      if (!response.writableFinished) controller.abort(new Error('the caller went away'));
    });
    response.on('drain', () => controller.resume());
  }

  onResponseStart(controller: Controller, status: number): void {
    // An early hint (1xx) is not the answer.
    if (status < 200) return;
    this.#held = { status, flat: this.#headersBack(controller, status), parts: [] };
    setImmediate(() => this.#release());
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#held !== undefined) {
      this.#held.parts.push(chunk);
      this.#heldBytes += chunk.length;
      if (this.#heldBytes > togetherBytes) this.#release();
    } else if (!this.#sending.response.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    const { response, request } = this.#sending;
    const held = this.#held;
    if (held === undefined) return void response.end();
    this.#held = undefined;
    const { status, flat, parts } = held;
    const hasNoBody = request.method === 'HEAD' || status === 204 || status === 304;
    const body = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    if (!hasNoBody && !flat.some(isLength)) flat.push('Content-Length', String(body.length));
    response.writeHead(status, flat);
    // As text of single bytes it is joined with the head.
    if (hasNoBody) response.end();
    else response.end(body.toString('latin1'), 'latin1');
  }

  #release(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    const { response } = this.#sending;
    if (response.destroyed) return;
    response.writeHead(held.status, held.flat);
    response.flushHeaders();
    for (const part of held.parts) response.write(part);
  }

  onResponseError(_controller: Controller, error: Error): void {
    const { response } = this.#sending;
    if (this.#held !== undefined || response.headersSent || response.destroyed) response.destroy();
    else this.#onFailure(error);
  }

  #headersBack({ rawHeaders }: Controller, statusCode: number): string[] {
    const { headers, request } = this.#sending;
    const given = Array.isArray(rawHeaders) ? rawHeaders : [];
    const flat: string[] = [];
    let hasType = statusCode === 204 || statusCode === 304;
    for (let at = 0; at + 1 < given.length; at += 2) {
      const name = textOf(given[at]!);
      const lower = name.toLowerCase();
      if (hopByHop.has(lower) || lower === 'x-call-id' || lower === 'x-start-time') continue;
      hasType ||= lower === 'content-type';
      flat.push(name, textOf(given[at + 1]!));
    }
    flat.push('X-Call-Id', headers['x-call-id'], 'X-Start-Time', headers['x-start-time']);
    if (!hasType) flat.push('Content-Type', request.headers['content-type'] ?? 'text/plain');
    return flat;
  }
}

function isLength(text: string, at: number): boolean {
  return at % 2 === 0 && text.toLowerCase() === 'content-length';
}

function textOf(value: Buffer | string): string {
  return typeof value === 'string' ? value : value.toString('latin1');
}
