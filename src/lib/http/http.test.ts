import http from 'node:http';
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
