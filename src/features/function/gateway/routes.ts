import type { Handler, Peer } from '../../../lib/http/index.ts';
import { text } from '../system/answers.ts';
import type { SystemContext } from '../system/context.ts';
import { systemRoute } from '../system/routes.ts';
import { refuse } from './auth.ts';
import type { Gate } from './auth.ts';
import { functionPathOf } from './function-name.ts';
import { invoke } from './invoke.ts';
import type { InvokePorts } from './invoke.ts';

/** What the gateway's routes stand on. */
export interface RoutePorts extends InvokePorts {
  readonly system: SystemContext;
  readonly gate: Gate;
}

const noQueue =
  'asynchronous calls are not supported by this gateway: it has no queue; call /function/NAME instead\n';

/** The gateway as a handler: functions for everybody, `/system` and `/ui` for whoever knows the password. */
export function gatewayHandler(ports: RoutePorts): Handler {
  const { functionNamespace } = ports.system.settings;
  return async (request: Request, peer?: Peer) => {
    const url = new URL(request.url);
    const called = functionPathOf(url.pathname, functionNamespace);
    if (called !== undefined) {
      if (url.pathname.startsWith('/async-function/')) return text(501, noQueue);
      return invoke(ports, { key: called.key, path: called.rest + url.search, request, peer });
    }
    return otherRoute(ports, request, url);
  };
}

async function otherRoute(ports: RoutePorts, request: Request, url: URL): Promise<Response> {
  const { pathname } = url;
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (pathname === '/healthz') return isRead ? text(200, 'OK') : text(405);
  if (pathname === '/metrics') return isRead ? metricsRoute(ports) : text(405);
  const isSystem = pathname.startsWith('/system/');
  if (!isSystem && pathname !== '/' && !pathname.startsWith('/ui')) {
    return text(404, '404 page not found');
  }
  if (!ports.gate.allows(request.headers)) return refuse();
  if (isSystem) return systemRoute(ports.system, request, url);
  if (pathname === '/') return new Response(null, { status: 301, headers: { Location: '/ui/' } });
  return text(501, 'this gateway has no portal yet: use the dashboard or faas-cli\n');
}

async function metricsRoute({ metrics }: RoutePorts): Promise<Response> {
  return new Response(await metrics.text(), { headers: { 'Content-Type': metrics.contentType } });
}
