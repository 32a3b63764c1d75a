import type { Authentication } from '../auth/authenticate.ts';
import type { UpgradeHandler } from '../../../lib/http/index.ts';
import type { ServerState } from '../server-state.ts';

/** Takes over connections that ask for WebSocket or SPDY. */
export function upgrades(_state: ServerState, _how: Authentication): UpgradeHandler {
  return (_request, socket) => {
    socket.end('HTTP/1.1 501 Not Implemented\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  };
}
