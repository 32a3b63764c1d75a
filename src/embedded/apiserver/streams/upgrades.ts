import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Peer, UpgradeHandler } from '../../../lib/http/index.ts';
import { admitConnection } from '../admission/connection.ts';
import { authenticate, type Authentication } from '../auth/authenticate.ts';
import { parseApiPath } from '../http/api-path.ts';
import { badRequest, methodNotAllowed, resourceNotFound } from '../http/status-error.ts';
import { respondError } from '../present/respond.ts';
import { authorize, callOf, statusOf } from '../route.ts';
import type { Call, ServerState } from '../server-state.ts';
import { execOverStreams } from './exec.ts';
import { forwardPorts } from './port-forward.ts';
import { wantsSpdy } from './spdy/accept.ts';
import { proxyUpgrade } from './proxy-upgrade.ts';

/** A connection that asked for another protocol, and the call it makes. */
export interface Upgrade {
  readonly call: Call;
  readonly incoming: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

type Open = (upgrade: Upgrade) => Promise<void>;

const opens: Readonly<Record<string, Open>> = {
  exec: execOverStreams,
  attach: execOverStreams,
  portforward: forwardPorts,
};

/** Takes over connections that ask for WebSocket or SPDY; a refusal is an ordinary answer with a Status. */
export function upgrades(state: ServerState, how: Authentication): UpgradeHandler {
  return (incoming, socket, head, peer) => {
    const request = requestOf(incoming);
    open(state, how, { incoming, socket, head, request, peer }).catch((thrown: unknown) =>
      refuse(socket, respondError(statusOf(state, request, thrown))),
    );
  };
}

async function open(
  state: ServerState,
  how: Authentication,
  of: Pick<Upgrade, 'incoming' | 'socket' | 'head'> & {
    readonly request: Request;
    readonly peer: Peer;
  },
): Promise<void> {
  const { incoming, socket, head, request, peer } = of;
  const user = await authenticate(how, request, peer);
  const url = new URL(request.url);
  const path = parseApiPath(url.pathname);
  const call =
    path.is === 'resource' ? callOf(state, request, { url, user, target: path.target }) : undefined;
  if (!call) throw resourceNotFound();
  const { plural } = call.resource;
  const { subresource = '', name } = call.target;
  authorize(call, incoming.method === 'POST' ? 'create' : 'get');
  if (subresource === 'proxy') {
    await admitConnection(call);
    return proxyUpgrade({ call, incoming, socket, head });
  }
  const start = plural === 'pods' && name !== undefined ? opens[subresource] : undefined;
  if (!start) throw methodNotAllowed();
  const isWebSocket = (incoming.headers.upgrade ?? '').toLowerCase() === 'websocket';
  if (!isWebSocket && !wantsSpdy({ incoming }))
    throw badRequest('only WebSocket and SPDY/3.1 connections can be upgraded here');
  await admitConnection(call);
  return start({ call, incoming, socket, head });
}

function requestOf(incoming: IncomingMessage): Request {
  const headers = new Headers();
  for (const name of ['authorization', 'user-agent', 'impersonate-user', 'impersonate-group']) {
    const value = incoming.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  return new Request(new URL(incoming.url ?? '/', 'http://localhost'), { headers });
}

/** Answers an upgrade with something else, and ends the connection. */
function refuse(socket: Duplex, answer: Response): void {
  void answer.text().then((body) => {
    const head = [
      `HTTP/1.1 ${answer.status} ${answer.status}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  });
}
