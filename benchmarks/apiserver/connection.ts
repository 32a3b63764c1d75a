// One keep-alive connection, as light as it can be: requests as bytes, answers cut by their length. It
// must cost little beside the server it measures, since both share the machine's cores.
import tls from 'node:tls';

/** Where the server is and how callers prove themselves. */
export interface Target {
  readonly port: number;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Sends one request after the other. */
export interface Connection {
  /** The bytes of a whole request; gives the status and the length of the answer. */
  send(request: string): Promise<{ readonly status: number; readonly bytes: number }>;
  close(): void;
}

/** Bytes of a request with a JSON body. */
export function post(path: string, body: string): string {
  return (
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench/1\r\nAccept: application/json\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

/** Bytes of a request without a body. */
export function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench/1\r\nAccept: application/json\r\n\r\n`;
}

/** Connects, and does the handshake. */
export async function connect(
  target: Target,
  session?: Buffer,
): Promise<Connection & { readonly socket: tls.TLSSocket }> {
  const { port, ca, cert, key } = target;
  const socket = tls.connect({
    port,
    host: '127.0.0.1',
    ca,
    cert,
    key,
    ...(session ? { session } : {}),
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve).once('error', reject);
  });
  socket.setNoDelay(true);
  let waiting: ((answer: { status: number; bytes: number }) => void) | undefined;
  let parts: Buffer[] = [];
  let size = 0;
  let wanted = 0;
  let status = 0;
  let chunked = false;
  let headEnd = 0;
  socket.on('data', (part: Buffer) => {
    parts.push(part);
    size += part.length;
    if (headEnd === 0) readHead();
    if (headEnd > 0 && isWhole()) finish();
  });
  function readHead(): void {
    const all = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    parts = [all];
    const end = all.indexOf('\r\n\r\n');
    if (end < 0) return;
    headEnd = end + 4;
    const head = all.toString('latin1', 0, end).toLowerCase();
    status = Number(head.slice(9, 12));
    const length = /content-length: (\d+)/.exec(head)?.[1];
    chunked = length === undefined;
    wanted = headEnd + Number(length ?? 0);
  }
  function isWhole(): boolean {
    if (!chunked) return size >= wanted;
    const last = parts.at(-1)!;
    const tail = last.length >= 5 ? last : Buffer.concat(parts).subarray(-5);
    return tail.subarray(-5).equals(endOfChunks);
  }
  function finish(): void {
    const answer = { status, bytes: size - headEnd };
    parts = [];
    size = 0;
    headEnd = 0;
    waiting?.(answer);
  }
  return {
    socket,
    send(request) {
      return new Promise((resolve) => {
        waiting = resolve;
        socket.write(request);
      });
    },
    close: () => socket.destroy(),
  };
}

const endOfChunks = Buffer.from('0\r\n\r\n');
