import { FakeClock, silentLogger, type JsonRecord } from '../../../base/index.ts';
import type { ApiServerOptions } from '../options.ts';
import { createApiServer, type ApiServer } from '../server.ts';

/** An answer, read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; `{}` when it is something else. */
  readonly body: Answered;
}

/** A JSON answer whose members tests reach into; what is not there is undefined. */
export type Answered = JsonRecord & {
  kind?: string;
  message?: string;
  reason?: string;
  metadata: JsonRecord & {
    name?: string;
    uid?: string;
    resourceVersion?: string;
    continue?: string;
    managedFields?: (JsonRecord & { manager: string; fieldsV1: JsonRecord })[];
  };
  items: Answered[];
};

/** Calls a server as a client over the wire would. */
export interface TestClient {
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** A watch whose frames can be awaited one by one. */
  watch(path: string, headers?: Record<string, string>): Promise<Frames>;
}

/** A server in memory, and a way to call it. */
export interface TestServer extends TestClient {
  readonly server: ApiServer;
  readonly clock: FakeClock;
}

/** The frames of one watch. */
export interface Frames {
  readonly status: number;
  /** The next frame; undefined when the watch has ended. */
  next(): Promise<{ type: string; object: Answered } | undefined>;
  stop(): void;
}

/** Starts one; close `server` when done. */
export async function startTestServer(
  options: Partial<ApiServerOptions> = {},
): Promise<TestServer> {
  const clock = new FakeClock();
  const server = await createApiServer({
    storePath: ':memory:',
    clock,
    log: silentLogger,
    ...options,
  });
  return { server, clock, ...clientOf(server.transport) };
}

/** A client of anything that answers requests. */
export function clientOf(transport: (request: Request) => Promise<Response>): TestClient {
  return {
    async call(method, path, body, headers = {}) {
      const response = await transport(requestOf(method, path, body, headers));
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, body: jsonOf(text) };
    },
    async watch(path, headers = {}) {
      const stop = new AbortController();
      const request = new Request(`http://test${path}`, { headers, signal: stop.signal });
      const response = await transport(request);
      return framesOf(response, () => stop.abort());
    },
  };
}

function requestOf(
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): Request {
  const patch = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  return new Request(`http://test${path}`, {
    method,
    headers: { 'content-type': patch, 'user-agent': 'tester/1', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

function jsonOf(text: string): Answered {
  try {
    return JSON.parse(text) as Answered;
  } catch {
    return { metadata: {}, items: [] };
  }
}

function framesOf(response: Response, stop: () => void): Frames {
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  return {
    status: response.status,
    stop,
    async next() {
      for (;;) {
        const end = rest.indexOf('\n');
        if (end >= 0) {
          const line = rest.slice(0, end);
          rest = rest.slice(end + 1);
          return JSON.parse(line) as { type: string; object: Answered };
        }
        const part = await reader.read();
        if (part.done) return undefined;
        rest += decoder.decode(part.value, { stream: true });
      }
    },
  };
}
