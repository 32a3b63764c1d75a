import { KnownError, type Logger } from '../../../base/index.ts';
import { listen, type Handler, type Listening } from '../../../lib/http/index.ts';
import { joinedMetrics, type Operator } from '../../operator/index.ts';
import type { Addresses } from './options.ts';

/** One address and who answers there. */
interface Door {
  /** `''`: nowhere. */
  readonly address: string;
  readonly handler: Handler;
}

/** The function gateway is served by its own room: it streams below the handler. */
export type ServeGateway = (where: { host: string; port: number }) => Promise<Listening>;

/** What is served while this process leads. */
export interface LeaderParts {
  readonly operator: Pick<Operator, 'flux' | 'seal' | 'metrics'>;
  readonly receiver: Handler;
  readonly gateway: ServeGateway;
}

/** Opens every address for the leader; the API first: its port is the first of the list. */
export async function openLeaderDoors(
  { operator, receiver, gateway }: LeaderParts,
  at: Addresses,
  log: Logger,
): Promise<Listening[]> {
  const { flux, seal } = operator;
  const metrics = (): Promise<Response> =>
    joinedMetrics([operator.metrics, () => new Response(leadingText(true))]);
  const sealMetrics = (): Response | Promise<Response> => seal(metricsRequest());
  const opened = await openAll(
    [
      { address: at.api, handler: at.metrics === '' ? withMetrics(metrics, flux) : flux },
      { address: at.metrics, handler: withMetrics(metrics, missing) },
      { address: at.seal, handler: seal },
      { address: at.sealMetrics, handler: withMetrics(sealMetrics, missing) },
      { address: at.receiver, handler: receiver },
    ],
    log,
  );
  return at.gateway === '' ? opened : [...opened, await gateway(hostAndPort(at.gateway))];
}

/** Opens every address for one that waits: `handlerAt` gives what answers at a port. */
export function openStandbyDoors(
  at: Addresses,
  handlerAt: (port: number) => Handler,
  log: Logger,
): Promise<Listening[]> {
  const metrics = (): Response => new Response(leadingText(false));
  const doors = Object.entries(at).map(([name, address]): Door => {
    if (address === '') return { address, handler: missing };
    const handler = handlerAt(hostAndPort(address).port);
    const ownsMetrics = name === 'metrics' || (name === 'api' && at.metrics === '');
    return { address, handler: ownsMetrics ? withMetrics(metrics, handler) : handler };
  });
  return openAll(doors, log);
}

async function openAll(doors: readonly Door[], log: Logger): Promise<Listening[]> {
  const onError = (err: unknown): void => log.error('a request failed', { err });
  const opened: Listening[] = [];
  try {
    for (const { address, handler } of doors) {
      if (address !== '') opened.push(await listen({ ...hostAndPort(address), handler, onError }));
    }
    return opened;
  } catch (thrown) {
    await Promise.all(opened.map((each) => each.close()));
    throw thrown;
  }
}

/** What answers where there is nothing. */
export const missing: Handler = () => new Response('404 page not found\n', { status: 404 });
const metricsRequest = (): Request => new Request('http://localhost/metrics');

function withMetrics(metrics: () => Response | Promise<Response>, others: Handler): Handler {
  return (request, peer) =>
    new URL(request.url).pathname === '/metrics' ? metrics() : others(request, peer);
}

function leadingText(isLeading: boolean): string {
  return `# HELP trice_operator_leading Whether this process does the work.
# TYPE trice_operator_leading gauge
trice_operator_leading ${isLeading ? 1 : 0}
`;
}

/** Go's form of an address: `:3030` is every interface. */
export function hostAndPort(address: string): { readonly host: string; readonly port: number } {
  const [, host = '', digits = ''] = /^(?:\[?([^\]]*?)\]?):(\d+)$/.exec(address) ?? [];
  const port = Number(digits);
  if (digits === '' || port > 65_535) {
    throw new KnownError('invalid', `"${address}" is no address: write host:port or :port`);
  }
  return { host: host === '' ? '0.0.0.0' : host, port };
}
