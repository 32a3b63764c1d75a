import os from 'node:os';
import path from 'node:path';
import { hide, isRecord, KnownError, messageOf } from '../../../base/index.ts';
import { connect, kinds, kubeconfigTransport, loadKubeconfig } from '../../../lib/kube/index.ts';
import type { Cluster, Impersonation, Kubeconfig } from '../../../lib/kube/index.ts';
import { pluginHost } from '../connect-cluster.ts';
import type { CliIo } from '../io.ts';
import type { Options } from './options.ts';
import { readText } from './read-file.ts';
import { watched } from './request-watch.ts';

/** The controller behind the API server's service proxy. */
export interface Controller {
  certificate(): Promise<string>;
  /** Answers of `/v1/verify` and `/v1/rotate`. */
  post(endpoint: string, body: unknown): Promise<Response>;
}

/**
 * The namespace that holds where an object names none: `-n`, else the kubeconfig's, else `default`.
 * Sealing with a certificate at hand needs no cluster, so a missing kubeconfig is no failure.
 */
export async function namespaceOf(options: Options, io: CliIo): Promise<string> {
  const given = options.flags.string('namespace');
  if (given !== '') return given;
  const config = await configOf(options, io).catch(() => undefined);
  return config?.namespace || 'default';
}

async function configOf(options: Options, io: CliIo): Promise<Kubeconfig> {
  const { flags } = options;
  const server = flags.string('server');
  const loading = loadedConfig(options, io);
  // With a server on the command line a kubeconfig may be missing.
  const config = server === '' ? await loading : await loading.catch(() => blank);
  return {
    ...config,
    server: server || config.server,
    insecure: flags.bool('insecure-skip-tls-verify') || config.insecure,
    tlsServerName: flags.string('tls-server-name') || config.tlsServerName,
    proxyUrl: flags.string('proxy-url') || config.proxyUrl,
    impersonate: impersonationOf(options),
    ...loginOf(options),
    ...(await filesOf(options, io)),
  };
}

function loadedConfig({ flags }: Options, io: CliIo): Promise<Kubeconfig> {
  const listed = flags.string('kubeconfig') || io.env.KUBECONFIG || '';
  const home = path.join(io.env.HOME ?? os.homedir(), '.kube', 'config');
  const files = listed === '' ? [home] : listed.split(path.delimiter).filter(Boolean);
  const given = ['context', 'cluster', 'user'].map((name) => [name, flags.string(name)] as const);
  return loadKubeconfig({
    files: files.map((file) => path.resolve(io.cwd, file)),
    plugins: pluginHost(io),
    ...Object.fromEntries(given.filter(([, value]) => value !== '')),
  });
}

/** A login on the command line takes the place of the kubeconfig's. */
function loginOf({ flags }: Options): Partial<Kubeconfig> {
  const [token, username] = [flags.string('token'), flags.string('username')];
  if (token !== '' && username !== '') {
    throw new KnownError('invalid', 'give either --token or --username and --password, not both');
  }
  if (username === '' && flags.string('password') !== '') {
    throw new KnownError('invalid', '--password needs --username');
  }
  if (token !== '') return { token: hide(token), basic: undefined };
  if (username === '') return {};
  return { token: undefined, basic: { username, password: hide(flags.string('password')) } };
}

function impersonationOf({ flags }: Options): Impersonation | undefined {
  const [user, groups, uid] = [flags.string('as'), flags.list('as-group'), flags.string('as-uid')];
  if (user !== '') return { user, groups, uid: uid || undefined };
  if (groups.length === 0 && uid === '') return undefined;
  throw new KnownError('invalid', '--as-group and --as-uid need --as');
}

/** Certificates and key that flags name as files. */
async function filesOf({ flags }: Options, io: CliIo): Promise<Partial<Kubeconfig>> {
  const read = (flag: string): Promise<string | undefined> =>
    flags.string(flag) === '' ? Promise.resolve(undefined) : readText(flags.string(flag), io);
  const [ca, clientCert, key] = await Promise.all(
    ['certificate-authority', 'client-certificate', 'client-key'].map(read),
  );
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(clientCert === undefined ? {} : { clientCert }),
    ...(key === undefined ? {} : { clientKey: hide(key) }),
  };
}

const blank: Kubeconfig = {
  context: '',
  server: '',
  namespace: undefined,
  ca: undefined,
  insecure: false,
  tlsServerName: undefined,
  clientCert: undefined,
  clientKey: undefined,
  token: undefined,
  basic: undefined,
};

/**
 * Finds the controller's Service.
 * @throws {KnownError} that tells which flags name it when it is not there.
 */
export async function findController(options: Options, io: CliIo): Promise<Controller> {
  const config = await configOf(options, io);
  const transport = watched(kubeconfigTransport(config), options, io);
  const cluster = connect({ transport, userAgent: 'kubeseal' });
  const { namespace, name } = options.controller;
  const port = await portName(cluster, options);
  const root = `/api/v1/namespaces/${namespace}/services/http:${name}:${port}/proxy`;
  return {
    async certificate() {
      const headers = { accept: 'application/x-pem-file, */*' };
      const answer = await cluster.raw(`${root}/v1/cert.pem`, { headers });
      if (answer.ok) return answer.text();
      const message = await messageOfAnswer(answer);
      throw new KnownError('unreachable', `cannot fetch certificate: ${message}`);
    },
    post: (endpoint, body) =>
      cluster.raw(`${root}${endpoint}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
  };
}

async function portName(cluster: Cluster, { controller }: Options): Promise<string> {
  let failure = `services ${JSON.stringify(controller.name)} not found`;
  try {
    const service = await cluster.get(kinds.Service, controller);
    if (service !== undefined) {
      const { ports } = isRecord(service.spec) ? service.spec : {};
      const [first] = Array.isArray(ports) ? ports : [];
      return isRecord(first) && typeof first.name === 'string' ? first.name : '';
    }
  } catch (thrown) {
    failure = messageOf(thrown);
  }
  throw new KnownError(
    'not-found',
    `cannot get sealed secret service: ${failure}.\nPlease, use the flag --controller-name and --controller-namespace to set up the name and namespace of the sealed secrets controller`,
  );
}

/** What went wrong, from a Status object, a text, or the status code alone. */
export async function messageOfAnswer(answer: Response): Promise<string> {
  const text = await answer.text();
  try {
    const status: unknown = JSON.parse(text);
    if (isRecord(status) && typeof status.message === 'string') return status.message;
  } catch {
    // A plain text; used as it is.
  }
  return text.trim() === '' ? `the server answered ${answer.status}` : text.trim();
}
