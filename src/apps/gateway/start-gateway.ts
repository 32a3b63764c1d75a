import { startFunctionGateway } from '../../features/function/index.ts';
import type { FunctionGateway, FunctionPorts } from '../../features/function/index.ts';
import { listen } from '../../lib/http/index.ts';

/** Where to serve, and what: a gateway that runs already, or the ports to start one. */
export interface GatewayPorts extends FunctionPorts {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** The gateway that `startFunctions` gave, when controller and gateway share a process. */
  readonly gateway?: FunctionGateway;
}

/** A gateway that is being served. */
export interface Gateway {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves the gateway; resolves when it listens. Throws what `listen` throws for a port that is taken. */
export async function startGateway(ports: GatewayPorts): Promise<Gateway> {
  const gateway = ports.gateway ?? startFunctionGateway(ports);
  const log = ports.log.with({ component: 'gateway' });
  const listening = await listen({
    host: ports.host,
    port: ports.port,
    handler: gateway.handle,
    direct: gateway.direct,
    upgrade: gateway.upgrade,
    onError: (thrown) => log.error('a request failed', { err: thrown }),
  });
  ports.signal.addEventListener('abort', () => void listening.close(), { once: true });
  return listening;
}
