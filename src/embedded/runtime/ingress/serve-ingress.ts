import net from 'node:net';
import tls from 'node:tls';
import { KnownError, messageOf } from '../../../base/index.ts';
import { listen, type Listening } from '../../../lib/http/index.ts';
import type { IngressRouter } from './ingress-router.ts';

/** Serves a router on a plain port. Fails as `listen` does. */
export function serveIngress(
  router: IngressRouter,
  { host, port }: At,
  scheme: 'http' | 'https' = 'http',
): Promise<Listening> {
  const handler = router.handler(scheme);
  return listen({ host, port, handler, upgrade: router.upgrade(scheme) });
}

interface At {
  readonly host: string;
  readonly port: number;
}

/**
 * Serves a router over TLS: each host has the certificate that its Ingress names, a name without one is
 * refused in the handshake. What comes is unwrapped, and goes on to a listener of its own that knows it.
 */
export async function serveIngressTls(router: IngressRouter, at: At): Promise<Listening> {
  const inner = await serveIngress(router, { ...at, port: 0 }, 'https');
  const open = new Set<net.Socket>();
  const outer = tls.createServer({ SNICallback: chooser(router) }, (socket) => {
    const next = net.connect(inner.port, at.host);
    for (const each of [socket, next]) {
      open.add(each);
      each.on('error', () => each.destroy());
      each.on('close', () => open.delete(each));
    }
    socket.pipe(next).pipe(socket);
    socket.on('close', () => next.destroy());
  });
  const close = async (): Promise<void> => {
    outer.close();
    for (const each of open) each.destroy();
    await inner.close();
  };
  try {
    return { port: await started(outer, at), close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

type Chosen = (error: Error | null, context?: tls.SecureContext) => void;

function chooser(router: IngressRouter): (name: string, done: Chosen) => void {
  return (name, done) => void choose(router, name, done);
}

async function choose(router: IngressRouter, name: string, done: Chosen): Promise<void> {
  let context: tls.SecureContext | undefined;
  try {
    context = await router.certificate(name);
  } catch (thrown) {
    done(new Error(messageOf(thrown)));
    return;
  }
  if (context === undefined) done(new Error(`no ingress has a certificate for ${name}`));
  else done(null, context);
}

function started(server: tls.Server, { host, port }: At): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      const text = isTaken ? `port ${port} is already in use (${host}:${port})` : error.message;
      reject(new KnownError(isTaken ? 'exists' : 'denied', text));
    });
    server.listen(port, host, () => resolve((server.address() as net.AddressInfo).port));
  });
}
