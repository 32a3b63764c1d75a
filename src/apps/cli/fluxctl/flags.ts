import type { ArgsRule, Flag, FlagValues } from '../cobra/index.ts';
import { connectCluster } from '../connect-cluster.ts';
import type { CliIo } from '../io.ts';

/** Flags that every command of fluxctl takes. */
export const globalFlags: readonly Flag[] = [
  {
    name: 'context',
    type: 'string',
    usage: 'The kubeconfig context to use, will use your current selected if not specified',
  },
  {
    name: 'k8s-fwd-ns',
    type: 'string',
    default: 'default',
    env: 'FLUX_FORWARD_NAMESPACE',
    usage:
      'Namespace in which fluxd is running, for creating a port forward to access the API. No port forward will be created if a URL or token is given. You can also set the environment variable FLUX_FORWARD_NAMESPACE',
  },
  {
    name: 'k8s-fwd-labels',
    type: 'stringToString',
    default: 'app=flux',
    env: 'FLUX_FORWARD_LABELS',
    usage:
      'Labels used to select the fluxd pod a port forward should be created for. You can also set the environment variable FLUX_FORWARD_LABELS',
  },
  {
    name: 'url',
    shorthand: 'u',
    type: 'string',
    env: 'FLUX_URL',
    usage:
      'Base URL of the Flux API (defaults to "https://cloud.weave.works/api/flux" if a token is provided); you can also set the environment variable FLUX_URL',
  },
  {
    name: 'token',
    shorthand: 't',
    type: 'string',
    // It wins over FLUX_SERVICE_TOKEN, which `tokenOf` looks at.
    env: 'WEAVE_CLOUD_TOKEN',
    usage:
      'Weave Cloud authentication token; you can also set the environment variable WEAVE_CLOUD_TOKEN or FLUX_SERVICE_TOKEN',
  },
  {
    name: 'timeout',
    type: 'duration',
    default: '1m0s',
    env: 'FLUX_TIMEOUT',
    usage: 'Global command timeout; you can also set the environment variable FLUX_TIMEOUT',
  },
];

export const namespaceFlag: Flag = {
  name: 'namespace',
  shorthand: 'n',
  type: 'string',
  usage: 'Workload namespace',
};

/** fluxctl takes no words besides flags, and says so in its own way. */
export const noArguments: ArgsRule = (args) =>
  args.length === 0 ? undefined : 'expected no (non-flag) arguments';

/** The token of the command line or of either variable. */
export function tokenOf(flags: FlagValues, io: CliIo): string {
  return flags.changed('token') ? flags.string('token') : (io.env['FLUX_SERVICE_TOKEN'] ?? '');
}

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
