import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { isTrue } from '../http/write-options.ts';
import type { Call } from '../server-state.ts';

const kinds: Readonly<Record<string, string>> = {
  exec: 'PodExecOptions',
  attach: 'PodAttachOptions',
  portforward: 'PodPortForwardOptions',
};
const proxyKinds: Readonly<Record<string, string>> = {
  pods: 'PodProxyOptions',
  services: 'ServiceProxyOptions',
  nodes: 'NodeProxyOptions',
};

/** Asks whether a connection (exec, attach, port-forward, proxy) may be made. */
export function admitConnection(call: Call): Promise<void> {
  const { state, target } = call;
  const { namespace, name = '', subresource } = target;
  return state.admission.connect({
    call,
    operation: 'connect',
    namespace,
    name,
    subresource,
    object: optionsOf(call),
    dryRun: false,
  });
}

/** The options object a webhook is shown in place of the pod. */
function optionsOf({ query, resource, target }: Call): KubeObject {
  const { subresource = '' } = target;
  const kind = kinds[subresource] ?? proxyKinds[resource.plural] ?? 'PodProxyOptions';
  const options = subresource === 'proxy' ? { path: target.rest } : streamOptions(query, kind);
  return { kind, apiVersion: 'v1', ...options } as unknown as KubeObject;
}

function streamOptions(query: URLSearchParams, kind: string): JsonRecord {
  if (kind === 'PodPortForwardOptions') {
    const ports = query.getAll('ports').map(Number);
    return ports.length > 0 ? { ports } : {};
  }
  const flags = ['stdin', 'stdout', 'stderr', 'tty'].filter((flag) => isTrue(query.get(flag)));
  const container = query.get('container');
  const command = query.getAll('command');
  return {
    ...Object.fromEntries(flags.map((flag) => [flag, true])),
    ...(container === null ? {} : { container }),
    ...(command.length > 0 ? { command } : {}),
  };
}
