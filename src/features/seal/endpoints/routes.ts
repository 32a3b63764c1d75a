import { isRecord, KnownError, messageOf } from '../../../base/index.ts';
import type { Run } from '../../../base/index.ts';
import { parseSealedSecret, sealedSecretKind } from '../../../api/sealed-secret/index.ts';
import type { SealedSecret } from '../../../api/sealed-secret/index.ts';
import type { Handler } from '../../../lib/http/index.ts';
import { parseDocuments } from '../../../lib/yaml/index.ts';
import type { SealMetrics } from '../controller/metrics.ts';
import type { KeyStore } from '../keys/key-store.ts';
import { resealSecret } from '../secret/reseal-secret.ts';
import { unsealSecret } from '../secret/unseal-secret.ts';
import type { RenderTemplate } from '../secret/unseal-secret.ts';
import type { SealSettings } from '../settings.ts';
import { createRateLimit, rateHeaders } from './rate-limit.ts';
import type { Allowance } from './rate-limit.ts';

export interface EndpointPorts {
  readonly keys: KeyStore;
  readonly metrics: SealMetrics;
  readonly settings: SealSettings;
  readonly render: RenderTemplate;
  readonly run: Run;
}

type Route = (ports: EndpointPorts, request: Request) => Promise<Response> | Response;

/** A SealedSecret is at most as large as an object of the cluster; more is not read. */
const maxBodyBytes = 3 * 1024 * 1024;

/**
 * The controller's HTTP side, open to everybody in the cluster: it gives out the certificate and
 * says yes or no; no answer ever holds a secret or why it did not open.
 */
export function sealHandler(ports: EndpointPorts): Handler {
  const { clock } = ports.run;
  const allow = createRateLimit(clock, ports.settings.rateLimit, ports.settings.rateLimitBurst);
  return async (request) => {
    const { pathname } = new URL(request.url);
    const route = routes[pathname];
    if (route === undefined) return plain(404, '404 page not found\n');
    if (pathname === '/v1/verify') {
      const caller = `${pathname}\n${request.headers.get('x-forwarded-for') ?? ''}`;
      const allowance = allow(caller);
      if (!allowance.isAllowed) return measured(ports, request, () => tooMany(allowance));
    }
    return measured(ports, request, route);
  };
}

function tooMany(allowance: Allowance): Response {
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', ...rateHeaders(allowance) };
  return new Response('limit exceeded\n', { status: 429, headers });
}

async function measured(ports: EndpointPorts, request: Request, route: Route): Promise<Response> {
  const { pathname } = new URL(request.url);
  const started = ports.run.clock.now().getTime();
  const answer = await route(ports, request);
  if (pathname.startsWith('/v1/')) {
    const seconds = (ports.run.clock.now().getTime() - started) / 1000;
    ports.metrics.answered(pathname, request.method, answer.status, seconds);
  }
  return answer;
}

const routes: Readonly<Record<string, Route>> = {
  '/healthz': () => plain(200, 'ok\n'),
  '/metrics': async ({ metrics }) =>
    new Response(await metrics.text(), { headers: { 'Content-Type': metrics.contentType } }),
  '/v1/cert.pem': certificate,
  '/v1/verify': verify,
  '/v1/rotate': rotate,
};

async function certificate({ keys, run }: EndpointPorts): Promise<Response> {
  try {
    const { certificatePem } = await keys.current();
    return new Response(certificatePem, { headers: { 'Content-Type': 'application/x-pem-file' } });
  } catch (thrown) {
    run.log.error('cannot get certificates', { err: messageOf(thrown) });
    return plain(500, 'cannot get certificate\n');
  }
}

async function verify(ports: EndpointPorts, request: Request): Promise<Response> {
  const text = await bodyOf(request);
  if (text === undefined) return empty(400);
  let sealed: SealedSecret;
  try {
    sealed = sealedSecretOf(text);
  } catch (thrown) {
    ports.run.log.error('Error validating secret', { err: messageOf(thrown) });
    return empty(500);
  }
  try {
    const { ring } = ports.keys;
    const { acceptV1Data } = ports.settings;
    await unsealSecret(sealed, { ring, render: ports.render, acceptV1Data });
    return empty(200);
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    return empty(409);
  }
}

async function rotate(ports: EndpointPorts, request: Request): Promise<Response> {
  const text = await bodyOf(request);
  if (text === undefined) return empty(400);
  try {
    const { certificate: newest } = await ports.keys.current();
    const resealed = await resealSecret(sealedSecretOf(text), ports.keys.ring, newest.publicKey);
    const headers = { 'Content-Type': 'application/json' };
    return new Response(JSON.stringify(resealed), { headers });
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    ports.run.log.error('Error rotating secret', { err: thrown.message });
    return empty(500);
  }
}

async function bodyOf(request: Request): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of request.body ?? []) {
      length += part.length;
      if (length > maxBodyBytes) return undefined;
      parts.push(part);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(parts).toString();
}

function sealedSecretOf(text: string): SealedSecret {
  const documents = parseDocuments(text);
  if (documents.length > 1) {
    throw new KnownError('invalid', 'Multistream YAML not supported yet');
  }
  const value = documents[0]?.value;
  const { apiVersion, kind } = sealedSecretKind;
  if (!isRecord(value) || value.kind !== kind || value.apiVersion !== apiVersion) {
    throw new KnownError('invalid', 'unexpected resource type: not a SealedSecret');
  }
  return parseSealedSecret(value);
}

function plain(status: number, text: string): Response {
  return new Response(text, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' } });
}

function empty(status: number): Response {
  return new Response(null, { status });
}
