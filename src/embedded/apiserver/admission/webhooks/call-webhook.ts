import http from 'node:http';
import https from 'node:https';
import { isRecord, type JsonRecord } from '../../../../base/index.ts';
import type { ServerState } from '../../server-state.ts';
import { reachService } from '../../subresources/proxy-target.ts';
import type { Webhook } from './configurations.ts';
import type { Review } from './review.ts';

/** Answers are small: patches of one object. */
const mostBytes = 8 * 1024 * 1024;

/** Asks a webhook and gives the JSON it answers; the text of an Error says what went wrong. */
export async function callWebhook(
  state: ServerState,
  webhook: Webhook,
  review: Review,
): Promise<unknown> {
  const url = urlOf(webhook);
  url.searchParams.set('timeout', `${webhook.timeoutSeconds}s`);
  try {
    const answer = await post(url, JSON.stringify(review), await optionsFor(state, webhook));
    return JSON.parse(answer) as unknown;
  } catch (thrown) {
    throw new Error(`failed to call webhook: Post ${JSON.stringify(url.href)}: ${whyOf(thrown)}`, {
      cause: thrown,
    });
  }
}

function whyOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown.name === 'TimeoutError' || thrown.name === 'AbortError')
    return 'context deadline exceeded';
  const { code, address, port } = thrown as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
  };
  if (code === 'ECONNREFUSED') return `dial tcp ${address}:${port}: connect: connection refused`;
  return thrown.message;
}

function urlOf({ clientConfig }: Webhook): URL {
  if (typeof clientConfig['url'] === 'string') return new URL(clientConfig['url']);
  const { name, namespace, port = 443, path = '' } = serviceOf(clientConfig);
  const slashed = String(path).replace(/^\/?/, '/');
  return new URL(`https://${name}.${namespace}.svc:${port}${slashed}`);
}

function serviceOf(clientConfig: JsonRecord): JsonRecord {
  return isRecord(clientConfig['service']) ? clientConfig['service'] : {};
}

/** A service is reached at one of its endpoints, yet has to prove the name it has in the cluster. */
async function optionsFor(state: ServerState, webhook: Webhook): Promise<https.RequestOptions> {
  const { clientConfig, timeoutSeconds } = webhook;
  const bundle = clientConfig['caBundle'];
  const common = {
    signal: AbortSignal.any([state.closing, AbortSignal.timeout(timeoutSeconds * 1000)]),
    ...(typeof bundle === 'string' && bundle !== '' ? { ca: Buffer.from(bundle, 'base64') } : {}),
  };
  if (typeof clientConfig['url'] === 'string') return common;
  const { name, namespace, port = 443 } = serviceOf(clientConfig);
  const at = { namespace: String(namespace), name: String(name), port: String(port) };
  // Said in the words of the resolver, not of the API.
  if (!state.store.get(`/core/services/${namespace}/${name}`))
    throw new Error(`service ${JSON.stringify(name)} not found`);
  const { host: hostname, port: to } = await reachService(state, at);
  return { ...common, hostname, port: to, servername: `${name}.${namespace}.svc` };
}

function post(url: URL, body: string, options: https.RequestOptions): Promise<string> {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    'content-length': Buffer.byteLength(body),
    host: url.host,
  };
  const { request } = url.protocol === 'http:' ? http : https;
  return new Promise((resolve, reject) => {
    const asking = request(url, { method: 'POST', agent: false, headers, ...options });
    asking.on('error', reject);
    asking.on('response', (answer) => {
      readAnswer(answer).then(resolve, reject);
    });
    asking.end(body);
  });
}

async function readAnswer(answer: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > mostBytes) throw new Error('the answer is too large');
    parts.push(part);
  }
  if (answer.statusCode !== 200) throw new Error(`unexpected response code: ${answer.statusCode}`);
  return Buffer.concat(parts).toString('utf8');
}
