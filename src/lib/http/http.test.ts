import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { basicAuthOf, forward, listen, sameText, type Handler, type Listening } from './index.ts';

const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function serve(handler: Handler): Promise<number> {
  const listening = await listen({ host: '127.0.0.1', port: 0, handler });
  open.push(listening);
  return listening.port;
}

describe('listen', () => {
  it('hands over method, path, headers and body, and sends the answer', async () => {
    const port = await serve(async (request) => {
      const url = new URL(request.url);
      return new Response(
        `${request.method} ${url.pathname}${url.search} ${await request.text()}`,
        {
          status: 201,
          headers: { 'x-mine': 'yes' },
        },
      );
    });
    const answer = await fetch(`http://127.0.0.1:${port}/a%2Fb?c=d`, {
      method: 'POST',
      body: 'hello',
    });
    expect([answer.status, answer.headers.get('x-mine'), await answer.text()]).toEqual([
      201,
      'yes',
      'POST /a%2Fb?c=d hello',
    ]);
  });

  it('streams: the first part arrives before the last is made', async () => {
    let finish = (): void => {};
    const port = await serve(
      () =>
        new Response(
          new ReadableStream<Uint8Array>({
            start(controller) {
              controller.enqueue(Buffer.from('one'));
              finish = () => {
                controller.enqueue(Buffer.from('two'));
                controller.close();
              };
            },
          }),
        ),
    );
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    const reader = answer.body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('one');
    finish();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('two');
  });

  it('tells a handler that the client went away', async () => {
    const gone = Promise.withResolvers<void>();
    const port = await serve((request) => {
      request.signal.addEventListener('abort', () => gone.resolve());
      return new Response(
        new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('x')) }),
      );
    });
    const stop = new AbortController();
    const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: stop.signal });
    await answer.body!.getReader().read();
    stop.abort();
    await gone.promise;
  });

  it('answers 500 for a bug and reports it', async () => {
    const seen: unknown[] = [];
    const listening = await listen({
      host: '127.0.0.1',
      port: 0,
      handler: () => {
        throw new TypeError('bug');
      },
      onError: (thrown) => seen.push(thrown),
    });
    open.push(listening);
    expect((await fetch(`http://127.0.0.1:${listening.port}/`)).status).toBe(500);
    expect(seen).toHaveLength(1);
  });

  it('says that a port is taken', async () => {
    const port = await serve(() => new Response('x'));
    await expect(
      listen({ host: '127.0.0.1', port, handler: () => new Response() }),
    ).rejects.toMatchObject({
      code: 'exists',
      message: `port ${port} is already in use (127.0.0.1:${port})`,
    });
  });
});

describe('forward', () => {
  it('passes body and headers on, but not those of the connection', async () => {
    const behind = await serve(async (request) =>
      Response.json({
        body: await request.text(),
        te: request.headers.get('te'),
        own: request.headers.get('x-own'),
      }),
    );
    const front = await serve((request) =>
      forward(request, {
        host: '127.0.0.1',
        port: behind,
        path: '/x',
        headers: { 'X-Own': 'set' },
      }),
    );
    const answer = await fetch(`http://127.0.0.1:${front}/`, { method: 'PUT', body: 'data' });
    expect(await answer.json()).toEqual({ body: 'data', te: null, own: 'set' });
  });

  it('says unreachable when nobody listens', async () => {
    const closed = http.createServer().listen(0);
    const { port } = closed.address() as { port: number };
    await new Promise((done) => closed.close(done));
    await expect(
      forward(new Request('http://x/'), { host: '127.0.0.1', port, path: '/' }),
    ).rejects.toMatchObject({ code: 'unreachable' });
  });
});

describe('forward over a kept connection that the other side has closed', () => {
  // Answers each connection's first request and resets it when another comes; notes every body.
  async function resettingServer(): Promise<{ port: number; seen: string[] }> {
    const seen: string[] = [];
    const server = net.createServer((socket) => {
      let count = 0;
      socket.on('error', () => {});
      socket.on('data', (data) => {
        seen.push(String(data).split('\r\n\r\n').at(-1) ?? '');
        count += 1;
        if (count > 1) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push({ port: 0, close: () => new Promise((done) => void server.close(() => done())) });
    return { port: (server.address() as AddressInfo).port, seen };
  }
  const ask = async (port: number, init?: RequestInit): Promise<string> => {
    const request = new Request('http://x/', { duplex: 'half', ...init } as RequestInit);
    const answer = await forward(request, { host: '127.0.0.1', port, path: '/' });
    return answer.text();
  };

  it.each(['GET', 'DELETE'])('sends %s again', async (method) => {
    const { port } = await resettingServer();
    expect(await ask(port)).toBe('ok');
    expect(await ask(port, { method })).toBe('ok');
  });

  it('never sends a body twice, since the other side may have acted on it', async () => {
    const { port, seen } = await resettingServer();
    expect(await ask(port)).toBe('ok');
    await expect(ask(port, { method: 'POST', body: 'pay' })).rejects.toMatchObject({
      code: 'unreachable',
    });
    expect(seen.filter((text) => text === 'pay').length).toBeLessThanOrEqual(1);
  });

  it('sends a body over a fresh connection when the kept one is closed already', async () => {
    // A thread of its own, so that it closes the connection while this one does not look.
    const thread = new Worker(
      `const { parentPort } = require('node:worker_threads');
       const server = require('node:net').createServer((socket) => {
         socket.on('error', () => {});
         socket.on('data', () => socket.end('HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok'));
       });
       server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
      { eval: true },
    );
    open.push({ port: 0, close: async () => void (await thread.terminate()) });
    const port = await new Promise<number>((resolve) => thread.once('message', resolve));
    for (let round = 0; round < 3; round += 1) {
      expect(await ask(port, { method: 'POST', body: `pay ${round}` })).toBe('ok');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  });
});

describe('auth', () => {
  it('reads basic auth, a colon in the password included', () => {
    const found = basicAuthOf(new Headers({ authorization: `Basic ${btoa('u:p:q')}` }));
    expect([found?.username, found?.password.reveal()]).toEqual(['u', 'p:q']);
    expect(basicAuthOf(new Headers())).toBeUndefined();
    expect(basicAuthOf(new Headers({ authorization: 'Bearer x' }))).toBeUndefined();
  });

  it('compares secrets of any length', () => {
    expect([sameText('a', 'a'), sameText('a', 'b'), sameText('a', 'aa')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
