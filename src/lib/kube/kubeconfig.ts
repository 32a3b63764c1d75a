import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  hide,
  isRecord,
  KnownError,
  messageOf,
  type Hidden,
  type JsonRecord,
} from '../../base/index.ts';
import { parse } from '../yaml/index.ts';
import { execPluginOf } from './login/exec-plugin.ts';
import type { ExecPlugin, PluginHost } from './login/exec-plugin.ts';

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
  /** A file that holds the token and may change; `token` comes before it. */
  readonly tokenFile?: string | undefined;
  /** A program that logs the user in; `token` and `basic` come before it. */
  readonly exec?: ExecPlugin | undefined;
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
  /** How programs that log users in are run; without it such a user is refused. */
  readonly plugins?: PluginHost;
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
  const namespace = text(chosen.item, 'namespace');
  return resolved({ context: wanted, namespace, cluster, user, plugins: options.plugins });
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

interface Chosen {
  readonly context: string;
  readonly namespace: string | undefined;
  readonly cluster: Found;
  readonly user: Found;
  readonly plugins: PluginHost | undefined;
}

async function resolved(chosen: Chosen): Promise<Kubeconfig> {
  const { context, namespace, cluster, user } = chosen;
  const server = text(cluster.item, 'server');
  if (server === undefined)
    throw new KnownError('invalid', `the cluster of context "${context}" has no server`);
  const key = await pem(user, 'client-key');
  const tokenFile = text(user.item, 'tokenFile');
  const token = tokenFile === undefined ? text(user.item, 'token') : undefined;
  const username = text(user.item, 'username');
  const found = {
    context,
    server: server.replace(/\/+$/, ''),
    namespace,
    ca: await pem(cluster, 'certificate-authority'),
    insecure: cluster.item['insecure-skip-tls-verify'] === true,
    tlsServerName: text(cluster.item, 'tls-server-name'),
    clientCert: await pem(user, 'client-certificate'),
    clientKey: key === undefined ? undefined : hide(key),
    token: token === undefined ? undefined : hide(token),
    tokenFile: tokenFile === undefined ? undefined : path.resolve(user.dir, tokenFile),
    basic:
      username === undefined
        ? undefined
        : { username, password: hide(text(user.item, 'password') ?? '') },
    proxyUrl: text(cluster.item, 'proxy-url'),
  };
  return { ...found, exec: pluginOf(chosen, found) };
}

function pluginOf(
  { context, cluster, user, plugins }: Chosen,
  { server, ca, insecure, tlsServerName, proxyUrl }: Kubeconfig,
): ExecPlugin | undefined {
  const { exec } = user.item;
  if (user.item['auth-provider'] !== undefined || (isRecord(exec) && plugins === undefined)) {
    const how = isRecord(exec) ? 'a program (exec)' : 'an auth-provider, which kubectl dropped too';
    throw new KnownError(
      'unsupported',
      `the user of context "${context}" logs in by ${how}; use a token, a client certificate or an exec plug-in of the command line`,
    );
  }
  if (!isRecord(exec)) return undefined;
  const told = {
    server,
    ...(tlsServerName === undefined ? {} : { 'tls-server-name': tlsServerName }),
    ...(insecure ? { 'insecure-skip-tls-verify': true } : {}),
    ...(ca === undefined
      ? {}
      : { 'certificate-authority-data': Buffer.from(ca).toString('base64') }),
    ...(proxyUrl === undefined ? {} : { 'proxy-url': proxyUrl }),
    config: extensionOf(cluster.item),
  };
  return execPluginOf(exec, { host: plugins!, dir: user.dir, cluster: told });
}

const execExtension = 'client.authentication.k8s.io/exec';

/** What a kubeconfig says of a cluster for the program alone. */
function extensionOf(cluster: JsonRecord): unknown {
  const found = records(cluster['extensions']).find(({ name }) => name === execExtension);
  return found?.['extension'] ?? null;
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

/** The configuration of a pod with a service account. The token is read again for each request: the kubelet renews it. */
export async function inClusterConfig(
  env: Readonly<Record<string, string | undefined>>,
): Promise<Kubeconfig | undefined> {
  const host = env['KUBERNETES_SERVICE_HOST'];
  if (host === undefined) return undefined;
  const [ca, namespace] = await Promise.all(
    ['ca.crt', 'namespace'].map((name) => readFile(path.join(serviceAccount, name), 'utf8')),
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
    token: undefined,
    tokenFile: path.join(serviceAccount, 'token'),
    basic: undefined,
  };
}
