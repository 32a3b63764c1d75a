import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../../base/index.ts';
import { listen } from '../../../lib/http/index.ts';
import { directInvoke } from './direct-invoke.ts';
import { createMetrics } from './metrics.ts';

const closing: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A pod that answers with raw bytes: `answer` gets each request's text and the number of its connection. */
async function rawPod(
  answer: (text: string, socket: net.Socket, connection: number) => void,
): Promise<number> {
  const sockets = new Set<net.Socket>();
  let connections = 0;
  const server = net.createServer((socket) => {
    connections += 1;
    const mine = connections;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => answer(String(data), socket, mine));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

async function gatewayTo(port: number): Promise<number> {
  const endpoints = {
    knows: () => true,
    pick: () => ({ host: '127.0.0.1', port }),
    ready: Promise.resolve(),
  };
  const ports = { endpoints, metrics: createMetrics(), clock: systemClock, log: silentLogger };
  const served = await listen({
    host: '127.0.0.1',
    port: 0,
    handler: () => new Response(null, { status: 404 }),
    direct: directInvoke(ports, 'openfaas-fn'),
  });
  closing.push(() => served.close());
  return served.port;
}

interface Got {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}
async function call(port: number, method = 'GET', body?: string): Promise<Got> {
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const request = http.request({ port, path: '/function/f', method }, resolve);
    request.on('error', reject).end(body);
  });
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  const { statusCode: status = 0, headers } = answer;
  return { status, headers, body: String(Buffer.concat(parts)) };
}

const ok = (text: string, head = ''): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n${head}\r\n${text}`;

describe('a kept connection that the pod closed', () => {
  it.each([
    ['GET', 200],
    ['DELETE', 200],
    // Nobody knows whether the pod has acted on it already.
    ['POST', 500],
  ])('%s without a body: %i', async (method, status) => {
    let asked = 0;
    const pod = await rawPod((_text, socket, connection) => {
      asked += 1;
      // The first connection serves once, then closes when it is used again.
      if (asked === 1 || connection > 1) socket.write(ok(`from ${connection}`));
      else socket.destroy();
    });
    const port = await gatewayTo(pod);
    expect((await call(port)).body).toBe('from 1');
    const second = await call(port, method);
    expect(second.status).toBe(status);
    if (status === 200) expect(second.body).toBe('from 2');
  });

  it('tries once more, not for ever', async () => {
    let asked = 0;
    const pod = await rawPod((_text, socket) => {
      asked += 1;
      socket.destroy();
    });
    expect((await call(await gatewayTo(pod))).status).toBe(500);
    expect(asked).toBe(2);
  });
});

describe('answers', () => {
  it.each([
    ['with a length', ok('hello'), 'hello', '5'],
    [
      'in chunks that came together',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n',
      'hello',
      '5',
    ],
    ['empty', ok(''), '', '0'],
    ['after an early hint', `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ok('x')}`, 'x', '1'],
    ['of bytes that are no text', ok('\u00e4\u00ff').replace(': 2', ': 4'), '\u00e4\u00ff', '4'],
    ['larger than one piece', ok('x'.repeat(300_000)), 'x'.repeat(300_000), '300000'],
  ])('%s', async (_what, raw, body, length) => {
    const pod = await rawPod((_text, socket) => socket.write(raw));
    const got = await call(await gatewayTo(pod));
    expect([got.status, got.headers['content-length']]).toEqual([200, length]);
    expect(got.body === body).toBe(true);
  });

  it('keeps the length that HEAD tells, every cookie, and the case of names', async () => {
    const pod = await rawPod((_text, socket) =>
      socket.write(
        'HTTP/1.1 200 OK\r\nX-ODD: 1\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 7\r\n\r\n',
      ),
    );
    const got = await call(await gatewayTo(pod), 'HEAD');
    expect(got.headers).toMatchObject({ 'content-length': '7', 'set-cookie': ['a', 'b'] });
    expect(got.body).toBe('');
  });

  it('breaks off when the pod does', async () => {
    const pod = await rawPod((_text, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', () => socket.destroy());
    });
    await expect(call(await gatewayTo(pod))).rejects.toThrow('aborted');
  });

  it('sends a body on, with its length or in chunks', async () => {
    const seen: string[] = [];
    const pod = await rawPod((text, socket) => {
      seen.push(text);
      if (text.includes('hello')) socket.write(ok('got'));
    });
    expect((await call(await gatewayTo(pod), 'POST', 'hello')).body).toBe('got');
    expect(seen.join('')).toMatch(/content-length: 5\r\n/i);
  });
});
