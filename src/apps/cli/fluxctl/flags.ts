import type { Flag, FlagValues } from '../cobra/index.ts';
import { connectCluster } from '../connect-cluster.ts';
import type { CliIo } from '../io.ts';

/** Flags that every command of fluxctl takes. */
export const globalFlags: readonly Flag[] = [
  { name: 'context', type: 'string', usage: 'The kubeconfig context to use' },
  {
    name: 'k8s-fwd-ns',
    type: 'string',
    default: 'default',
    env: 'FLUX_FORWARD_NAMESPACE',
    usage:
      'Namespace in which fluxd is running, for creating a port forward to access the API. No port forward will be created if a URL or token is given.',
  },
  {
    name: 'k8s-fwd-labels',
    type: 'stringToString',
    default: 'app=flux',
    env: 'FLUX_FORWARD_LABELS',
    usage: 'Labels used to select the fluxd pod a port forward should be created for.',
  },
  {
    name: 'url',
    shorthand: 'u',
    type: 'string',
    env: 'FLUX_URL',
    usage:
      'Base URL of the Flux API (defaults to "https://cloud.weave.works/api/flux" if a token is provided)',
  },
  {
    name: 'token',
    shorthand: 't',
    type: 'string',
    env: 'FLUX_SERVICE_TOKEN',
    usage: 'Weave Cloud authentication token',
  },
  {
    name: 'timeout',
    type: 'duration',
    default: '1m0s',
    env: 'FLUX_TIMEOUT',
    usage: 'Global command timeout',
  },
];

export const namespaceFlag: Flag = {
  name: 'namespace',
  shorthand: 'n',
  type: 'string',
  usage: 'Workload namespace',
};

/** `-n`, else the namespace of the kubeconfig's context, else `default`. */
export async function namespaceOf(flags: FlagValues, io: CliIo): Promise<string> {
  const given = flags.string('namespace');
  if (given !== '') return given;
  const context = flags.string('context');
  try {
    const { config } = await connectCluster(io, context === '' ? {} : { context });
    return config.namespace ?? 'default';
  } catch {
    // With --url no kubeconfig is needed.
    return 'default';
  }
}
