import net from 'node:net';
import { messageOf, type KubeObject } from '../../../base/index.ts';
import { badRequest } from '../http/status-error.ts';
import type { Call } from '../server-state.ts';
import { dialPod } from '../subresources/proxy-target.ts';
import { storedOfCall } from '../verbs/get.ts';
import { acceptChannels, type Channels } from './channels.ts';
import { tunnelProtocol, wantsSpdy } from './spdy/accept.ts';
import { forwardOverSpdy } from './spdy/port-forward.ts';
import type { Upgrade } from './upgrades.ts';

const protocols = ['v4.channel.k8s.io', 'v4.base64.channel.k8s.io'];

/** Port forwarding in each of the three ways clients ask for it. */
export function forwardPorts(upgrade: Upgrade): Promise<void> {
  const offered = String(upgrade.incoming.headers['sec-websocket-protocol'] ?? '');
  if (wantsSpdy(upgrade) || offered.includes(tunnelProtocol)) return forwardOverSpdy(upgrade);
  return forwardOverWebSocket(upgrade, offered);
}

/** As the JavaScript client does it: for each port a data and an error channel. */
async function forwardOverWebSocket(upgrade: Upgrade, offered: string): Promise<void> {
  const { call } = upgrade;
  if (!protocols.some((each) => offered.includes(each)))
    throw badRequest(`unable to upgrade: none of ${offered} is supported`);
  const ports = call.query
    .getAll('ports')
    .flatMap((text) => text.split(','))
    .map(Number);
  if (ports.length === 0 || ports.some((port) => !(port >= 1 && port <= 65_535)))
    throw badRequest('query parameter "ports" must name ports between 1 and 65535');
  const pod = storedOfCall(call).parse();
  const channels = await acceptChannels(upgrade, protocols);
  const sockets = ports.map((port, at) => connect(call, channels, { pod, port, at }));
  channels.receive((channel, bytes) => {
    const socket = sockets[channel >> 1];
    if (channel % 2 === 0 && bytes) void socket?.then((open) => open?.write(bytes));
  });
}

async function connect(
  call: Call,
  channels: Channels,
  of: { readonly pod: KubeObject; readonly port: number; readonly at: number },
): Promise<net.Socket | undefined> {
  const data = of.at * 2;
  const number = Buffer.alloc(2);
  number.writeUInt16LE(of.port);
  await Promise.all([channels.send(data, number), channels.send(data + 1, number)]);
  const fail = (thrown: unknown): void => {
    void channels.send(data + 1, Buffer.from(messageOf(thrown))).catch(() => {});
  };
  try {
    const { host, port } = await dialPod(call.state, of.pod, of.port);
    const socket = net.connect({ host, port });
    channels.signal.addEventListener('abort', () => socket.destroy(), { once: true });
    socket.on('error', fail);
    socket.on('data', (bytes: Buffer) => {
      socket.pause();
      channels.send(data, bytes).then(
        () => socket.resume(),
        () => socket.destroy(),
      );
    });
    socket.on('end', () => channels.close());
    return socket;
  } catch (thrown) {
    fail(thrown);
    return undefined;
  }
}
