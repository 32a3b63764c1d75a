import { readFile } from 'node:fs/promises';
import https from 'node:https';
import http from 'node:http';
import path from 'node:path';
import { Readable } from 'node:stream';
import {
  hide,
  isRecord,
  KnownError,
  messageOf,
  type Hidden,
  type JsonRecord,
} from '../../base/index.ts';
import type { Transport } from '../http/index.ts';
import { parse } from '../yaml/index.ts';

/** One context of a kubeconfig, resolved: certificate files are read, relative paths taken from the file's folder. */
export interface Kubeconfig {
  readonly context: string;
  readonly server: string;
  readonly namespace: string | undefined;
  readonly ca: string | undefined;
  readonly insecure: boolean;
  readonly tlsServerName: string | undefined;
  readonly clientCert: string | undefined;
  readonly clientKey: Hidden<string> | undefined;
  readonly token: Hidden<string> | undefined;
  readonly basic: { readonly username: string; readonly password: Hidden<string> } | undefined;
  /** `http://` or `https://`; requests go through it. */
  readonly proxyUrl?: string | undefined;
  /** Whom the server is to take the caller for. */
  readonly impersonate?: Impersonation | undefined;
}

/** As kubectl's `--as`, `--as-group` and `--as-uid`. */
export interface Impersonation {
  readonly user: string;
  readonly groups: readonly string[];
  readonly uid: string | undefined;
}

export interface LoadKubeconfig {
  /** Files in order, as `$KUBECONFIG` lists them: the first that names a thing wins. Absent files are passed over. */
  readonly files: readonly string[];
  readonly context?: string;
  /** Take the place of what the context names. */
  readonly cluster?: string;
  readonly user?: string;
}

const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Loads the current (or named) context. Throws `KnownError` that names the file and what is missing. */
export async function loadKubeconfig(options: LoadKubeconfig): Promise<Kubeconfig> {
  const { files, context } = options;
  const read = (await Promise.all(files.map(readConfig))).filter((each) => each !== undefined);
  if (read.length === 0) {
    throw new KnownError(
      'not-found',
      `no kubeconfig found (looked at ${files.join(', ')}); set KUBECONFIG or give --kubeconfig`,
    );
  }
  const wanted =
    context ??
    read
      .map((each) => each.config['current-context'])
      .find((name) => typeof name === 'string' && name !== '');
  if (typeof wanted !== 'string')
    throw new KnownError('invalid', `${files.join(', ')}: no current-context is set`);
  const find = (list: string, name: unknown): { item: JsonRecord; dir: string } => {
    for (const { config, dir, file } of read) {
      const item = records(config[list]).find((each) => each['name'] === name);
      const inner = item?.[{ contexts: 'context', clusters: 'cluster', users: 'user' }[list] ?? ''];
      if (item !== undefined && !isRecord(inner))
        throw new KnownError('invalid', `${file}: ${list} ${String(name)} is empty`);
      if (isRecord(inner)) return { item: inner, dir };
    }
    throw new KnownError(
      'not-found',
      `${list.slice(0, -1)} "${String(name)}" does not exist in ${files.join(', ')}`,
    );
  };
  const chosen = find('contexts', wanted);
  const cluster = find('clusters', options.cluster ?? chosen.item['cluster']);
  const userName = options.user ?? chosen.item['user'];
  const user = userName ? find('users', userName) : { item: {}, dir: '' };
  return resolved(wanted, text(chosen.item, 'namespace'), cluster, user);
}

async function readConfig(
  file: string,
): Promise<{ config: JsonRecord; dir: string; file: string } | undefined> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new KnownError('denied', `cannot read ${file}: ${messageOf(thrown)}`);
  }
  const config = parse(content, { file });
  if (!isRecord(config)) throw new KnownError('invalid', `${file} is not a kubeconfig`);
  return { config, dir: path.dirname(file), file };
}

type Found = { readonly item: JsonRecord; readonly dir: string };

async function resolved(
  context: string,
  namespace: string | undefined,
  cluster: Found,
  user: Found,
): Promise<Kubeconfig> {
  const server = text(cluster.item, 'server');
  if (server === undefined)
    throw new KnownError('invalid', `the cluster of context "${context}" has no server`);
  if (user.item['exec'] !== undefined || user.item['auth-provider'] !== undefined) {
    throw new KnownError(
      'unsupported',
      `the user of context "${context}" logs in by a plug-in (exec or auth-provider), which is not supported yet; use a token or a client certificate`,
    );
  }
  const key = await pem(user, 'client-key');
  const tokenFile = text(user.item, 'tokenFile');
  const token =
    tokenFile === undefined
      ? text(user.item, 'token')
      : (await readFile(path.resolve(user.dir, tokenFile), 'utf8')).trim();
  const username = text(user.item, 'username');
  return {
    context,
    server: server.replace(/\/+$/, ''),
    namespace,
    ca: await pem(cluster, 'certificate-authority'),
    insecure: cluster.item['insecure-skip-tls-verify'] === true,
    tlsServerName: text(cluster.item, 'tls-server-name'),
    clientCert: await pem(user, 'client-certificate'),
    clientKey: key === undefined ? undefined : hide(key),
    token: token === undefined ? undefined : hide(token),
    basic:
      username === undefined
        ? undefined
        : { username, password: hide(text(user.item, 'password') ?? '') },
    proxyUrl: text(cluster.item, 'proxy-url'),
  };
}

