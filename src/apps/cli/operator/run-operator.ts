import os from 'node:os';
import path from 'node:path';
import type { Events } from '../../../api/events/index.ts';
import { createBus, createLogger, KnownError, type Logger } from '../../../base/index.ts';
import { listen, type Handler, type Listening } from '../../../lib/http/index.ts';
import { kinds, type Cluster } from '../../../lib/kube/index.ts';
import { startGateway } from '../../gateway/index.ts';
import { startOperator, type Operator } from '../../operator/index.ts';
import type { Call } from '../cobra/index.ts';
import { connectCluster } from '../connect-cluster.ts';
import type { CliIo } from '../io.ts';
import { packageVersion } from '../package-version.ts';
import type { OperatorOptions } from './options.ts';

/** Runs until the program's signal; resolves when everything has ended. */
export async function runOperator({ flags, io }: Call, options: OperatorOptions): Promise<void> {
  const log = createLogger({
    clock: io.clock,
    write: (line) => io.stderr.write(`${line}\n`),
    format: options.logFormat,
  });
  for (const warning of options.warnings) log.warn(warning);
  const [kubeconfig, context] = [flags.string('kubeconfig'), flags.string('context')];
  const { cluster, config } = await connectCluster(io, {
    ...(kubeconfig === '' ? {} : { kubeconfig }),
    ...(context === '' ? {} : { context }),
  });
  const version = await packageVersion();
  log.info('', { version, server: config.server });
  const namespace = flags.string('namespace') || (config.namespace ?? 'fluxcd');
  await ensureNamespaces(cluster, [namespace, 'openfaas', 'openfaas-fn', 'kube-system']);
  const knownHostsFile = flags.string('ssh-known-hosts');
  const chartsPath = flags.string('git-charts-path');
  const [repository] = options.repositories;
  const operator = await startOperator({
    ...options,
    cluster,
    clock: io.clock,
    log,
    bus: createBus<Events>((err, type) => log.error('a listener failed', { type, err })),
    signal: io.signal,
    dataDir: dataDirOf(flags.string('data-dir'), io),
    credentials: async () => undefined,
    environment: io.env,
    namespace,
    version,
    ...(repository === undefined ? {} : { chartsRepository: { ...repository, chartsPath } }),
    deployKey: {
      secretName: options.secretName,
      dataKey: options.dataKey,
      bits: options.bits,
      ...(knownHostsFile === '' ? {} : { knownHostsFile: path.resolve(io.cwd, knownHostsFile) }),
    },
  });
  const listening = await serve(operator, options, { io, cluster, log });
  log.info('ready', { listening: listening.map(({ port }) => port).join(',') });
  await operator.done;
  await Promise.all(listening.map((each) => each.close()));
}

interface ServeParts {
  readonly io: CliIo;
  readonly cluster: Cluster;
  readonly log: Logger;
}

/** The Flux API first: its port is the first of the list. */
async function serve(
  operator: Operator,
  options: OperatorOptions,
  { io, cluster, log }: ServeParts,
): Promise<Listening[]> {
  const onError = (err: unknown): void => log.error('a request failed', { err });
  const at = (address: string, handler: Handler): Promise<Listening> =>
    listen({ ...hostAndPort(address), handler, onError });
  const isMetrics = (request: Request): boolean => new URL(request.url).pathname === '/metrics';
  const withMetrics: Handler = async (request, peer) =>
    isMetrics(request) ? operator.metrics() : operator.flux(request, peer);
  const apart = options.listenMetrics;
  const listening = [await at(options.listen, apart === '' ? withMetrics : operator.flux)];
  if (apart !== '') {
    const missing = new Response('404 page not found\n', { status: 404 });
    const only: Handler = async (request) =>
      isMetrics(request) ? operator.metrics() : missing.clone();
    listening.push(await at(apart, only));
  }
  if (options.sealListen !== '') listening.push(await at(options.sealListen, operator.seal));
  if (options.gatewayListen !== '') {
    const where = hostAndPort(options.gatewayListen);
    const ports = { cluster, clock: io.clock, log, signal: io.signal };
    listening.push(await startGateway({ ...ports, ...where, gateway: operator.gateway }));
  }
  return listening;
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

function dataDirOf(given: string, io: CliIo): string {
  if (given !== '') return path.resolve(io.cwd, given);
  return path.join(io.env['HOME'] ?? os.homedir(), '.trice', 'operator');
}

async function ensureNamespaces(cluster: Cluster, names: readonly string[]): Promise<void> {
  for (const name of names) {
    if ((await cluster.get(kinds.Namespace, { name })) !== undefined) continue;
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await cluster.create(kinds.Namespace, namespace).catch((thrown: unknown) => {
      if (!(thrown instanceof KnownError && thrown.code === 'exists')) throw thrown;
    });
  }
}
