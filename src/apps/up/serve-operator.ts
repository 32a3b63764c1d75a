import { listen, type Listening } from '../../lib/http/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { startGateway } from '../gateway/index.ts';
import type { Operator } from '../operator/index.ts';
import { listenAt } from './listen-at.ts';
import { announce, system } from './platform-objects.ts';
import type { Base } from './start-up.ts';
import { statusPage } from './status-page.ts';

const host = '127.0.0.1';

/** Serves what the operator hands out, and announces it in the cluster. Gives the ports people use. */
export async function serveOperator(
  base: Base,
  cluster: Cluster,
  operator: Operator,
): Promise<Record<'gateway' | 'ui', number>> {
  const { options, dir, closers } = base;
  const keep = <T extends Listening>(listening: T): T => {
    closers.push(() => listening.close());
    return listening;
  };
  const { gateway } = operator;
  const gatewayAt = keep(
    await listenAt('gateway', options.gatewayPort, dir.lastPorts.gateway, (port) =>
      startGateway({ ...base, cluster, host, port, gateway }),
    ),
  );
  const flux = keep(await listen({ host, port: 0, handler: operator.flux }));
  const seal = keep(await listen({ host, port: 0, handler: operator.seal }));
  const page = statusPage({ cluster, gateway: `http://localhost:${gatewayAt.port}` });
  const ui = keep(
    await listenAt('ui', options.uiPort, dir.lastPorts.ui, (port) =>
      listen({ host, port, handler: page }),
    ),
  );
  const part = { portName: 'http', host };
  await announce(cluster, [
    { ...part, namespace: system.flux, name: 'flux', port: 3030, hostPort: flux.port },
    {
      ...part,
      namespace: system.kube,
      name: 'sealed-secrets-controller',
      port: 8080,
      hostPort: seal.port,
    },
    { ...part, namespace: system.openfaas, name: 'gateway', port: 8080, hostPort: gatewayAt.port },
  ]);
  return { gateway: gatewayAt.port, ui: ui.port };
}
