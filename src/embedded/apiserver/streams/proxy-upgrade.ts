import net from 'node:net';
import { proxyTarget } from '../subresources/proxy-target.ts';
import type { Upgrade } from './upgrades.ts';

/** A WebSocket through a service or pod proxy: the handshake is passed on, then bytes both ways. */
export async function proxyUpgrade({ call, incoming, socket, head }: Upgrade): Promise<void> {
  const { host, port } = await proxyTarget(call);
  const { search } = new URL(incoming.url ?? '/', 'http://localhost');
  const path = `${call.target.rest === '' ? '/' : call.target.rest}${search}`;
  const onward = net.connect({ host, port }, () => {
    onward.write(
      `${incoming.method} ${path} HTTP/1.1\r\n${headersOf(incoming.rawHeaders, `${host}:${port}`)}\r\n\r\n`,
    );
    if (head.length > 0) onward.write(head);
    socket.pipe(onward).pipe(socket);
  });
  const end = (): void => {
    socket.destroy();
    onward.destroy();
  };
  onward.on('error', end);
  onward.on('close', end);
  socket.on('close', end);
}

function headersOf(raw: readonly string[], host: string): string {
  const lines = [`Host: ${host}`];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at]!;
    if (!['host', 'authorization'].includes(name.toLowerCase()))
      lines.push(`${name}: ${raw[at + 1]}`);
  }
  return lines.join('\r\n');
}