async function pem({ item, dir }: Found, name: string): Promise<string | undefined> {
  const inline = text(item, `${name}-data`);
  if (inline !== undefined) return Buffer.from(inline, 'base64').toString('utf8');
  const file = text(item, name);
  return file === undefined ? undefined : readFile(path.resolve(dir, file), 'utf8');
}

function text(item: JsonRecord, name: string): string | undefined {
  const value = item[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function records(value: unknown): JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** The configuration of a pod with a service account. The token is read again for each connection made from it. */
export async function inClusterConfig(
  env: Readonly<Record<string, string | undefined>>,
): Promise<Kubeconfig | undefined> {
  const host = env['KUBERNETES_SERVICE_HOST'];
  if (host === undefined) return undefined;
  const [token, ca, namespace] = await Promise.all(
    ['token', 'ca.crt', 'namespace'].map((name) =>
      readFile(path.join(serviceAccount, name), 'utf8'),
    ),
  );
  return {
    context: 'in-cluster',
    server: `https://${host.includes(':') ? `[${host}]` : host}:${env['KUBERNETES_SERVICE_PORT'] ?? '443'}`,
    namespace: namespace?.trim(),
    ca,
    insecure: false,
    tlsServerName: undefined,
    clientCert: undefined,
    clientKey: undefined,
    token: hide(token?.trim() ?? ''),
    basic: undefined,
  };
}

/** Sends requests to the server of a kubeconfig, with its own CA and client certificate. */
export function kubeconfigTransport(config: Kubeconfig): Transport {
  const agent = agentOf(config);
  const secure = config.server.startsWith('https:');
  const login = authorization(config);
  return async (request) => {
    const from = new URL(request.url);
    const url = new URL(`${config.server}${from.pathname}${from.search}`);
    const headers: Record<string, string | string[]> = Object.fromEntries(request.headers);
    Object.assign(headers, impersonation(config));
    if (login !== undefined) headers['authorization'] = login.reveal();
    const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
    // Node frames the body of a DELETE only when it is told its length.
    if (body !== undefined) headers['content-length'] = String(body.length);
    return new Promise((resolve, reject) => {
      const out = (secure ? https : http).request(
        url,
        { method: request.method, headers, agent, signal: request.signal },
        (answer) => resolve(toResponse(answer)),
      );
      out.on('error', (error) => reject(unreachable(config, error)));
      out.end(body);
    });
  };
}

function agentOf(config: Kubeconfig): http.Agent {
  const keep = { keepAlive: true, maxFreeSockets: 16, ...proxied(config) };
  if (!config.server.startsWith('https:')) return new http.Agent(keep);
  return new https.Agent({
    ...keep,
    ...(config.ca === undefined ? {} : { ca: config.ca }),
    ...(config.clientCert === undefined ? {} : { cert: config.clientCert }),
    ...(config.clientKey === undefined ? {} : { key: config.clientKey.reveal() }),
    ...(config.tlsServerName === undefined ? {} : { servername: config.tlsServerName }),
    rejectUnauthorized: !config.insecure,
  });
}

/** The proxy in the form in which Node's agent takes it. Throws `KnownError('unsupported')` for other kinds. */
function proxied({ proxyUrl }: Kubeconfig): { proxyEnv?: Record<string, string> } {
  if (!proxyUrl) return {};
  if (!/^https?:\/\/./i.test(proxyUrl)) {
    throw new KnownError(
      'unsupported',
      `proxy ${proxyUrl}: only http:// and https:// are supported`,
    );
  }
  return { proxyEnv: { HTTP_PROXY: proxyUrl, HTTPS_PROXY: proxyUrl } };
}

function impersonation({ impersonate }: Kubeconfig): Record<string, string | string[]> {
  if (impersonate === undefined) return {};
  const { user, groups, uid } = impersonate;
  return {
    'impersonate-user': user,
    ...(groups.length === 0 ? {} : { 'impersonate-group': [...groups] }),
    ...(uid === undefined ? {} : { 'impersonate-uid': uid }),
  };
}

function authorization({ token, basic }: Kubeconfig): Hidden<string> | undefined {
  if (token !== undefined) return hide(`Bearer ${token.reveal()}`);
  if (basic === undefined) return undefined;
  return hide(
    `Basic ${Buffer.from(`${basic.username}:${basic.password.reveal()}`).toString('base64')}`,
  );
}

/** The words kubectl uses, since people search for them. */
function unreachable({ server }: Kubeconfig, error: NodeJS.ErrnoException): KnownError {
  if (error.name === 'AbortError')
    return new KnownError('unreachable', 'the request was aborted', { cause: error });
  const host = new URL(server).host;
  const message =
    error.code === 'ECONNREFUSED'
      ? `The connection to the server ${host} was refused - did you specify the right host or port?`
      : `Unable to connect to the server ${host}: ${error.message}`;
  return new KnownError('unreachable', message, { cause: error });
}

function toResponse(answer: http.IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const each of [value ?? []].flat()) headers.append(name, each);
  }
  const status = answer.statusCode ?? 502;
  const bodiless = [101, 204, 205, 304].includes(status);
  if (bodiless) answer.resume();
  return new Response(bodiless ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>), {
    status,
    headers,
  });
}
