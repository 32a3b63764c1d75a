import { createWebSocketStream, WebSocketServer } from 'ws';
import { badRequest } from '../../http/status-error.ts';
import type { Upgrade } from '../upgrades.ts';
import { SpdyConnection, type SpdyStream } from './connection.ts';

/** The subprotocol under which kubectl tunnels SPDY through a WebSocket. */
export const tunnelProtocol = 'SPDY/3.1+portforward.k8s.io';

/** Whether a connection asks for SPDY itself. */
export function wantsSpdy({ incoming }: Pick<Upgrade, 'incoming'>): boolean {
  return (incoming.headers.upgrade ?? '').toLowerCase() === 'spdy/3.1';
}

/** Switches a connection to SPDY with the best protocol both know; 400 when there is none. */
export function acceptSpdy(
  { incoming, socket, head }: Upgrade,
  known: readonly string[],
  onStream: (stream: SpdyStream) => void,
): { readonly connection: SpdyConnection; readonly protocol: string } {
  const offered = String(incoming.headers['x-stream-protocol-version'] ?? '').split(/,\s*/);
  const protocol = known.find((each) => offered.includes(each));
  if (protocol === undefined)
    throw badRequest(
      `unable to upgrade: none of the stream protocols ${offered.join(', ')} is known`,
    );
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n' +
      `X-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  );
  const connection = new SpdyConnection(socket, onStream);
  if (head.length > 0) connection.feed(head);
  return { connection, protocol };
}

/** The same inside the messages of a WebSocket. */
export function acceptTunnel(
  { incoming, socket, head }: Upgrade,
  onStream: (stream: SpdyStream) => void,
): Promise<SpdyConnection> {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: () => tunnelProtocol,
  });
  return new Promise((resolve) => {
    server.handleUpgrade(incoming, socket, head, (webSocket) => {
      webSocket.on('error', () => webSocket.terminate());
      resolve(new SpdyConnection(createWebSocketStream(webSocket), onStream));
    });
  });
}
