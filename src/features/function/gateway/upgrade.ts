import net from 'node:net';
import type { UpgradeHandler } from '../../../lib/http/index.ts';
import { functionPathOf } from './function-name.ts';
import type { InvokePorts } from './invoke.ts';

/** Hands a connection that asks for another protocol (WebSocket) to a function, byte for byte. */
export function upgradeToFunction(ports: InvokePorts, functionNamespace: string): UpgradeHandler {
  return (request, socket, head) => {
    const url = new URL(request.url ?? '/', 'http://gateway');
    const called = functionPathOf(url.pathname, functionNamespace);
    const picked = called && ports.endpoints.pick(called.key);
    if (called === undefined || picked === undefined) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const name = `${called.key.name}.${called.key.namespace}`;
    ports.metrics.started(name);
    void (async () => {
      const to = (await ports.dialer?.(picked.host, picked.port)) ?? picked;
      const upstream = net.connect(to.port, to.host, () => {
        upstream.write(
          requestText(request.method ?? 'GET', `${called.rest}${url.search}`, request.rawHeaders),
        );
        upstream.write(head);
        upstream.pipe(socket).pipe(upstream);
      });
      const end = (): void => {
        upstream.destroy();
        socket.destroy();
      };
      upstream.on('error', end).on('close', end);
      socket.on('error', end).on('close', end);
      ports.metrics.finished(name, 101, 0);
    })();
  };
}

function requestText(method: string, path: string, rawHeaders: readonly string[]): string {
  const lines = [`${method} ${path} HTTP/1.1`];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}
