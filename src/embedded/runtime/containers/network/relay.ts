import { randomBytes } from 'node:crypto';
import net from 'node:net';
import type { ProxyState } from './inside/state.ts';
import { sameText } from '../../../../lib/http/index.ts';

/** A way from containers to what listens on this machine's own addresses. */
export interface Relay {
  readonly address: NonNullable<ProxyState['relay']>;
  close(): void;
}

const longestHead = 200;

/**
 * Listens on the machine's end of the engine's network. Who knows the word and names a target that is allowed
 * is led there; everybody else is cut off. Undefined where that address is not this machine's (an engine
 * without root, or in a virtual machine).
 */
export function openRelay(
  host: string,
  isAllowed: (target: string) => boolean,
): Promise<Relay | undefined> {
  const word = randomBytes(24).toString('base64url');
  const open = new Set<net.Socket>();
  // A client may have said all it has to say before it hears the answer.
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
    let head = Buffer.alloc(0);
    const take = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\n');
      if (end < 0 && head.length <= longestHead) return;
      socket.off('data', take);
      const [given = '', target = ''] = head.toString('latin1', 0, Math.max(0, end)).split(' ');
      if (end < 0 || !sameText(given, word) || !isAllowed(target)) socket.destroy();
      else lead(socket, target, head.subarray(end + 1));
    };
    socket.on('data', take);
  });
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(0, host, () => {
      const { port } = server.address() as net.AddressInfo;
      const close = (): void => {
        server.close();
        for (const each of open) each.destroy();
      };
      resolve({ address: { host, port, word }, close });
    });
  });
}

function lead(socket: net.Socket, target: string, rest: Buffer): void {
  socket.pause();
  const at = target.lastIndexOf(':');
  const [host, port] = [target.slice(0, at), Number(target.slice(at + 1))];
  const far = net.connect({ host, port, allowHalfOpen: true }, () => {
    far.write(rest);
    socket.pipe(far);
    far.pipe(socket);
  });
  far.on('error', () => socket.destroy());
  far.on('close', () => socket.destroySoon());
  socket.on('close', () => far.destroy());
}
