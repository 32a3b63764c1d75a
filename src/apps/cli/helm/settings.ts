import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from '../../../base/index.ts';
import { KnownError, hide, messageOf, silentLogger } from '../../../base/index.ts';
import { defaultCapabilities, parseKubeVersion } from '../../../lib/helm/index.ts';
import type { ActionPorts, KubeVersion } from '../../../lib/helm/index.ts';
import type { ConnectCluster } from '../connect-cluster.ts';
import type { Call } from '../cobra/index.ts';
import type { CliIo } from '../io.ts';
import { refuse } from './refuse.ts';

/** Time, zone and random bytes for templates, from this process. */
export function renderPorts(io: CliIo): ActionPorts['render'] {
  return {
    now: () => io.clock.now(),
    random: (size) => randomBytes(size),
    // Asked only by templates that have dates.
    get timeZone() {
      return io.env['TZ'] || Intl.DateTimeFormat().resolvedOptions().timeZone;
    },
  };
}

/** `--kube-version`, or the version that Helm assumes. */
export function kubeVersionOf({ flags }: Call): KubeVersion {
  const text = flags.string('kube-version');
  if (text === '') return defaultCapabilities.kubeVersion;
  try {
    return parseKubeVersion(text);
  } catch (thrown) {
    throw new KnownError('invalid', `invalid kube version '${text}': ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

/** What the `--kube-…` flags say about the cluster; they take the place of the kubeconfig's. */
async function connection({ flags, io }: Call): Promise<ConnectCluster> {
  const [kubeconfig, context] = [flags.string('kubeconfig'), flags.string('kube-context')];
  const [server, token] = [flags.string('kube-apiserver'), flags.string('kube-token')];
  const serverName = flags.string('kube-tls-server-name');
  return {
    ...(kubeconfig === '' ? {} : { kubeconfig }),
    ...(context === '' ? {} : { context }),
    override: {
      ...(server === '' ? {} : { server: server.includes('://') ? server : `https://${server}` }),
      ...(token === '' ? {} : { token: hide(token) }),
      ...(serverName === '' ? {} : { tlsServerName: serverName }),
      ...(flags.bool('kube-insecure-skip-tls-verify') ? { insecure: true, ca: undefined } : {}),
      ...(await authority(io, flags.string('kube-ca-file'))),
      ...impersonation(flags),
    },
  };
}

async function authority(io: CliIo, file: string): Promise<{ ca?: string }> {
  if (file === '') return {};
  try {
    return { ca: await readFile(path.resolve(io.cwd, file), 'utf8') };
  } catch (thrown) {
    const message = `unable to load root certificates: ${messageOf(thrown)}`;
    throw new KnownError('not-found', message, { cause: thrown });
  }
}

function impersonation(
  flags: Call['flags'],
): Pick<ConnectCluster['override'] & object, 'impersonate'> {
  const user = flags.string('kube-as-user');
  const groups = flags.list('kube-as-group');
  if (user !== '') return { impersonate: { user, groups, uid: undefined } };
  if (groups.length === 0) return {};
  throw new KnownError('invalid', 'requesting groups without a user: give --kube-as-user too');
}

/** `--namespace`, HELM_NAMESPACE, the namespace of the kubeconfig's context, or `default`. */
export async function namespaceOf(call: Call): Promise<string> {
  const given = call.flags.string('namespace');
  if (given !== '') return given;
  try {
    const { connectCluster } = await import('../connect-cluster.ts');
    const { config } = await connectCluster(call.io, await connection(call));
    return config.namespace || 'default';
  } catch {
    return 'default';
  }
}

/** What actions on a cluster need, and the namespace that is meant. */
export async function actionPorts(
  call: Call,
  log: Logger = silentLogger,
): Promise<ActionPorts & { readonly namespace: string }> {
  const { io, flags } = call;
  refuse(call, ['qps', 'burst-limit']);
  const { connectCluster } = await import('../connect-cluster.ts');
  const { cluster, config } = await connectCluster(io, await connection(call));
  return {
    cluster,
    clock: io.clock,
    log,
    signal: io.signal,
    render: renderPorts(io),
    namespace: flags.string('namespace') || config.namespace || 'default',
  };
}
