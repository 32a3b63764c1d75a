import { WebSocket } from 'ws';
import {
  isRecord,
  KnownError,
  messageOf,
  type Clock,
  type Hidden,
  type Logger,
} from '../../../base/index.ts';
import type { Handler } from '../../../lib/http/index.ts';
import { answerCall, type RpcCall } from './rpc.ts';

export interface UpstreamPorts {
  /** `--connect`: a ws, wss, http or https URL. */
  readonly base: string;
  readonly token: Hidden<string>;
  /** Limit of one question, `--rpc-timeout`. */
  readonly timeoutMs: number;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** fluxd's HTTP API, which answers the upstream's questions. */
  readonly api: Handler;
}

/** A connection that is kept up. */
export interface Upstream {
  /** Resolves when the signal has ended it; rejects when the upstream says that it is gone (410). */
  readonly done: Promise<void>;
  readonly metrics: () => Response;
}

const reconnectMs = 5000;
const pingMs = 13_000;
const silenceMs = 30_000;
const maxMessageBytes = 16 * 1024 * 1024;

/**
 * Keeps a websocket to fluxd's upstream: we are its client, and the server of the questions that come
 * over it. What goes the other way, events, is the sync's.
 */
export function startUpstream(ports: UpstreamPorts): Upstream {
  const url = new URL(socketUrl(ports.base));
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v11/daemon`;
  const log = ports.log.with({ component: 'upstream' });
  const state: { connectedMs?: number } = {};
  return {
    done: stayConnected(ports, { url, log, state }),
    metrics: () => {
      const since = state.connectedMs;
      const seconds = since === undefined ? 0 : (ports.clock.now().getTime() - since) / 1000;
      return new Response(metricsText(url.host, seconds));
    },
  };
}

interface Line {
  readonly url: URL;
  readonly log: Logger;
  readonly state: { connectedMs?: number };
}

async function stayConnected(ports: UpstreamPorts, line: Line): Promise<void> {
  const { clock, signal } = ports;
  while (!signal.aborted) {
    line.log.info('', { connecting: true });
    try {
      await connection(ports, line);
      line.log.info('', { disconnected: true });
    } catch (thrown) {
      if (thrown instanceof KnownError && thrown.status === 410) throw thrown;
      if (!signal.aborted) line.log.error(messageOf(thrown));
    }
    delete line.state.connectedMs;
    await clock.sleep(reconnectMs, signal).catch(() => {});
  }
}

/** One connection, from the handshake to its end. */
function connection(ports: UpstreamPorts, { url, log, state }: Line): Promise<void> {
  const { clock, signal, token, version } = ports;
  const socket = new WebSocket(url, {
    maxPayload: maxMessageBytes,
    handshakeTimeout: 10_000,
    headers: {
      authorization: `Scope-Probe token=${token.reveal()}`,
      'user-agent': `fluxd/${version}`,
    },
  });
  const over = new AbortController();
  const stop = (): void => socket.terminate();
  signal.addEventListener('abort', stop, { once: true });
  let heardMs = clock.now().getTime();
  const hear = (): void => void (heardMs = clock.now().getTime());
  return new Promise<void>((resolve, reject) => {
    socket.on('open', () => {
      state.connectedMs = clock.now().getTime();
      log.info('', { connected: true });
      void keepAlive(socket, { clock, until: over.signal, heardAt: () => heardMs });
    });
    socket.on('pong', hear);
    socket.on('ping', hear);
    socket.on('message', (data: Buffer) => {
      hear();
      void answer(socket, data.toString('utf8'), ports);
    });
    socket.on('unexpected-response', (_request, { statusCode = 0 }) => {
      const why = `connecting to websocket ${url.host} (http status code = ${statusCode})`;
      reject(new KnownError('failed', why, { status: statusCode }));
      socket.terminate();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve());
  }).finally(() => {
    over.abort();
    signal.removeEventListener('abort', stop);
  });
}

async function keepAlive(
  socket: WebSocket,
  { clock, until, heardAt }: { clock: Clock; until: AbortSignal; heardAt: () => number },
): Promise<void> {
  while (!until.aborted) {
    socket.ping();
    await clock.sleep(pingMs, until).catch(() => {});
    if (!until.aborted && clock.now().getTime() - heardAt() > silenceMs) socket.terminate();
  }
}

async function answer(socket: WebSocket, message: string, ports: UpstreamPorts): Promise<void> {
  const call = callOf(message);
  if (call === undefined) return socket.close(1007, 'not a call');
  const timer = new AbortController();
  const late = new AbortController();
  ports.clock.sleep(ports.timeoutMs, timer.signal).then(
    () => late.abort(new KnownError('timeout', 'context deadline exceeded')),
    () => {},
  );
  const said = await answerCall(call, ports.api, late.signal);
  timer.abort();
  if (socket.readyState === WebSocket.OPEN) socket.send(Buffer.from(`${JSON.stringify(said)}\n`));
}

function callOf(message: string): RpcCall | undefined {
  try {
    const call = JSON.parse(message) as unknown;
    if (!isRecord(call) || typeof call['method'] !== 'string') return undefined;
    const { method, params, id } = call;
    return { method, params: Array.isArray(params) ? params : [], id };
  } catch {
    return undefined;
  }
}

function socketUrl(base: string): string {
  const url = base.replace(/^http(s?):\/\//, 'ws$1://');
  if (!/^wss?:\/\//.test(url) || !URL.canParse(url)) {
    throw new KnownError('invalid', `--connect ${base}: write a ws, wss, http or https URL`);
  }
  return url;
}

function metricsText(target: string, seconds: number): string {
  return `# HELP flux_fluxd_connection_duration_seconds Seconds of the current connection to the upstream; zero without one.
# TYPE flux_fluxd_connection_duration_seconds gauge
flux_fluxd_connection_duration_seconds{target="${target}"} ${seconds}
`;
}
