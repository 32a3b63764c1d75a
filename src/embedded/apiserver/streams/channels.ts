import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { Upgrade } from './upgrades.ts';

/** Data of several streams over one WebSocket: the first byte of a message is the channel. */
export interface Channels {
  /** `v5.channel.k8s.io` … */
  readonly protocol: string;
  /** Aborted when the connection is gone. */
  readonly signal: AbortSignal;
  /** Resolves when the bytes have left this process. */
  send(channel: number, bytes: Uint8Array): Promise<void>;
  /** Hears what the client sends; `undefined` is its end of that channel (v5). */
  receive(listen: (channel: number, bytes: Uint8Array | undefined) => void): void;
  close(): void;
}

const closeChannel = 255;

/** Accepts the upgrade with the best protocol both know; undefined when there is none (the socket is closed). */
export function acceptChannels(
  { incoming, socket, head }: Upgrade,
  known: readonly string[],
): Promise<Channels> {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (offered) => known.find((each) => offered.has(each)) ?? false,
  });
  return new Promise((resolve) => {
    server.handleUpgrade(incoming, socket, head, (webSocket) => resolve(channelsOf(webSocket)));
  });
}

function channelsOf(webSocket: WebSocket): Channels {
  const gone = new AbortController();
  webSocket.on('close', () => gone.abort(new Error('the connection is closed')));
  webSocket.on('error', () => webSocket.terminate());
  const { protocol } = webSocket;
  const base64 = protocol.includes('base64');
  // What comes before somebody listens waits.
  const early: Buffer[] = [];
  let hear = (bytes: Buffer): void => void early.push(bytes);
  webSocket.on('message', (raw) => hear(decoded(bytesOf(raw), base64)));
  return {
    protocol,
    signal: gone.signal,
    send: (channel, bytes) =>
      new Promise((resolve, reject) => {
        const done = (error?: Error | null): void => (error ? reject(error) : resolve());
        if (base64) webSocket.send(`${channel}${Buffer.from(bytes).toString('base64')}`, done);
        else webSocket.send(Buffer.concat([Buffer.from([channel]), bytes]), done);
      }),
    receive(listen) {
      hear = (bytes) => {
        const [channel] = bytes;
        if (channel === undefined) return;
        if (channel === closeChannel && protocol.startsWith('v5.'))
          listen(bytes[1] ?? 0, undefined);
        else listen(channel, bytes.subarray(1));
      };
      for (const bytes of early.splice(0)) hear(bytes);
    },
    close: () => webSocket.close(1000),
  };
}

function bytesOf(raw: RawData): Buffer {
  if (Buffer.isBuffer(raw)) return raw;
  return Array.isArray(raw) ? Buffer.concat(raw) : Buffer.from(raw);
}

/** The text form has the channel as a digit. */
function decoded(bytes: Buffer, base64: boolean): Buffer {
  if (!base64 || bytes.length === 0) return bytes;
  const data = Buffer.from(bytes.subarray(1).toString('latin1'), 'base64');
  return Buffer.concat([Buffer.from([bytes[0]! - 0x30]), data]);
}
