import { randomBytes } from 'node:crypto';
import type { Logger } from '../../../base/index.ts';
import { KnownError, messageOf, silentLogger } from '../../../base/index.ts';
import { defaultCapabilities, parseKubeVersion } from '../../../lib/helm/index.ts';
import type { ActionPorts, KubeVersion } from '../../../lib/helm/index.ts';
import type { ConnectCluster } from '../connect-cluster.ts';
import type { Call } from '../cobra/index.ts';
import type { CliIo } from '../io.ts';

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

function connection({ flags }: Call): ConnectCluster {
  const [kubeconfig, context] = [flags.string('kubeconfig'), flags.string('kube-context')];
  return {
    ...(kubeconfig === '' ? {} : { kubeconfig }),
    ...(context === '' ? {} : { context }),
  };
}

/** `--namespace`, HELM_NAMESPACE, the namespace of the kubeconfig's context, or `default`. */
export async function namespaceOf(call: Call): Promise<string> {
  const given = call.flags.string('namespace');
  if (given !== '') return given;
  try {
    const { connectCluster } = await import('../connect-cluster.ts');
    const { config } = await connectCluster(call.io, connection(call));
    return config.namespace || 'default';
  } catch {
    return 'default';
  }
}

/** Requests are not throttled here: the API server does that by its own rules. */
function refuseThrottling({ flags }: Call): void {
  const given = ['qps', 'burst-limit'].find((flag) => flags.changed(flag));
  if (given === undefined) return;
  throw new KnownError(
    'unsupported',
    `--${given} is not supported: requests are not throttled by the client`,
  );
}

/** What actions on a cluster need, and the namespace that is meant. */
export async function actionPorts(
  call: Call,
  log: Logger = silentLogger,
): Promise<ActionPorts & { readonly namespace: string }> {
  const { io, flags } = call;
  refuseThrottling(call);
  const { connectCluster } = await import('../connect-cluster.ts');
  const { cluster, config } = await connectCluster(io, connection(call));
  return {
    cluster,
    clock: io.clock,
    log,
    signal: io.signal,
    render: renderPorts(io),
    namespace: flags.string('namespace') || config.namespace || 'default',
  };
}
